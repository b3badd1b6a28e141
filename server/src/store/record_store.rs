//! The part of a store that keeps records.

use super::error::StoreError;
use constat_shared::log::merkle;
use constat_shared::{CommitmentKey, ConsentId, EventId, Hash, LogId, LogShards, Record, SiteId, Timestamp};

/// A record with its commitment, ready to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct CommittedRecord {
    /// The log that gets its leaf.
    pub log: LogId,
    /// The record.
    pub record: Record,
    /// The key of its commitment.
    pub key: CommitmentKey,
    /// The hash of its leaf in the log.
    pub leaf: Hash,
}

impl CommittedRecord {
    /// Commits to a record with a key. `shards` is the number of logs a month of its site.
    pub fn new(record: Record, key: CommitmentKey, shards: LogShards) -> CommittedRecord {
        let leaf = merkle::leaf_hash(key.commit(&record).as_bytes());
        CommittedRecord { log: LogId::of(&record, shards), record, key, leaf }
    }
}

/// The result for one record of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is stored and durable; this is the index of its leaf in its log.
    Stored(u64),
    /// An earlier record has its event id and came from the same request: that
    /// record and its leaf's index. Nothing was written.
    Repeated(Box<Record>, u64),
    /// An earlier record has its event id and came from another request. Nothing was written.
    Conflict,
    /// The machine that holds its shard did not answer, while others did. The
    /// record is not acknowledged, but may be stored.
    Failed,
}

/// The most records that [`RecordStore::history`] returns.
pub const HISTORY_MAX: usize = 1000;

/// Keeps the records of visitors. Calls block, and any thread may make them.
pub trait RecordStore: Send + Sync {
    /// Stores records in their order, each with a leaf at the end of its log, in
    /// one durable commit: after `Ok` they survive a crash of the process and of
    /// the machine. The results are in the order of the records.
    ///
    /// A shard stores an event id once, also within one batch. A repetition has
    /// the same consent id and therefore reaches the same shard.
    ///
    /// # Errors
    /// The call acknowledges nothing. SQLite has stored nothing. Redis may have
    /// stored all records of some shards and none of the others: a repeated call
    /// finds them by their event ids.
    fn append(&self, entries: &[CommittedRecord]) -> Result<Vec<Appended>, StoreError>;

    /// The record of a consent id on a site with that event id, with its key and
    /// the index of its leaf.
    fn find(
        &self,
        site: &SiteId,
        consent_id: &ConsentId,
        event_id: &EventId,
    ) -> Result<Option<(CommittedRecord, u64)>, StoreError>;

    /// The newest [`HISTORY_MAX`] records of a consent id on a site, sorted by
    /// `recorded_at`, oldest first.
    fn history(&self, site: &SiteId, consent_id: &ConsentId) -> Result<Vec<Record>, StoreError>;

    /// Deletes every record of a consent id on a site with its key, and returns
    /// how many there were. No file of the store keeps their bytes; Redis removes
    /// them from its files at the next run of [`RecordStore::expire`].
    ///
    /// The leaves stay, so every earlier head of the log remains valid. The same
    /// commit writes a purge entry to the shard's log of the month of `now`,
    /// unless there was no record.
    fn erase(&self, site: &SiteId, consent_id: &ConsentId, now: Timestamp) -> Result<u64, StoreError>;

    /// Deletes every record of every site whose `expires_at` is not after `now`,
    /// as [`RecordStore::erase`] does, and returns how many there were. Does
    /// nothing while another server runs it.
    fn expire(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Checks that the store can store records now.
    fn ping(&self) -> Result<(), StoreError>;
}
