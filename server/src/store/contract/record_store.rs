//! What every store does with records.

use super::sample::{
    self, append, at, consent_id, log_of, notice, publish, purge, record, record_of, request,
};
use crate::store::erased_events::remembered_until;
use crate::store::{Appended, Store, StoreError};
use constat_shared::log::PurgeReason;
use constat_shared::{Action, ConsentRequest, Layer, Month, Months, Record, Signals, Timestamp};

/// Every field comes back, and an optional one also when it is absent.
pub fn a_record_comes_back_as_it_was_stored(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let first = record(&notice, "2026-03-01T09:30:00.123Z");
    let mut second = record_of(
        ConsentRequest {
            previous_event_id: Some(first.event_id),
            consent_id: first.consent_id,
            ..request(&notice, Action::AllowAll)
        },
        &notice,
        at("2026-03-02T09:30:00Z"),
    );
    second.layer = Layer::Configuration;
    // The later one is stored first: the history is sorted by time.
    let results = append(store, &[second.clone(), first.clone()]).unwrap();
    assert_eq!(results, [Appended::Stored(0), Appended::Stored(1)]);
    assert_eq!(store.history(&notice.site, &first.consent_id).unwrap(), [first, second]);
    assert_eq!(store.history(&notice.site, &consent_id()).unwrap(), []);
}

/// Also within one batch, and also at another time.
pub fn a_repeated_event_returns_the_first_record_and_writes_nothing(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let first = record(&notice, "2026-03-01T09:30:00Z");
    let months = Months::MIN;
    let again = Record { recorded_at: months.after(first.recorded_at), ..first.clone() };
    let repeated = Appended::Repeated(Box::new(first.clone()), 0);
    let results = append(store, &[first.clone(), again.clone()]).unwrap();
    assert_eq!(results, [Appended::Stored(0), repeated.clone()]);
    assert_eq!(append(store, &[again]).unwrap(), [repeated]);
    assert_eq!(store.history(&notice.site, &first.consent_id).unwrap(), [first]);
}

/// In any field.
pub fn an_event_id_with_other_content_is_a_conflict(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let first = record(&notice, "2026-03-01T09:30:00Z");
    append(store, std::slice::from_ref(&first)).unwrap();
    let others = [
        Record { consent_id: consent_id(), ..first.clone() },
        Record { action: Action::Withdraw, ..first.clone() },
        Record { signals: Signals::default(), ..first.clone() },
    ];
    for other in others {
        assert_eq!(append(store, &[other]).unwrap(), [Appended::Conflict]);
    }
    assert_eq!(store.history(&notice.site, &first.consent_id).unwrap(), [first]);
}

/// A batch is stored whole or not at all.
pub fn a_batch_with_an_unpublished_notice_stores_nothing(store: &dyn Store) {
    let (notice, unpublished) = (notice("boreale"), notice("other"));
    publish(store, &notice);
    let good = record(&notice, "2026-03-01T09:30:00Z");
    let bad = record(&unpublished, "2026-03-01T09:30:00Z");
    let error = append(store, &[good.clone(), bad]).unwrap_err();
    assert!(matches!(error, StoreError::NoticeUnknown(hash) if hash == unpublished.notice_hash()));
    assert_eq!(store.history(&notice.site, &good.consent_id).unwrap(), []);
    assert_eq!(append(store, &[good]).unwrap(), [Appended::Stored(0)]);
}

/// Exact to the millisecond; the notice stays.
pub fn expiry_deletes_what_is_due_and_nothing_else(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let due = record(&notice, "2026-03-01T09:30:00.000Z");
    let later = record(&notice, "2026-03-01T09:30:00.001Z");
    append(store, &[due.clone(), later.clone()]).unwrap();
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
    append(store, &[here.clone(), there.clone()]).unwrap();
    assert_eq!(store.history(&one.site, &here.consent_id).unwrap(), [here]);
    assert_eq!(store.history(&two.site, &there.consent_id).unwrap(), [there]);
}

/// Sites do not share event ids.
pub fn an_event_id_of_one_site_is_free_on_another(store: &dyn Store) {
    let (one, two) = (notice("boreale"), notice("other"));
    publish(store, &one);
    publish(store, &two);
    let here = record(&one, "2026-03-01T09:30:00Z");
    let there = record(&two, "2026-03-01T09:30:00Z");
    let there = Record { event_id: here.event_id, consent_id: here.consent_id, ..there };
    assert_eq!(append(store, std::slice::from_ref(&here)).unwrap(), [Appended::Stored(0)]);
    assert_eq!(append(store, std::slice::from_ref(&there)).unwrap(), [Appended::Stored(0)]);
    for record in [here, there] {
        let (found, _) = sample::found(store, &record).unwrap();
        assert_eq!(found.record, record);
    }
}

/// An erasure deletes the record and its key; the root of the log stays.
pub fn an_erased_record_is_gone_and_its_leaf_stays(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let (gone, kept) = (record(&notice, "2026-03-01T09:30:00Z"), record(&notice, "2026-03-01T09:30:01Z"));
    append(store, &[gone.clone(), kept.clone()]).unwrap();
    let (before, later) = (store.head(&log_of(&gone)).unwrap(), at("2026-04-02T10:00:00Z"));
    assert_eq!(sample::erase(store, &sample::notice("other").site, &gone.consent_id, later).unwrap(), 0);
    assert_eq!(sample::erase(store, &notice.site, &gone.consent_id, later).unwrap(), 1);
    assert_eq!(sample::erase(store, &notice.site, &gone.consent_id, later).unwrap(), 0);
    assert!(sample::found(store, &gone).is_none());
    assert_eq!(sample::found(store, &kept).unwrap().0.record, kept);
    assert_eq!(store.head(&log_of(&gone)).unwrap(), before);
    let audit = store.audit(&log_of(&gone)).unwrap();
    assert_eq!((audit.record_count, audit.erased_count, audit.difference), (1, 1, None));
    assert_eq!(audit.head, before);
    let written = store.operator_entries(&log_of(&gone).in_month(Month::of(later))).unwrap();
    assert_eq!(written, [(0, purge(&notice, later, PurgeReason::Erased, "2026-03", 1))]);
}

/// A browser that repeats the request does not bring the record back. What expires is not remembered.
pub fn an_erased_event_is_refused_until_its_choice_would_have_ended(store: &dyn Store) {
    let (notice, other) = (notice("boreale"), notice("other"));
    publish(store, &notice);
    publish(store, &other);
    let gone = record(&notice, "2026-03-01T09:30:00Z");
    let expired =
        Record { expires_at: at("2026-04-01T09:30:00Z"), ..record(&notice, "2026-03-01T09:30:00Z") };
    append(store, &[gone.clone(), expired.clone()]).unwrap();
    assert_eq!(sample::erase(store, &notice.site, &gone.consent_id, at("2026-03-02T09:30:00Z")).unwrap(), 1);
    let size = || store.head(&log_of(&gone)).unwrap().unwrap().size;
    let before = size();
    let changed = Record { action: Action::AllowAll, ..gone.clone() };
    let of_another = Record { consent_id: consent_id(), ..gone.clone() };
    let refused = append(store, &[gone.clone(), changed, of_another]).unwrap();
    assert_eq!(refused, [Appended::Erased, Appended::Erased, Appended::Erased]);
    assert_eq!((size(), store.history(&notice.site, &gone.consent_id).unwrap()), (before, Vec::new()));
    assert_eq!(sample::erase(store, &notice.site, &gone.consent_id, at("2026-03-02T09:30:00Z")).unwrap(), 0);
    let elsewhere = Record { event_id: gone.event_id, ..record(&other, "2026-03-01T09:30:00Z") };
    assert_eq!(append(store, &[elsewhere]).unwrap(), [Appended::Stored(0)]);

    let until = remembered_until(gone.choice_expires_at);
    assert_eq!(store.expire(Timestamp::from_unix_ms(until.unix_ms() - 1)).unwrap(), 1);
    assert_eq!(append(store, std::slice::from_ref(&gone)).unwrap(), [Appended::Erased]);
    assert_eq!(append(store, &[expired]).unwrap(), [Appended::Stored(before)]);
    store.expire(until).unwrap();
    assert_eq!(append(store, &[gone]).unwrap(), [Appended::Stored(before + 1)]);
}
