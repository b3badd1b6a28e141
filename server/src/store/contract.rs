//! What every store does, as tests that each backend runs on itself. Each
//! wants a store that is empty.

use super::{Appended, Store, StoreError};
use crate::domain::consent;
use crate::site::{self, Catalogue};
use constat_shared::{Action, Record, Signals, Timestamp};
use constat_shared::{
    Choices, ConsentId, ConsentRequest, EventId, Hash, Language, Layer, Months, PublishedNotice,
};

const SITE: &str = r#"
id = "boreale"
origins = ["https://www.boreale.example"]
languages = ["fr"]
authority = "cnil"
[controller]
name = "Assurances Boréale"
address = "1 rue du Pôle, 59000 Lille"
dpo_email = "dpo@boreale.example"
policy_url = "https://www.boreale.example/cookies"
[lifetimes]
choice_months = 6
proof_months = 13
[categories.third_party]
[[vendors]]
id = "youtube"
"#;

/// The notice of a small site.
pub fn notice(site_id: &str) -> PublishedNotice {
    let catalogue = Catalogue::embedded().unwrap();
    let text = SITE.replace("boreale\"", &format!("{site_id}\""));
    site::parse("site.toml", &text, &catalogue).unwrap().notice
}

fn publish(store: &dyn Store, notice: &PublishedNotice) {
    store.publish(notice, at("2026-01-01T00:00:00Z")).unwrap();
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// A new event id.
pub fn event_id() -> EventId {
    EventId::parse(&uuid::Uuid::now_v7().to_string()).unwrap()
}

/// A new consent id.
pub fn consent_id() -> ConsentId {
    ConsentId::parse(&uuid::Uuid::now_v7().to_string()).unwrap()
}

/// A request that allows or refuses everything.
pub fn request(notice: &PublishedNotice, action: Action) -> ConsentRequest {
    let choices = Choices::uniform(notice, action == Action::AllowAll);
    ConsentRequest {
        event_id: event_id(),
        consent_id: consent_id(),
        previous_event_id: None,
        action,
        layer: Layer::Banner,
        language: Language::Fr,
        notice_hash: notice.notice_hash(),
        categories: choices.categories,
        vendors: choices.vendors,
        signals: Signals { gpc: true, dnt: false },
    }
}

fn record(notice: &PublishedNotice, recorded_at: &str) -> Record {
    consent::record(request(notice, Action::RefuseAll), notice, at(recorded_at)).unwrap()
}

/// Every field survives, those that may be absent in both states.
pub fn a_record_comes_back_as_it_was_stored(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let first = record(&notice, "2026-03-01T09:30:00.123Z");
    let mut second = consent::record(
        ConsentRequest {
            previous_event_id: Some(first.event_id),
            consent_id: first.consent_id,
            ..request(&notice, Action::AllowAll)
        },
        &notice,
        at("2026-03-02T09:30:00Z"),
    )
    .unwrap();
    second.layer = Layer::Configuration;
    // The later one comes first: the history is by time, not by arrival.
    let results = store.append(&[second.clone(), first.clone()]).unwrap();
    assert_eq!(results, [Appended::Stored, Appended::Stored]);
    assert_eq!(store.history(&notice.site, &first.consent_id).unwrap(), [first, second]);
    assert_eq!(store.history(&notice.site, &consent_id()).unwrap(), []);
}

/// Also within one batch, and whatever the clock says the second time.
pub fn a_repeated_event_returns_the_first_record_and_writes_nothing(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let first = record(&notice, "2026-03-01T09:30:00Z");
    let months = Months::MIN;
    let again = Record { recorded_at: months.after(first.recorded_at), ..first.clone() };
    let repeated = Appended::Repeated(Box::new(first.clone()));
    let results = store.append(&[first.clone(), again.clone()]).unwrap();
    assert_eq!(results, [Appended::Stored, repeated.clone()]);
    assert_eq!(store.append(&[again]).unwrap(), [repeated]);
    assert_eq!(store.history(&notice.site, &first.consent_id).unwrap(), [first]);
}

/// Whatever differs.
pub fn an_event_id_with_other_content_is_a_conflict(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let first = record(&notice, "2026-03-01T09:30:00Z");
    store.append(std::slice::from_ref(&first)).unwrap();
    let others = [
        Record { consent_id: consent_id(), ..first.clone() },
        Record { action: Action::Withdraw, ..first.clone() },
        Record { signals: Signals::default(), ..first.clone() },
    ];
    for other in others {
        assert_eq!(store.append(&[other]).unwrap(), [Appended::Conflict]);
    }
    assert_eq!(store.history(&notice.site, &first.consent_id).unwrap(), [first]);
}

/// One bad record takes its whole batch with it: nothing is half-stored.
pub fn a_batch_with_an_unpublished_notice_stores_nothing(store: &dyn Store) {
    let (notice, unpublished) = (notice("boreale"), notice("other"));
    publish(store, &notice);
    let good = record(&notice, "2026-03-01T09:30:00Z");
    let bad = record(&unpublished, "2026-03-01T09:30:00Z");
    let error = store.append(&[good.clone(), bad]).unwrap_err();
    assert!(matches!(error, StoreError::NoticeUnknown(hash) if hash == unpublished.notice_hash()));
    assert_eq!(store.history(&notice.site, &good.consent_id).unwrap(), []);
    assert_eq!(store.append(&[good]).unwrap(), [Appended::Stored]);
}

/// Byte for byte: its hash is the proof.
pub fn a_notice_is_kept_for_ever_by_its_hash(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    publish(store, &notice);
    let kept = store.notice(&notice.notice_hash()).unwrap().unwrap();
    assert_eq!(kept.notice_hash(), notice.notice_hash());
    assert_eq!(PublishedNotice::new(kept), notice);
    assert_eq!(store.notice(&Hash::of(b"never published")).unwrap(), None);
}

/// To the millisecond; the notice stays.
pub fn expiry_deletes_what_is_due_and_nothing_else(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let due = record(&notice, "2026-03-01T09:30:00.000Z");
    let later = record(&notice, "2026-03-01T09:30:00.001Z");
    store.append(&[due.clone(), later.clone()]).unwrap();
    let before = Timestamp::from_unix_ms(due.expires_at.unix_ms() - 1);
    assert_eq!(store.expire(before).unwrap(), 0);
    assert_eq!(store.expire(due.expires_at).unwrap(), 1);
    assert_eq!(store.expire(due.expires_at).unwrap(), 0);
    assert_eq!(store.history(&notice.site, &due.consent_id).unwrap(), []);
    assert_eq!(store.history(&notice.site, &later.consent_id).unwrap(), [later]);
    assert!(store.notice(&notice.notice_hash()).unwrap().is_some());
}

/// One site's DPO never sees another site's records.
pub fn histories_are_apart_by_site_and_consent_id(store: &dyn Store) {
    let (one, two) = (notice("boreale"), notice("other"));
    publish(store, &one);
    publish(store, &two);
    let here = record(&one, "2026-03-01T09:30:00Z");
    let there = Record { consent_id: here.consent_id, ..record(&two, "2026-03-01T09:30:00Z") };
    store.append(&[here.clone(), there.clone()]).unwrap();
    assert_eq!(store.history(&one.site, &here.consent_id).unwrap(), [here]);
    assert_eq!(store.history(&two.site, &there.consent_id).unwrap(), [there]);
}

/// Stores one record among many; returns it with the bytes by which a file shows it.
pub fn an_expiring_record(store: &dyn Store) -> (Record, Vec<u8>) {
    let notice = notice("boreale");
    publish(store, &notice);
    let due = record(&notice, "2026-03-01T09:30:00Z");
    let others: Vec<_> = (0..200).map(|_| record(&notice, "2026-06-01T09:30:00Z")).collect();
    store.append(&others[..100]).unwrap();
    store.append(std::slice::from_ref(&due)).unwrap();
    store.append(&others[100..]).unwrap();
    let marker = due.consent_id.as_bytes().to_vec();
    (due, marker)
}
