//! What every store does during a copy.

use super::sample::{append, at, entry, log_of, notice, publish, purge, record};
use crate::store::{CopyStore, LogSlice, PlacedRecord};
use constat_shared::log::PurgeReason;
use constat_shared::{Hash, Jwk, PublishedNotice, Record, SignedCheckpoint};

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
        let record = &entry.record;
        let found = store.find(&notice.site, &record.consent_id, &record.event_id).unwrap();
        assert_eq!(found, Some((entry.clone(), *leaf_index)));
    }
    assert_eq!(all(store), put);
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
