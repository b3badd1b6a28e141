//! What every store does during a copy.

use super::sample::{self, append, at, entry, log_of, month, notice, publish, purge, record};
use crate::store::erased_events::{fingerprint, remembered_until};
use crate::store::{Appended, CopyStore, ErasedEvent, LogSlice, PlacedRecord, RECORDS_MAX};
use constat_shared::log::PurgeReason;
use constat_shared::{Hash, Jwk, LogEntry, PublishedNotice, Record, SignedCheckpoint};

/// A record with its leaf in another store's log.
fn placed(record: &Record, leaf_index: u64) -> PlacedRecord {
    PlacedRecord { leaf_index, entry: entry(record) }
}

/// Every stored record, by its leaf.
fn all(store: &dyn CopyStore) -> Vec<PlacedRecord> {
    let mut all = Vec::new();
    let mut take = |page: Vec<PlacedRecord>| {
        all.extend(page);
        Ok(())
    };
    store.each_record(&mut take).unwrap();
    all.sort_by_key(|placed| placed.leaf_index);
    all
}

fn records(notice: &PublishedNotice) -> [Record; 2] {
    ["2026-03-01T09:30:00Z", "2026-04-01T09:30:00Z"].map(|at| record(notice, at))
}

/// The first date counts.
pub fn dates_of_publication_and_of_keys_are_read_back(store: &dyn CopyStore) {
    let notice = notice("boreale");
    let key = Jwk::of(&ed25519_dalek::SigningKey::from_bytes(&[9; 32]).verifying_key());
    assert_eq!(store.published_at(&notice.notice_hash()).unwrap(), None);
    assert_eq!(store.key_added_at(&key.kid).unwrap(), None);
    for time in ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"] {
        store.publish(&notice, at(time)).unwrap();
        store.add_key(&key, at(time)).unwrap();
    }
    let first = Some(at("2026-01-01T00:00:00Z"));
    assert_eq!(store.published_at(&notice.notice_hash()).unwrap(), first);
    assert_eq!(store.key_added_at(&key.kid).unwrap(), first);
    assert_eq!(store.published_at(&Hash::of(b"never published")).unwrap(), None);
}

/// Also when the leaves before them are missing.
pub fn records_are_put_with_the_leaf_and_key_they_had(store: &dyn CopyStore) {
    let notice = notice("boreale");
    publish(store, &notice);
    let [first, second] = records(&notice);
    let put = [placed(&first, 3), placed(&second, 70_000)];
    assert_eq!(store.put_records(&put).unwrap(), 2);
    for PlacedRecord { leaf_index, entry } in &put {
        assert_eq!(sample::found(store, &entry.record), Some((entry.clone(), *leaf_index)));
    }
    assert_eq!(all(store), put);
}

/// A store of an earlier version may have any number of records under one consent id.
pub fn an_erasure_of_many_records_deletes_them_all(store: &dyn CopyStore) {
    let notice = notice("boreale");
    publish(store, &notice);
    let [first, _] = records(&notice);
    let many: Vec<_> = (0..2100_u64)
        .map(|leaf_index| placed(&Record { event_id: sample::event_id(), ..first.clone() }, leaf_index))
        .collect();
    for page in many.chunks(RECORDS_MAX) {
        store.put_records(page).unwrap();
    }
    let leaves = many.iter().map(|placed| placed.entry.leaf).collect();
    store.put_leaves(&log_of(&first), &LogSlice { first: 0, leaves, entries: Vec::new() }).unwrap();
    assert_eq!(
        sample::erase(store, &notice.site, &first.consent_id, at("2026-03-02T09:30:00Z")).unwrap(),
        2100
    );
    assert_eq!(store.history(&notice.site, &first.consent_id).unwrap(), []);
    assert_eq!(append(store, &[many[2099].entry.record.clone()]).unwrap(), [Appended::Erased]);
    let audit = store.audit(&log_of(&first)).unwrap();
    assert_eq!((audit.record_count, audit.erased_count, audit.difference), (0, 2100, None));
}

/// An interrupted copy puts a page twice.
pub fn a_record_is_put_once_and_never_replaces_another(store: &dyn CopyStore) {
    let notice = notice("boreale");
    publish(store, &notice);
    let [first, _] = records(&notice);
    let put = [placed(&first, 3)];
    assert_eq!(store.put_records(&put).unwrap(), 1);
    assert_eq!(store.put_records(&put).unwrap(), 0);
    let moved = placed(&first, 4);
    let changed = placed(&Record { expires_at: at("2027-12-01T00:00:00Z"), ..first }, 3);
    for other in [moved, changed] {
        store.put_records(&[other]).unwrap_err();
        assert_eq!(all(store), put);
    }
}

/// The purge entry is copied from the other store.
pub fn what_is_forgotten_is_written_down_nowhere(store: &dyn CopyStore) {
    let notice = notice("boreale");
    publish(store, &notice);
    let [due, later] = records(&notice);
    append(store, &[due.clone(), later.clone()]).unwrap();
    let head = store.head(&log_of(&due)).unwrap();
    assert_eq!(store.forget(due.expires_at).unwrap(), 1);
    assert_eq!(store.forget(due.expires_at).unwrap(), 0);
    assert_eq!(all(store), [placed(&later, 0)]);
    assert_eq!(store.head(&log_of(&due)).unwrap(), head);
    let logs = store.logs().unwrap();
    assert_eq!(logs, [log_of(&due), log_of(&later)]);
    assert!(logs.iter().all(|log| store.operator_entries(log).unwrap().is_empty()));
}

/// Leaves that would leave a gap or overlap are refused.
pub fn leaves_and_entries_go_to_the_end_of_a_log_only(store: &dyn CopyStore) {
    let notice = notice("boreale");
    publish(store, &notice);
    let [first, _] = records(&notice);
    append(store, std::slice::from_ref(&first)).unwrap();
    let log = log_of(&first);
    let before = store.head(&log).unwrap();
    for leaf_index in [0, 2] {
        let slice = LogSlice { first: leaf_index, leaves: vec![entry(&first).leaf], entries: Vec::new() };
        let words = store.put_leaves(&log, &slice).unwrap_err().to_string();
        assert!(words.contains("does not end before"), "{words}");
        assert_eq!(store.head(&log).unwrap(), before);
    }
    let written = purge(&notice, first.recorded_at, PurgeReason::Expired, "2025-03", 2);
    let leaves = vec![Hash::of(b"the leaf of an erased record"), written.leaf_hash()];
    let slice = LogSlice { first: 1, leaves: leaves.clone(), entries: vec![(2, written.clone())] };
    store.put_leaves(&log, &slice).unwrap();
    assert_eq!(store.leaves(&log, 1).unwrap(), leaves);
    assert_eq!(store.leaves(&log, 3).unwrap(), []);
    assert_eq!(store.operator_entries(&log).unwrap(), [(2, written)]);
    assert_eq!(store.head(&log).unwrap().unwrap().size, 3);
}

/// As in the store that dropped it.
pub fn a_log_that_was_dropped_elsewhere_takes_no_leaf(store: &dyn CopyStore) {
    let notice = notice("boreale");
    publish(store, &notice);
    let [first, _] = records(&notice);
    let log = log_of(&first);
    assert_eq!(store.dropped().unwrap(), []);
    let checkpoint = SignedCheckpoint::from("the last head");
    store.put_dropped(&log, &checkpoint).unwrap();
    assert_eq!(store.dropped().unwrap(), [(log.clone(), checkpoint.clone())]);
    assert_eq!(store.checkpoint(&log).unwrap(), Some(checkpoint));
    assert_eq!(store.logs().unwrap(), []);
    assert!(append(store, &[first]).is_err());
}

/// The mark can be set and removed twice.
pub fn a_copy_is_unfinished_until_it_ends(store: &dyn CopyStore) {
    assert!(!store.is_unfinished().unwrap());
    for unfinished in [true, true, false, false] {
        store.set_unfinished(unfinished).unwrap();
        assert_eq!(store.is_unfinished().unwrap(), unfinished);
    }
}

/// As in the store that erased it; it is read back as it was put.
pub fn an_erased_event_that_was_put_is_refused(store: &dyn CopyStore) {
    let notice = notice("boreale");
    publish(store, &notice);
    let events = || {
        let mut events = Vec::new();
        store
            .each_erased_event(&mut |page| {
                events.extend(page);
                Ok(())
            })
            .unwrap();
        events.sort_unstable();
        events
    };
    let of = |record: &Record| ErasedEvent {
        site: notice.site.clone(),
        shard: log_of(record).shard,
        fingerprint: fingerprint(&record.site, &record.event_id),
        until: remembered_until(record.choice_expires_at),
    };
    let [put, erased] = records(&notice);
    store.put_erased_events(&[of(&put)]).unwrap();
    store.put_erased_events(&[of(&put)]).unwrap();
    assert_eq!(events(), [of(&put)]);
    assert_eq!(
        append(store, &[put.clone(), erased.clone()]).unwrap(),
        [Appended::Erased, Appended::Stored(0)]
    );
    sample::erase(store, &notice.site, &erased.consent_id, erased.recorded_at).unwrap();
    let mut expected = vec![of(&put), of(&erased)];
    expected.sort_unstable();
    assert_eq!(events(), expected);
}

/// One visitor cannot fill the log; an audit agrees at every moment.
pub fn erasures_beyond_a_thousand_entries_wait_for_the_job(store: &dyn CopyStore) {
    let notice = notice("boreale");
    publish(store, &notice);
    let gone: Vec<_> = (0..4).map(|_| record(&notice, "2026-03-01T09:30:00Z")).collect();
    append(store, &gone).unwrap();
    let log = log_of(&gone[0]).in_month(month("2026-05"));
    let earlier = |second: u32| {
        let at = at(&format!("2026-05-01T10:00:{second:02}Z"));
        purge(&notice, at, PurgeReason::Erased, "2025-03", 1)
    };
    let entries: Vec<_> = (0..2100).map(|index| (index, earlier((index / 300) as u32))).collect();
    let leaves = entries.iter().map(|(_, entry)| entry.leaf_hash()).collect();
    store.put_leaves(&log, &LogSlice { first: 0, leaves, entries }).unwrap();
    let erase = |which: usize, time: &str| {
        assert_eq!(sample::erase(store, &notice.site, &gone[which].consent_id, at(time)).unwrap(), 1);
        for log in [&log, &log_of(&gone[0])] {
            assert_eq!(store.audit(log).unwrap().difference, None, "{time}");
        }
        store.operator_entries(&log).unwrap().split_off(2100)
    };
    let written = |time: &str, count| purge(&notice, at(time), PurgeReason::Erased, "2026-03", count);
    assert_eq!(erase(0, "2026-05-01T10:00:30Z"), []);
    assert_eq!(erase(1, "2026-05-01T10:01:05Z"), []);
    let first = (2100, written("2026-05-01T10:01:06Z", 1));
    assert_eq!(
        erase(2, "2026-05-01T10:01:06Z"),
        std::slice::from_ref(&first),
        "the last entry is a minute old"
    );
    store.expire(at("2026-05-01T10:01:10Z")).unwrap();
    let second = (2101, written("2026-05-01T10:01:10Z", 2));
    assert_eq!(erase(3, "2026-05-01T10:01:11Z"), [first.clone(), second.clone()]);
    store.expire(at("2026-05-01T10:01:12Z")).unwrap();
    store.expire(at("2026-05-01T10:01:13Z")).unwrap();
    let third = (2102, written("2026-05-01T10:01:12Z", 1));
    assert_eq!(store.operator_entries(&log).unwrap().split_off(2100), [first, second, third]);
    let audit = store.audit(&log_of(&gone[0])).unwrap();
    assert_eq!((audit.erased_count, audit.difference), (4, None));
    assert_eq!(store.entries_but_purges(&log).unwrap(), Vec::<(u64, LogEntry)>::new());
}
