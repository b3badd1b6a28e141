//! Where records and notices are kept.
//!
//! The traits' comments are the contract; `store/contract.rs` holds the tests
//! that every backend passes. Nothing outside this folder knows an engine.

use constat_shared::log::checkpoint::Checkpoint;
use constat_shared::log::entry::{Purge, PurgeReason};
use constat_shared::log::merkle;
use constat_shared::receipt::Jwk;
use constat_shared::{CommitmentKey, ConsentId, EventId, Hash, LogEntry, LogId, Notice, PublishedNotice};
use constat_shared::{Month, Record, SiteId, Timestamp};
use std::collections::BTreeMap;

#[cfg(test)]
pub mod contract;
mod known;
pub mod moving;
pub mod redis;
pub mod sqlite;
mod tree;

/// A record on its way into the store, with its commitment.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The record.
    pub record: Record,
    /// The key of its commitment.
    pub key: CommitmentKey,
    /// The hash of its leaf in the log.
    pub leaf: Hash,
}

impl Entry {
    /// Commits to a record with a key.
    pub fn new(record: Record, key: CommitmentKey) -> Entry {
        let leaf = merkle::leaf_hash(key.commit(&record).as_bytes());
        Entry { record, key, leaf }
    }

    /// The log it belongs to: its site's, of the month it was taken in.
    pub fn log(&self) -> LogId {
        LogId::of(&self.record)
    }
}

/// What became of one record of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is stored, and durable, at this place of its log.
    Stored(u64),
    /// Its event id was stored before with the same request: this is the
    /// record of that time and its place. Nothing was written.
    Repeated(Box<Record>, u64),
    /// Its event id was stored before with another request. Nothing was written.
    Conflict,
}

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The engine failed, or did not answer in time; nothing of the call was
    /// acknowledged.
    #[error("the store failed: {0}")]
    Engine(String),
    /// What is stored cannot be read as what it should be.
    #[error("the store holds something this version cannot read: {0}")]
    Unreadable(String),
    /// A record names a notice that was never published.
    #[error("the notice {0} was never published")]
    NoticeUnknown(Hash),
    /// The engine is set up so that it may lose what it has confirmed.
    #[error("the store may lose records that were acknowledged: {0}, or accept it with --accept-data-loss")]
    WouldLose(String),
}

/// The most records [`Store::history`] returns.
pub const HISTORY_MAX: usize = 1000;

/// A store of records and notices. Calls block; they may come from any thread.
pub trait Store: Send + Sync {
    /// Stores records in their order, each with a leaf at the end of its log,
    /// in one durable commit: once this returns `Ok`, they survive a crash of
    /// the process and of the machine. The answers are in the order of the
    /// records. On an error nothing is stored, or, on Redis, what belongs to
    /// some sites whole and to the others not at all: a record that was stored
    /// although its batch failed is found again by its event id. An event id
    /// is stored once on a site, also within one batch.
    fn append(&self, entries: &[Entry]) -> Result<Vec<Appended>, StoreError>;

    /// The records of a consent id on a site, by `recorded_at`, oldest first,
    /// the newest [`HISTORY_MAX`] of them. Empty when there is none.
    fn history(&self, site: &SiteId, consent_id: &ConsentId) -> Result<Vec<Record>, StoreError>;

    /// Keeps a notice by its hash, durably; publishing it again changes nothing.
    fn publish(&self, notice: &PublishedNotice, at: Timestamp) -> Result<(), StoreError>;

    /// A notice that was published, whenever that was.
    fn notice(&self, hash: &Hash) -> Result<Option<Notice>, StoreError>;

    /// The record of an event id on a site, with its key and its place in the log.
    fn find(&self, site: &SiteId, event_id: &EventId) -> Result<Option<(Entry, u64)>, StoreError>;

    /// Deletes every record of a consent id on a site with its key, so that
    /// their bytes are in no file of the store (of Redis, after the next run of
    /// [`Store::expire`]), and says how many there were.
    /// Their leaves stay: every earlier head of the log still holds. When there
    /// were any, a purge entry is written to the site's log of `now` in the same commit.
    fn erase(&self, site: &SiteId, consent_id: &ConsentId, now: Timestamp) -> Result<u64, StoreError>;

    /// Deletes every record whose `expires_at` is not after `now` as
    /// [`Store::erase`] does, for all sites, and says how many there were. Does
    /// nothing while another server does it.
    fn expire(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// The size and root of a log; nothing when it has no leaf.
    fn head(&self, log: &LogId) -> Result<Option<Checkpoint>, StoreError>;

    /// The proof that the leaf at `index` is in the tree of the first `size`
    /// leaves; nothing when the log has no such leaf or is smaller.
    fn inclusion_proof(&self, log: &LogId, index: u64, size: u64) -> Result<Option<Vec<Hash>>, StoreError>;

    /// The proof that the tree of `to` leaves begins with that of `from`;
    /// nothing when the log is smaller than `to`, or `from` larger.
    fn consistency_proof(&self, log: &LogId, from: u64, to: u64) -> Result<Option<Vec<Hash>>, StoreError>;

    /// Keeps the newest signed head of a log.
    fn keep_checkpoint(&self, log: &LogId, note: &str) -> Result<(), StoreError>;

    /// The signed head kept last.
    fn checkpoint(&self, log: &LogId) -> Result<Option<String>, StoreError>;

    /// Writes an entry of the server's own at the end of a log, durably, and
    /// returns its place. Refused, like a record, for a log that was dropped.
    fn write(&self, log: &LogId, entry: &LogEntry) -> Result<u64, StoreError>;

    /// The server's own entries of a log with their places, in their order.
    /// There are few: one for each purge, notice, snapshot and time-stamp.
    fn entries(&self, log: &LogId) -> Result<Vec<(u64, LogEntry)>, StoreError>;

    /// Every log that has leaves, by site and month.
    fn logs(&self) -> Result<Vec<LogId>, StoreError>;

    /// Deletes the leaves and entries of a log and keeps its last signed head;
    /// says whether it did. It does not while a record of the log is stored.
    fn drop_log(&self, log: &LogId, checkpoint: &str) -> Result<bool, StoreError>;

    /// The public halves of every key that ever signed for this store, oldest first.
    fn keys(&self) -> Result<Vec<Jwk>, StoreError>;

    /// Adds a public key behind all others, durably; adding it again changes nothing.
    fn add_key(&self, key: &Jwk, at: Timestamp) -> Result<(), StoreError>;

    /// The site and hash of every notice that was published, oldest first.
    fn notices(&self) -> Result<Vec<(SiteId, Hash)>, StoreError>;

    /// Works a whole log out anew from what is stored, and holds the records that
    /// are gone against the purge entries; says what differs first.
    fn audit(&self, log: &LogId) -> Result<Audit, StoreError>;

    /// Whether the store answers.
    fn ping(&self) -> Result<(), StoreError>;
}

/// What an audit of a log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// The leaves whose record is stored and agrees with them.
    pub record_count: u64,
    /// The leaves that are entries of the server's own.
    pub entry_count: u64,
    /// The leaves whose record was erased or has expired.
    pub erased_count: u64,
    /// The head worked out from the leaves; nothing for an empty log.
    pub head: Option<Checkpoint>,
    /// The first thing that is not as it should be, in words.
    pub difference: Option<String>,
}

/// What the log says of deletions: an entry for each site.
fn purges(deleted: &BTreeMap<LogId, u64>, purged_at: Timestamp, reason: PurgeReason) -> Vec<Purge> {
    let mut purges: Vec<Purge> = Vec::new();
    for (log, count) in deleted {
        let (site, counts) = (log.site.clone(), (log.month, *count));
        match purges.last_mut().filter(|last| last.site == site) {
            Some(last) => last.record_counts.extend([counts]),
            None => purges.push(Purge { site, purged_at, reason, record_counts: [counts].into() }),
        }
    }
    purges
}

/// How many records of a log the purge entries say were deleted.
fn purged_count<'a>(entries: impl IntoIterator<Item = &'a LogEntry>, month: Month) -> u64 {
    let counts = entries.into_iter().map(|entry| match entry {
        LogEntry::Purge(purge) => purge.record_counts.get(&month).copied().unwrap_or_default(),
        _ => 0,
    });
    counts.sum()
}
