//! Where records and notices are kept.
//!
//! The traits' comments are the contract; `store/contract.rs` holds the tests
//! that every backend passes. Nothing outside this folder knows an engine.

use crate::failure::{Failure, failed};
use constat_shared::log::checkpoint::Checkpoint;
use constat_shared::log::entry::{Purge, PurgeReason};
use constat_shared::log::merkle;
use constat_shared::receipt::Jwk;
use constat_shared::{CommitmentKey, ConsentId, EventId, Hash, LogEntry, LogId, LogShards, Month};
use constat_shared::{Notice, PublishedNotice, Record, SiteId, Timestamp};
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
    /// The log it belongs to.
    pub log: LogId,
    /// The record.
    pub record: Record,
    /// The key of its commitment.
    pub key: CommitmentKey,
    /// The hash of its leaf in the log.
    pub leaf: Hash,
}

impl Entry {
    /// Commits with a key to a record of a site that has so many logs a month.
    pub fn new(record: Record, key: CommitmentKey, shards: LogShards) -> Entry {
        let leaf = merkle::leaf_hash(key.commit(&record).as_bytes());
        Entry { log: LogId::of(&record, shards), record, key, leaf }
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
    /// The machine that has its shard does not answer, while others do: it is
    /// not acknowledged, and may be stored all the same.
    Failed,
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
    /// A site is to be spread over another number of logs than it is.
    #[error(
        "{site} has {kept} log(s) a month and keeps that number: write log_shards = {kept} in its file, \
         or give the site another id",
        kept = kept.get()
    )]
    Spread {
        /// The site.
        site: SiteId,
        /// How many logs a month it has.
        kept: LogShards,
    },
    /// A record names a notice that was never published.
    #[error("the notice {0} was never published")]
    NoticeUnknown(Hash),
    /// The engine is set up so that it may lose what it has confirmed.
    #[error("the store may lose records that were acknowledged: {0}, or accept it with --accept-data-loss")]
    WouldLose(String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        failed(error)
    }
}

/// The most records [`Store::history`] returns.
pub const HISTORY_MAX: usize = 1000;

/// A store of records and notices. Calls block; they may come from any thread.
///
/// A site has one log a month, or several (its shards): then each consent id
/// belongs to one of them, and shards know nothing of each other.
pub trait Store: Send + Sync {
    /// Says over how many logs a month the records of a site are spread. It is
    /// one until this was called, and what it is once anything was kept for the
    /// site: another number is then refused with [`StoreError::Spread`].
    fn spread(&self, site: &SiteId, shards: LogShards) -> Result<(), StoreError>;

    /// Over how many logs a month the records of a site are spread.
    fn shards(&self, site: &SiteId) -> Result<LogShards, StoreError>;

    /// Stores records in their order, each with a leaf at the end of its log,
    /// in one durable commit: once this returns `Ok`, they survive a crash of
    /// the process and of the machine. The answers are in the order of the
    /// records. On an error nothing is acknowledged and nothing stored, or, on
    /// Redis, what belongs to some shards whole and to the others not at all: a
    /// record that was stored unheard is found again by its event id. An event id
    /// is stored once in a shard, also within one batch: a repetition has the
    /// same consent id, and so comes to the same shard.
    fn append(&self, entries: &[Entry]) -> Result<Vec<Appended>, StoreError>;

    /// The records of a consent id on a site, by `recorded_at`, oldest first,
    /// the newest [`HISTORY_MAX`] of them. Empty when there is none.
    fn history(&self, site: &SiteId, consent_id: &ConsentId) -> Result<Vec<Record>, StoreError>;

    /// Keeps a notice by its hash, durably; publishing it again changes nothing.
    fn publish(&self, notice: &PublishedNotice, at: Timestamp) -> Result<(), StoreError>;

    /// A notice that was published, whenever that was.
    fn notice(&self, hash: &Hash) -> Result<Option<Notice>, StoreError>;

    /// The record of a consent id on a site with that event id, with its key
    /// and its place in the log.
    fn find(
        &self,
        site: &SiteId,
        consent_id: &ConsentId,
        event_id: &EventId,
    ) -> Result<Option<(Entry, u64)>, StoreError>;

    /// Deletes every record of a consent id on a site with its key, so that
    /// their bytes are in no file of the store (of Redis, after the next run of
    /// [`Store::expire`]), and says how many there were.
    /// Their leaves stay: every earlier head of the log still holds. When there
    /// were any, a purge entry is written to the shard's log of `now` in the same commit.
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

    /// Every log that has leaves, by site, month and shard.
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

/// What the logs say of deletions: an entry for each shard, and the log it belongs in.
fn purges(deleted: &BTreeMap<LogId, u64>, purged_at: Timestamp, reason: PurgeReason) -> Vec<(LogId, Purge)> {
    let mut counts: BTreeMap<LogId, BTreeMap<Month, u64>> = BTreeMap::new();
    for (log, count) in deleted {
        let writing = log.in_month(Month::of(purged_at));
        counts.entry(writing).or_default().insert(log.month, *count);
    }
    let purge = |(log, record_counts): (LogId, _)| {
        let purge = Purge { site: log.site.clone(), purged_at, reason, record_counts };
        (log, purge)
    };
    counts.into_iter().map(purge).collect()
}

/// How many records of a log the purge entries say were deleted.
fn purged_count<'a>(entries: impl IntoIterator<Item = &'a LogEntry>, month: Month) -> u64 {
    let counts = entries.into_iter().map(|entry| match entry {
        LogEntry::Purge(purge) => purge.record_counts.get(&month).copied().unwrap_or_default(),
        _ => 0,
    });
    counts.sum()
}
