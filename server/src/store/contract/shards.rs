//! What every store does for a site that has several logs a month.

use super::sample::{self, at, consent_id, entry, event_id, month, notice, publish, record};
use crate::store::{Appended, CommittedRecord, Store, StoreError};
use constat_shared::log::merkle::verify_inclusion;
use constat_shared::{CommitmentKey, LogEntry, LogId, LogShards, PublishedNotice, Record};
use std::collections::BTreeMap;

fn three() -> LogShards {
    LogShards::new(3).unwrap()
}

fn in_three(record: &Record) -> CommittedRecord {
    CommittedRecord::new(record.clone(), CommitmentKey::from_bytes([7; 32]), three())
        .held_by(sample::sample_holder())
}

/// A published notice of a site that has three logs a month.
fn publish_in_three(store: &dyn Store) -> PublishedNotice {
    let notice = notice("boreale");
    store.set_shards(&notice.site, three()).unwrap();
    publish(store, &notice);
    notice
}

/// `count` records of one moment, each of another visitor.
fn records(notice: &PublishedNotice, count: usize) -> Vec<Record> {
    (0..count).map(|_| record(notice, "2026-03-01T09:30:00Z")).collect()
}

/// With another number, the store would look for a repeated event or a history in the wrong log.
pub fn a_site_keeps_the_number_of_logs_it_began_with(store: &dyn Store) {
    let (one, two) = (notice("boreale"), notice("other"));
    assert_eq!(store.shards(&one.site).unwrap(), LogShards::ONE);
    store.set_shards(&one.site, three()).unwrap();
    publish(store, &one);
    publish(store, &two);
    store.set_shards(&one.site, three()).unwrap();
    for (site, asked, kept) in [(&one.site, LogShards::ONE, three()), (&two.site, three(), LogShards::ONE)] {
        let refused = store.set_shards(site, asked).unwrap_err();
        assert!(
            matches!(&refused, StoreError::ShardsDiffer { site: of, kept: is } if of == site && *is == kept)
        );
        assert_eq!(store.shards(site).unwrap(), kept);
    }
    let in_one = store.append(&[entry(&record(&one, "2026-03-01T09:30:00Z"))]);
    assert!(matches!(in_one, Err(StoreError::ShardsDiffer { .. })));
    assert_eq!(store.logs().unwrap(), []);
}

/// Each log numbers its leaves from 0, and each record is found and proven.
pub fn a_consent_id_has_all_its_records_in_one_of_several_logs(store: &dyn Store) {
    let notice = publish_in_three(store);
    let mut records = records(&notice, 60);
    let again = |record: &Record| Record { event_id: event_id(), ..record.clone() };
    records.extend(records.clone().iter().map(again));
    let entries: Vec<_> = records.iter().map(in_three).collect();
    let mut sizes: BTreeMap<LogId, u64> = BTreeMap::new();
    let results = store.append(&entries).unwrap();
    for (entry, result) in entries.iter().zip(&results) {
        let size = sizes.entry(entry.log.clone()).or_default();
        assert_eq!(*result, Appended::Stored(*size));
        *size += 1;
    }
    assert_eq!(store.logs().unwrap(), sizes.keys().cloned().collect::<Vec<_>>());
    assert_eq!(sizes.len(), 3);
    for ((first, second), result) in entries.iter().zip(&entries[60..]).zip(&results) {
        let (found, leaf_index) = sample::found(store, &first.record).unwrap();
        assert_eq!((&found, &Appended::Stored(leaf_index)), (first, result));
        let head = store.head(&first.log).unwrap().unwrap();
        let proof = store.inclusion_proof(&first.log, leaf_index, head.size).unwrap().unwrap();
        assert!(verify_inclusion(first.leaf, leaf_index, head.size, &proof, head.root));
        let history = store.history(&notice.site, &first.record.consent_id).unwrap();
        assert!(history.len() == 2 && history.contains(&first.record) && history.contains(&second.record));
    }
    let repeated = store.append(&entries[..1]).unwrap();
    assert_eq!(repeated, [Appended::Repeated(Box::new(records[0].clone()), 0)]);
    audits_agree(store);
}

/// A log is complete without the other logs of its month.
pub fn an_erasure_and_an_expiry_are_written_into_the_log_of_their_shard(store: &dyn Store) {
    let notice = publish_in_three(store);
    let records = records(&notice, 30);
    let entries: Vec<_> = records.iter().map(in_three).collect();
    store.append(&entries).unwrap();
    let (gone, now) = (&entries[0], at("2026-05-01T10:00:00Z"));
    assert_eq!(sample::erase(store, &notice.site, &gone.record.consent_id, now).unwrap(), 1);
    let counts = |entries: Vec<(u64, LogEntry)>| -> u64 {
        let count = |entry: &LogEntry| match entry {
            LogEntry::Purge(purge) => purge.record_counts.values().sum(),
            _ => 0,
        };
        entries.iter().map(|(_, entry)| count(entry)).sum()
    };
    for shard in three().all() {
        let log = LogId { shard, ..gone.log.in_month(month("2026-05")) };
        assert_eq!(counts(store.operator_entries(&log).unwrap()), u64::from(shard == gone.log.shard));
    }
    audits_agree(store);
    let end = records[0].expires_at;
    assert_eq!(store.expire(end).unwrap(), 29);
    for shard in three().all() {
        let log = LogId { shard, ..gone.log.clone() };
        let of_it = entries.iter().filter(|entry| entry.log == log && entry.record != gone.record).count();
        let written = store.operator_entries(&log.in_month(month("2027-04"))).unwrap();
        assert_eq!(counts(written), of_it as u64);
        assert!(store.drop_log(&log, &"final".into()).unwrap());
        assert_eq!(store.checkpoint(&log).unwrap(), Some("final".into()));
    }
    audits_agree(store);
}

/// A repetition has the same consent id, so it reaches the same shard.
pub fn an_event_id_is_taken_in_its_shard_alone(store: &dyn Store) {
    let notice = publish_in_three(store);
    let first = in_three(&records(&notice, 1)[0]);
    store.append(std::slice::from_ref(&first)).unwrap();
    let mut seen = [false; 2];
    while seen != [true; 2] {
        let other = in_three(&Record { consent_id: consent_id(), ..first.record.clone() });
        let beside = other.log == first.log;
        seen[usize::from(beside)] = true;
        let found = || sample::found(store, &other.record);
        let result = store.append(std::slice::from_ref(&other)).unwrap().remove(0);
        if beside {
            assert_eq!((result, found()), (Appended::Conflict, None));
        } else {
            assert_eq!(
                found().map(|(entry, leaf_index)| (entry, Appended::Stored(leaf_index))),
                Some((other, result))
            );
            // The same event id is now in two shards.
            break;
        }
    }
    let (kept, _) = sample::found(store, &first.record).unwrap();
    assert_eq!(kept, first);
    audits_agree(store);
}

fn audits_agree(store: &dyn Store) {
    for log in store.logs().unwrap() {
        let audit = store.audit(&log).unwrap();
        assert_eq!((audit.difference, audit.head), (None, store.head(&log).unwrap()), "{}", log.origin());
    }
}
