//! What every store does with logs.

use super::sample::{self, append, entry, log_of, month, notice, publish, purge, record};
use crate::store::{Appended, Store};
use constat_shared::log::PurgeReason;
use constat_shared::log::merkle::{self, verify_consistency, verify_inclusion};
use constat_shared::{Action, LogId, LogShards, Month, Record};

/// Every record has a leaf, every leaf has a proof, and every later tree begins
/// with every earlier one.
pub fn the_log_grows_by_a_leaf_for_each_record_and_proves_every_one(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let log = log_of(&record(&notice, "2026-03-01T09:30:00Z"));
    assert_eq!(store.head(&log).unwrap(), None);
    let mut heads = Vec::new();
    let mut leaves = Vec::new();
    // More than 256 leaves, so that the engines keep a level above them.
    for count in [1, 2, 5, 120, 130, 300] {
        let records: Vec<_> = (0..count).map(|_| record(&notice, "2026-03-01T09:30:00Z")).collect();
        let entries: Vec<_> = records.iter().map(entry).collect();
        let results = store.append(&entries).unwrap();
        for (entry, result) in entries.iter().zip(results) {
            assert_eq!(result, Appended::Stored(leaves.len() as u64));
            leaves.push(entry.leaf);
        }
        heads.push(store.head(&log).unwrap().unwrap());
    }
    let last = *heads.last().unwrap();
    assert_eq!(last.size, leaves.len() as u64);
    for head in &heads {
        let proof = store.consistency_proof(&log, head.size, last.size).unwrap().unwrap();
        assert!(verify_consistency(head.size, head.root, last.size, last.root, &proof), "{head:?}");
        for leaf_index in [0, head.size / 2, head.size - 1] {
            let proof = store.inclusion_proof(&log, leaf_index, head.size).unwrap().unwrap();
            assert!(
                verify_inclusion(leaves[leaf_index as usize], leaf_index, head.size, &proof, head.root),
                "{leaf_index} {head:?}"
            );
        }
    }
    assert_eq!(store.inclusion_proof(&log, last.size, last.size).unwrap(), None);
    assert_eq!(store.inclusion_proof(&log, 0, last.size + 1).unwrap(), None);
    assert_eq!(store.consistency_proof(&log, 1, last.size + 1).unwrap(), None);
}

/// The months are those of UTC, exact to the millisecond.
pub fn each_site_and_month_has_a_log_of_its_own(store: &dyn Store) {
    let (one, two) = (notice("boreale"), notice("other"));
    publish(store, &one);
    publish(store, &two);
    let records = [
        record(&one, "2026-03-31T23:59:59.999Z"),
        record(&one, "2026-04-01T00:00:00.000Z"),
        record(&two, "2026-03-31T23:59:59.999Z"),
    ];
    let first = [Appended::Stored(0), Appended::Stored(0), Appended::Stored(0)];
    assert_eq!(append(store, &records).unwrap(), first);
    for record in &records {
        let head = store.head(&log_of(record)).unwrap().unwrap();
        assert_eq!((head.size, head.root), (1, entry(record).leaf));
    }
}

/// A repeated or refused event adds no leaf.
pub fn what_is_not_stored_is_not_in_the_log(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let first = record(&notice, "2026-03-01T09:30:00Z");
    let conflict = Record { action: Action::Withdraw, ..first.clone() };
    append(store, &[first.clone(), first.clone(), conflict]).unwrap();
    let unpublished = record(&sample::notice("other"), "2026-03-01T09:30:00Z");
    let later = record(&notice, "2026-03-01T09:30:01Z");
    append(store, &[later.clone(), unpublished]).unwrap_err();
    assert_eq!(store.head(&log_of(&first)).unwrap().unwrap().size, 1);
    assert_eq!(append(store, &[later]).unwrap(), [Appended::Stored(1)]);
}

/// With the count and the date, and no visitor's id; older heads stay valid.
pub fn a_purge_is_written_into_the_log(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let due: Vec<_> = (0..3).map(|_| record(&notice, "2026-03-01T09:30:00Z")).collect();
    let (now, later) = (due[0].expires_at, record(&notice, "2027-04-01T09:00:00Z"));
    append(store, &due).unwrap();
    append(store, std::slice::from_ref(&later)).unwrap();
    let log = LogId::first(notice.site.clone(), Month::of(now), LogShards::ONE);
    let before = store.head(&log).unwrap().unwrap();
    assert_eq!(store.expire(now).unwrap(), 3);
    let purge = purge(&notice, now, PurgeReason::Expired, "2026-03", 3);
    let root = merkle::node_hash(entry(&later).leaf, purge.leaf_hash());
    let after = store.head(&log).unwrap().unwrap();
    assert_eq!((before.size, after.size, after.root), (1, 2, root));
    for log in [&log, &log_of(&due[0])] {
        assert_eq!(store.audit(log).unwrap().difference, None);
    }
    assert_eq!(append(store, &[record(&notice, "2027-04-01T09:31:00Z")]).unwrap(), [Appended::Stored(2)]);
}

/// An operator entry is a leaf and is read back unchanged.
pub fn an_operator_entry_is_a_leaf_and_is_read_back(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let first = record(&notice, "2026-03-01T09:30:00Z");
    let log = log_of(&first);
    assert_eq!((store.operator_entries(&log).unwrap(), store.logs().unwrap()), (Vec::new(), Vec::new()));
    let purge = |count| purge(&notice, first.recorded_at, PurgeReason::Expired, "2025-03", count);
    assert_eq!(store.append_entry(&log, &purge(1)).unwrap(), 0);
    assert_eq!(append(store, std::slice::from_ref(&first)).unwrap(), [Appended::Stored(1)]);
    assert_eq!(store.append_entry(&log, &purge(2)).unwrap(), 2);
    assert_eq!(append(store, &[record(&notice, "2026-03-01T09:31:00Z")]).unwrap(), [Appended::Stored(3)]);
    assert_eq!(store.operator_entries(&log).unwrap(), [(0, purge(1)), (2, purge(2))]);
    let (head, proof) =
        (store.head(&log).unwrap().unwrap(), store.inclusion_proof(&log, 2, 4).unwrap().unwrap());
    assert!(verify_inclusion(purge(2).leaf_hash(), 2, 4, &proof, head.root));
    let audit = store.audit(&log).unwrap();
    assert_eq!((audit.record_count, audit.entry_count, audit.difference), (2, 2, None));
    let other = log.in_month(month("2026-02"));
    store.append_entry(&other, &purge(3)).unwrap();
    assert_eq!(store.logs().unwrap(), [other, log]);
}

/// Only after its last record is deleted; from then on nothing can be written to it.
pub fn a_log_is_dropped_without_its_records_only_and_keeps_its_last_head(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let (old, new) = (record(&notice, "2026-03-01T09:30:00Z"), record(&notice, "2026-04-01T09:30:00Z"));
    append(store, &[old.clone(), new.clone()]).unwrap();
    let log = log_of(&old);
    assert!(!store.drop_log(&log, &"early".into()).unwrap());
    assert_eq!(store.head(&log).unwrap().unwrap().size, 1);
    assert_eq!(store.expire(old.expires_at).unwrap(), 1);
    assert!(store.drop_log(&log, &"final".into()).unwrap());
    assert!(!store.drop_log(&log, &"again".into()).unwrap());
    assert_eq!((store.head(&log).unwrap(), store.inclusion_proof(&log, 0, 1).unwrap()), (None, None));
    assert_eq!(store.checkpoint(&log).unwrap(), Some("final".into()));
    assert!(!store.logs().unwrap().contains(&log));
    assert!(append(store, &[record(&notice, "2026-03-02T09:30:00Z")]).is_err());
    assert_eq!(store.head(&log_of(&new)).unwrap().unwrap().size, 1);
}

/// Clocks of servers differ, so records may come out of order: each goes to the
/// end of the log of its time.
pub fn records_of_clocks_that_differ_go_into_the_log_of_their_own_time(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let times =
        ["2026-04-01T00:00:02Z", "2026-03-31T23:59:58Z", "2026-04-01T00:00:01Z", "2026-03-31T23:59:59Z"];
    let records = times.map(|time| record(&notice, time));
    let leaf_indexes = records.iter().map(|record| append(store, std::slice::from_ref(record)).unwrap());
    let leaf_indexes: Vec<_> = leaf_indexes.flatten().collect();
    let expected = [0, 0, 1, 1].map(Appended::Stored);
    assert_eq!(leaf_indexes, expected);
    for record in &records {
        let log = log_of(record);
        let (found, leaf_index) = sample::found(store, record).unwrap();
        let (head, proof) =
            (store.head(&log).unwrap().unwrap(), store.inclusion_proof(&log, leaf_index, 2).unwrap());
        assert!(verify_inclusion(found.leaf, leaf_index, 2, &proof.unwrap(), head.root));
        assert_eq!(store.audit(&log).unwrap().difference, None);
    }
}
