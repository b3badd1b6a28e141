//! Notices, records and times to fill a store with.

use crate::clock;
use crate::store::{
    Appended, CommittedRecord, Holder, NoticeStore, PlacedRecord, RecordStore, Store, StoreError,
};
use constat_shared::consent::DIGEST_LEN;
use constat_shared::log::{Purge, PurgeReason};
use constat_shared::{
    Action, CommitmentKey, ConsentId, ConsentRequest, EventId, HolderDigest, LogEntry, LogId, LogShards,
    Month, PublishedNotice, Record, SiteId, Timestamp, sample,
};

/// The notice of a small site.
pub fn notice(site_id: &str) -> PublishedNotice {
    sample::published_notice(site_id)
}

/// Publishes a notice.
pub fn publish(store: &dyn NoticeStore, notice: &PublishedNotice) {
    store.publish(notice, at("2026-01-01T00:00:00Z")).unwrap();
}

/// A time of 2026 or 2027, moved to this year or the next: a copy deletes what has
/// expired by the clock.
pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(&of_this_year(text)).unwrap()
}

/// A month of 2026 or 2027, moved as by [`at`].
pub fn month(text: &str) -> Month {
    Month::parse(&of_this_year(text)).unwrap()
}

fn of_this_year(text: &str) -> String {
    let (year, rest) = text.split_once('-').unwrap();
    let now = Month::of(clock::now()).to_string();
    let this: i32 = now.split_once('-').unwrap().0.parse().unwrap();
    format!("{:04}-{rest}", this + year.parse::<i32>().unwrap() - 2026)
}

/// A new event id.
pub fn event_id() -> EventId {
    EventId::parse(&uuid::Uuid::now_v7().to_string()).unwrap()
}

/// A new consent id.
pub fn consent_id() -> ConsentId {
    ConsentId::parse(&uuid::Uuid::now_v7().to_string()).unwrap()
}

/// A request that allows or refuses everything, of a new visitor.
pub fn request(notice: &PublishedNotice, action: Action) -> ConsentRequest {
    ConsentRequest { event_id: event_id(), consent_id: consent_id(), ..sample::request(notice, action) }
}

/// The record of a request.
pub fn record_of(request: ConsentRequest, notice: &PublishedNotice, at: Timestamp) -> Record {
    Record::new(request, notice, at).unwrap()
}

/// The browser of every visitor of the samples.
pub fn sample_holder() -> Holder {
    Holder::Secret(HolderDigest::from_bytes([7; DIGEST_LEN]))
}

/// A record with a commitment, sent by [`sample_holder`]; the key is not secret in a test.
pub fn entry(record: &Record) -> CommittedRecord {
    let key = CommitmentKey::from_bytes([7; 32]);
    CommittedRecord::new(record.clone(), key, LogShards::ONE).held_by(sample_holder())
}

/// Erases the records of a consent id as its [`sample_holder`] and returns how many there were.
pub fn erase(
    store: &dyn RecordStore,
    site: &SiteId,
    consent_id: &ConsentId,
    now: Timestamp,
) -> Result<u64, StoreError> {
    Ok(store.erase(site, consent_id, sample_holder(), now)?.expect("the sample is the holder of its records"))
}

/// The log of a record, on a site that has one log a month.
pub fn log_of(record: &Record) -> LogId {
    LogId::of(record, LogShards::ONE)
}

/// Appends records with the commitments of [`entry`].
pub fn append(store: &dyn RecordStore, records: &[Record]) -> Result<Vec<Appended>, StoreError> {
    let entries: Vec<_> = records.iter().map(entry).collect();
    store.append(&entries)
}

/// A record of a new visitor who refuses everything.
pub fn record(notice: &PublishedNotice, recorded_at: &str) -> Record {
    record_of(request(notice, Action::RefuseAll), notice, at(recorded_at))
}

/// The purge entry for `count` records of a month.
pub fn purge(
    notice: &PublishedNotice,
    purged_at: Timestamp,
    reason: PurgeReason,
    month: &str,
    count: u64,
) -> LogEntry {
    let record_counts = [(self::month(month), count)].into();
    LogEntry::Purge(Purge { site: notice.site.clone(), purged_at, reason, record_counts })
}

/// Stores one record among many. Returns it with bytes that only it has.
pub fn an_expiring_record(store: &dyn Store) -> (Record, Vec<u8>) {
    let notice = notice("boreale");
    publish(store, &notice);
    let due = record(&notice, "2026-03-01T09:30:00Z");
    let others: Vec<_> = (0..200).map(|_| record(&notice, "2026-06-01T09:30:00Z")).collect();
    append(store, &others[..100]).unwrap();
    append(store, std::slice::from_ref(&due)).unwrap();
    append(store, &others[100..]).unwrap();
    let marker = due.consent_id.as_bytes().to_vec();
    (due, marker)
}

/// A record as the store has it, with the index of its leaf.
pub fn found<S: RecordStore + ?Sized>(store: &S, record: &Record) -> Option<(CommittedRecord, u64)> {
    let stored = store.find(&record.site, &record.consent_id, &record.event_id).unwrap();
    stored.map(|stored| {
        let PlacedRecord { leaf_index, entry } = stored.unwrap();
        (entry, leaf_index)
    })
}
