//! What the console keeps moves too.

use super::compare::check;
use super::console::check_trail;
use super::transfer::{Copied, copy};
use crate::clock;
use crate::store::contract::account_store::document;
use crate::store::contract::trail_store::{append_trail, three_months, trail_entry};
use crate::store::contract::{consent_id, month};
use crate::store::{CopyStore, Document, DocumentKind, TRAIL_PAGE_MAX};
use constat_shared::Timestamp;

fn moved(from: &dyn CopyStore, to: &dyn CopyStore) -> Copied {
    check(from, to).unwrap();
    check_trail(from, to).unwrap();
    copy(from, to, &clock::now, &mut |_, _| {}).unwrap()
}

/// A document of each kind, one of which has ended, and three months of trail.
fn filled(store: &dyn CopyStore) {
    let in_an_hour = Timestamp::from_unix_ms(clock::now().unix_ms() + 3_600_000);
    for (index, kind) in DocumentKind::ALL.into_iter().enumerate() {
        let ends_at = (index % 2 == 1).then_some(in_an_hour);
        let put = Document { ends_at, ..document(kind, "ada@example.org", "{}") };
        assert!(store.put_document(&put).unwrap());
        assert!(store.put_document(&Document { version: 2, json: "[2]".to_owned(), ..put }).unwrap());
    }
    let ended = Document { ends_at: Some(clock::now()), ..document(DocumentKind::Session, "ended", "{}") };
    assert!(store.put_document(&ended).unwrap());
    append_trail(store, &three_months());
    assert!(store.drop_trail_segment(month("2026-02")).unwrap());
}

fn same(from: &dyn CopyStore, to: &dyn CopyStore) {
    for kind in DocumentKind::ALL {
        assert_eq!(from.documents(kind).unwrap(), to.documents(kind).unwrap());
    }
    assert_eq!(from.trail_segments().unwrap(), to.trail_segments().unwrap());
    assert_eq!(from.trail(0, TRAIL_PAGE_MAX).unwrap(), to.trail(0, TRAIL_PAGE_MAX).unwrap());
    assert_eq!(from.consent_ids_in_trail(None).unwrap(), to.consent_ids_in_trail(None).unwrap());
}

/// Sessions too, with their ends; and the trail goes on there.
pub fn documents_and_trail_move(from: &dyn CopyStore, to: &dyn CopyStore) {
    filled(from);
    for _ in 0..2 {
        let copied = moved(from, to);
        assert_eq!((copied.document_count, copied.trail_count), (DocumentKind::ALL.len() as u64, 2));
        same(from, to);
    }
    assert_eq!(to.documents(DocumentKind::Session).unwrap()[0].version, 2);
    let next = trail_entry(4, "2026-06-01T09:30:00Z", Some(consent_id()));
    [from, to].into_iter().for_each(|store| append_trail(store, std::slice::from_ref(&next)));
    same(from, to);
    let in_a_day = Timestamp::from_unix_ms(clock::now().unix_ms() + 86_400_000);
    assert_eq!(to.expire_documents(in_a_day).unwrap(), 3);
}

/// A session that was ended, a month that was dropped and a target that was forgotten
/// after the copy was cut off do not come back.
pub fn what_went_after_half_a_copy_is_gone_after_the_whole_one(from: &dyn CopyStore, to: &dyn CopyStore) {
    filled(from);
    moved(from, to);
    to.set_unfinished(true).unwrap();
    assert!(from.remove_document(DocumentKind::Session, "ada@example.org").unwrap());
    let other = document(DocumentKind::Session, "another", "{}");
    assert!(from.put_document(&other).unwrap());
    assert!(from.drop_trail_segment(month("2026-03")).unwrap());
    let named = from.consent_ids_in_trail(None).unwrap();
    assert_eq!(from.forget_in_trail(&named[0]).unwrap(), 1);
    append_trail(from, &[trail_entry(4, "2026-06-01T09:30:00Z", Some(consent_id()))]);
    assert!(from.drop_trail_segment(month("2026-05")).unwrap());
    moved(from, to);
    same(from, to);
    assert_eq!(to.documents(DocumentKind::Session).unwrap(), [other]);
}

/// Also one that is as long.
pub fn a_target_with_another_trail_is_refused(from: &dyn CopyStore, to: &dyn CopyStore) {
    append_trail(to, &[trail_entry(0, "2026-03-01T09:30:00Z", None)]);
    let refusal = || check_trail(from, to).unwrap_err().to_string();
    assert!(refusal().contains("audit trail") && refusal().contains("--to"), "{}", refusal());
    let other = crate::store::TrailEntry {
        link: constat_shared::Hash::of(b"another"),
        ..trail_entry(0, "2026-03-01T09:30:00Z", None)
    };
    append_trail(from, &[other]);
    assert!(refusal().contains("audit trail"), "{}", refusal());
    let before = to.trail(0, 10).unwrap();
    copy(from, to, &clock::now, &mut |_, _| {}).unwrap_err();
    assert_eq!(to.trail(0, 10).unwrap(), before);
}
