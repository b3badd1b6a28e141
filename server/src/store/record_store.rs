//! The part of a store that keeps records.

use super::error::StoreError;
use constat_shared::log::merkle;
use constat_shared::{CommitmentKey, ConsentId, EventId, Hash, LogId, LogShards, Record, SiteId, Timestamp};

/// A record on its way into the store, with its commitment.
#[derive(Clone, Debug, PartialEq)]
pub struct CommittedRecord {
    /// The log it belongs to.
    pub log: LogId,
    /// The record.
    pub record: Record,
    /// The key of its commitment.
    pub key: CommitmentKey,
    /// The hash of its leaf in the log.
    pub leaf: Hash,
}

impl CommittedRecord {
    /// Commits with a key to a record of a site that has so many logs a month.
    pub fn new(record: Record, key: CommitmentKey, shards: LogShards) -> CommittedRecord {
        let leaf = merkle::leaf_hash(key.commit(&record).as_bytes());
        CommittedRecord { log: LogId::of(&record, shards), record, key, leaf }
    }
}

/// What became of one record of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is stored, and durable, at this leaf index of its log.
    Stored(u64),
    /// Its event id was stored before with the same request: this is the
    /// record of that time and its leaf index. Nothing was written.
    Repeated(Box<Record>, u64),
    /// Its event id was stored before with another request. Nothing was written.
    Conflict,
    /// The machine that has its shard does not answer, while others do: it is
    /// not acknowledged, and may be stored all the same.
    Failed,
}

/// The most records [`RecordStore::history`] returns.
pub const HISTORY_MAX: usize = 1000;

/// Keeps the records of visitors. Calls block; they may come from any thread.
pub trait RecordStore: Send + Sync {
    /// Stores records in their order, each with a leaf at the end of its log,
    /// in one durable commit: once this returns `Ok`, they survive a crash of
    /// the process and of the machine. The answers are in the order of the
    /// records. On an error nothing is acknowledged and nothing stored, or, on
    /// Redis, what belongs to some shards whole and to the others not at all: a
    /// record that was stored unheard is found again by its event id. An event id
    /// is stored once in a shard, also within one batch: a repetition has the
    /// same consent id, and so comes to the same shard.
    fn append(&self, entries: &[CommittedRecord]) -> Result<Vec<Appended>, StoreError>;

    /// The record of a consent id on a site with that event id, with its key
    /// and its leaf index in the log.
    fn find(
        &self,
        site: &SiteId,
        consent_id: &ConsentId,
        event_id: &EventId,
    ) -> Result<Option<(CommittedRecord, u64)>, StoreError>;

    /// The records of a consent id on a site, by `recorded_at`, oldest first,
    /// the newest [`HISTORY_MAX`] of them. Empty when there is none.
    fn history(&self, site: &SiteId, consent_id: &ConsentId) -> Result<Vec<Record>, StoreError>;

    /// Deletes every record of a consent id on a site with its key, so that
    /// their bytes are in no file of the store (of Redis, after the next run of
    /// [`RecordStore::expire`]), and says how many there were.
    /// Their leaves stay: every earlier head of the log still holds. When there
    /// were any, a purge entry is written to the shard's log of `now` in the same commit.
    fn erase(&self, site: &SiteId, consent_id: &ConsentId, now: Timestamp) -> Result<u64, StoreError>;

    /// Deletes every record whose `expires_at` is not after `now` as
    /// [`RecordStore::erase`] does, for all sites, and says how many there were. Does
    /// nothing while another server does it.
    fn expire(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Whether the store answers.
    fn ping(&self) -> Result<(), StoreError>;
}
