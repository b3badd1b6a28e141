//! Who adds to the records of a consent id, and how many.

use super::sample::{append, at, entry, event_id, notice, publish, record, record_of, request};
use crate::store::{Appended, CommittedRecord, CopyStore, DAY_MAX, HISTORY_MAX, Holder, PlacedRecord, Store};
use constat_shared::consent::DIGEST_LEN;
use constat_shared::{
    Action, CommitmentKey, ConsentId, ConsentRequest, HolderDigest, LogShards, PublishedNotice, Record,
    Timestamp,
};
use std::sync::atomic::{AtomicU8, Ordering};

fn secret(number: u8) -> Holder {
    Holder::Secret(HolderDigest::from_bytes([number; DIGEST_LEN]))
}

/// Another answer of the same visitor.
fn answer(notice: &PublishedNotice, consent_id: ConsentId, at: Timestamp) -> Record {
    record_of(ConsentRequest { consent_id, ..request(notice, Action::AllowAll) }, notice, at)
}

/// Each call has a commitment key of its own, as every request has.
fn sent(store: &dyn Store, record: &Record, holder: Holder) -> Appended {
    static CALLS: AtomicU8 = AtomicU8::new(0);
    let key = CommitmentKey::from_bytes([CALLS.fetch_add(1, Ordering::Relaxed); 32]);
    let entry = CommittedRecord::new(record.clone(), key, LogShards::ONE);
    store.append(&[entry.held_by(holder)]).unwrap().remove(0)
}

/// Neither a new event nor a repeated one is taken from anybody else.
pub fn a_consent_id_with_records_takes_answers_from_its_holder_alone(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let first = record(&notice, "2026-03-01T09:30:00Z");
    let next = || answer(&notice, first.consent_id, at("2026-03-02T09:30:00Z"));
    assert_eq!(sent(store, &first, secret(1)), Appended::Stored(0));
    let is_holder = |holder| store.is_holder(&notice.site, &first.consent_id, holder).unwrap();
    let receipt = Holder::Receipt(first.event_id);
    let strangers = [Holder::Unknown, secret(2), Holder::Receipt(event_id())];
    assert_eq!([secret(1), receipt].map(is_holder), [Some(true); 2]);
    assert_eq!(strangers.map(is_holder), [Some(false); 3]);
    let conflict = Record { action: Action::Withdraw, ..first.clone() };
    for stranger in strangers {
        for event in [&next(), &first, &conflict] {
            assert_eq!(sent(store, event, stranger), Appended::NotHeld, "{stranger:?}");
        }
    }
    assert_eq!(store.history(&notice.site, &first.consent_id).unwrap(), std::slice::from_ref(&first));
    for (leaf_index, holder) in [(1, secret(1)), (2, receipt)] {
        assert_eq!(sent(store, &next(), holder), Appended::Stored(leaf_index));
        assert_eq!(sent(store, &first, holder), Appended::Repeated(Box::new(first.clone()), 0));
        assert_eq!(sent(store, &conflict, holder), Appended::Conflict);
    }
    for stranger in strangers {
        assert_eq!(store.erase(&notice.site, &first.consent_id, stranger, first.recorded_at).unwrap(), None);
    }
    assert_eq!(store.history(&notice.site, &first.consent_id).unwrap().len(), 3);
    assert_eq!(store.erase(&notice.site, &first.consent_id, receipt, first.recorded_at).unwrap(), Some(3));
    // Where there are no records, there is nothing to protect.
    assert_eq!(is_holder(secret(2)), None);
    assert_eq!(store.erase(&notice.site, &first.consent_id, secret(2), first.recorded_at).unwrap(), Some(0));
}

/// Records of browsers that have no secret: only a receipt adds to them, and none gets a holder later.
pub fn records_without_a_secret_are_added_to_with_a_receipt(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let first = record(&notice, "2026-03-01T09:30:00Z");
    let next = || answer(&notice, first.consent_id, at("2026-03-02T09:30:00Z"));
    assert_eq!(sent(store, &first, Holder::Unknown), Appended::Stored(0));
    for stranger in [Holder::Unknown, secret(1)] {
        assert_eq!(sent(store, &next(), stranger), Appended::NotHeld);
        assert_eq!(sent(store, &first, stranger), Appended::NotHeld);
    }
    assert_eq!(sent(store, &next(), Holder::Receipt(first.event_id)), Appended::Stored(1));
    assert_eq!(sent(store, &next(), secret(1)), Appended::NotHeld);
}

/// What was added with a receipt alone still knows the secret when the first record is gone.
pub fn the_secret_counts_as_long_as_the_consent_id_has_a_record(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let first = record(&notice, "2026-03-01T09:30:00Z");
    let second = answer(&notice, first.consent_id, at("2026-03-02T09:30:00Z"));
    assert_eq!(sent(store, &first, secret(1)), Appended::Stored(0));
    assert_eq!(sent(store, &second, Holder::Receipt(first.event_id)), Appended::Stored(1));
    assert_eq!(store.expire(first.expires_at).unwrap(), 1);
    let third = answer(&notice, first.consent_id, at("2026-03-03T09:30:00Z"));
    assert_eq!(sent(store, &third, secret(2)), Appended::NotHeld);
    assert_eq!(sent(store, &third, Holder::Receipt(first.event_id)), Appended::NotHeld);
    assert_eq!(sent(store, &third, secret(1)), Appended::Stored(2));
}

/// Also within one batch.
pub fn an_erased_consent_id_belongs_to_nobody(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let first = record(&notice, "2026-03-01T09:30:00Z");
    assert_eq!(sent(store, &first, secret(1)), Appended::Stored(0));
    let (id, later) = (first.consent_id, at("2026-04-02T10:00:00Z"));
    assert_eq!(store.erase(&notice.site, &id, secret(1), later).unwrap(), Some(1));
    let new = |holder| entry(&answer(&notice, first.consent_id, at("2026-04-03T09:30:00Z"))).held_by(holder);
    // The receipt of what was erased opens nothing that comes later.
    let receipt = Holder::Receipt(first.event_id);
    let batch = [new(secret(2)), new(secret(1)), new(receipt), new(secret(2))];
    let results = store.append(&batch).unwrap();
    let expected = [Appended::Stored(1), Appended::NotHeld, Appended::NotHeld, Appended::Stored(2)];
    assert_eq!(results, expected);
    assert_eq!(store.is_holder(&notice.site, &id, receipt).unwrap(), Some(false));
}

/// A repetition is answered all the same.
pub fn one_consent_id_cannot_grow_for_ever(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let first = record(&notice, "2026-03-01T09:30:00Z");
    let day = |days: i64| Timestamp::from_unix_ms(first.recorded_at.unix_ms() + days * 86_400_000);
    let fill = |days, count| {
        let more: Vec<_> = (0..count).map(|_| answer(&notice, first.consent_id, day(days))).collect();
        append(store, &more).unwrap()
    };
    append(store, std::slice::from_ref(&first)).unwrap();
    let results = fill(0, DAY_MAX);
    assert!(matches!(results[DAY_MAX - 2], Appended::Stored(_)));
    assert_eq!(results[DAY_MAX - 1], Appended::TooMany);
    let repeated = append(store, std::slice::from_ref(&first)).unwrap();
    assert_eq!(repeated, [Appended::Repeated(Box::new(first.clone()), 0)]);
    for days in 1..5 {
        assert!(matches!(fill(days, DAY_MAX)[DAY_MAX - 1], Appended::Stored(_)), "day {days}");
    }
    assert_eq!(fill(6, 1), [Appended::TooMany]);
    assert_eq!(store.history(&notice.site, &first.consent_id).unwrap().len(), HISTORY_MAX);
    // Another consent id is not affected.
    let other = record(&notice, "2026-03-01T09:30:00Z");
    assert!(matches!(append(store, &[other]).unwrap()[..], [Appended::Stored(_)]));
}

/// A copied record is still its holder's.
pub fn a_copy_knows_the_holders(store: &dyn CopyStore) {
    let notice = notice("boreale");
    publish(store, &notice);
    let record = record(&notice, "2026-03-01T09:30:00Z");
    let placed = |entry: CommittedRecord| PlacedRecord { leaf_index: 4, entry };
    let held = placed(entry(&record).held_by(secret(1)));
    assert_eq!(store.put_records(std::slice::from_ref(&held)).unwrap(), 1);
    assert_eq!(store.put_records(std::slice::from_ref(&held)).unwrap(), 0);
    assert_eq!(store.is_holder(&notice.site, &record.consent_id, secret(1)).unwrap(), Some(true));
    let mut read = Vec::new();
    let mut take = |records| {
        read.extend(records);
        Ok(())
    };
    store.each_record(&mut take).unwrap();
    assert_eq!(read, [held]);
}
