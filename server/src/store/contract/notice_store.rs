//! What every store does with notices.

use super::sample::{notice, publish};
use crate::store::{NoticeStore, Publication};
use constat_shared::{Hash, PublishedNotice, Timestamp};

/// Byte for byte, so that its hash stays the same.
pub fn a_notice_is_found_by_its_hash(store: &dyn NoticeStore) {
    let notice = notice("boreale");
    publish(store, &notice);
    publish(store, &notice);
    let kept = store.notice(&notice.notice_hash()).unwrap().unwrap();
    assert_eq!(kept.notice_hash(), notice.notice_hash());
    assert_eq!(PublishedNotice::new(kept), notice);
    assert_eq!(store.notice(&Hash::of(b"never published")).unwrap(), None);
}

/// Each once, with its site, the oldest first.
pub fn notices_are_listed_by_publication(store: &dyn NoticeStore) {
    let notices = [notice("polaire"), notice("boreale"), notice("polaire")];
    notices.iter().for_each(|notice| publish(store, notice));
    let expected = [&notices[0], &notices[1]].map(|notice| (notice.site.clone(), notice.notice_hash()));
    assert_eq!(store.notices().unwrap(), expected);
}

/// Those of one site, with what tells whether their terms differ.
pub fn the_publications_of_a_site_have_the_hashes_of_their_terms(store: &dyn NoticeStore) {
    let first = notice("boreale");
    let mut renamed = (*first).clone();
    renamed.controller.name.push_str(" SA");
    let second = PublishedNotice::new(renamed);
    for (notice, day) in [(&first, 1), (&notice("polaire"), 2), (&second, 3), (&first, 4)] {
        store.publish(notice, Timestamp::parse(&format!("2026-01-0{day}T00:00:00Z")).unwrap()).unwrap();
    }
    let expected = [(&first, 1), (&second, 3)].map(|(notice, day)| Publication {
        notice_hash: notice.notice_hash(),
        terms_hash: notice.terms_hash(),
        at: Timestamp::parse(&format!("2026-01-0{day}T00:00:00Z")).unwrap(),
    });
    assert_eq!(store.publications(&first.site).unwrap(), expected);
    assert_ne!(expected[0].terms_hash, expected[1].terms_hash);
    assert_eq!(store.publications(&notice("none").site).unwrap(), []);
}

/// The first publication counts: publishing a notice again is no news.
pub fn a_notice_keeps_the_date_of_its_first_publication(store: &dyn NoticeStore) {
    let notice = notice("boreale");
    assert_eq!(store.published_at(&notice.notice_hash()).unwrap(), None);
    for time in ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"] {
        store.publish(&notice, Timestamp::parse(time).unwrap()).unwrap();
    }
    let first = Timestamp::parse("2026-01-01T00:00:00Z").unwrap();
    assert_eq!(store.published_at(&notice.notice_hash()).unwrap(), Some(first));
    assert_eq!(store.published_at(&Hash::of(b"never published")).unwrap(), None);
}
