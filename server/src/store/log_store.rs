//! The part of a store that keeps the logs.

use super::error::StoreError;
use constat_shared::{Hash, LogEntry, LogId, LogShards, SignedCheckpoint, SiteId, TreeHead};

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
    pub head: Option<TreeHead>,
    /// The first thing that is not as it should be, in words.
    pub difference: Option<String>,
}

/// Keeps the logs. Calls block; they may come from any thread.
///
/// A site has one log a month, or several (its shards): then each consent id
/// belongs to one of them, and shards know nothing of each other.
pub trait LogStore: Send + Sync {
    /// Says over how many logs a month the records of a site are spread. It is
    /// one until this was called, and what it is once anything was kept for the
    /// site: another number is then refused with [`StoreError::Spread`].
    fn spread(&self, site: &SiteId, shards: LogShards) -> Result<(), StoreError>;

    /// Over how many logs a month the records of a site are spread.
    fn shards(&self, site: &SiteId) -> Result<LogShards, StoreError>;

    /// The size and root of a log; nothing when it has no leaf.
    fn head(&self, log: &LogId) -> Result<Option<TreeHead>, StoreError>;

    /// The proof that the leaf at `index` is in the tree of the first `size`
    /// leaves; nothing when the log has no such leaf or is smaller.
    fn inclusion_proof(&self, log: &LogId, index: u64, size: u64) -> Result<Option<Vec<Hash>>, StoreError>;

    /// The proof that the tree of `to` leaves begins with that of `from`;
    /// nothing when the log is smaller than `to`, or `from` larger.
    fn consistency_proof(&self, log: &LogId, from: u64, to: u64) -> Result<Option<Vec<Hash>>, StoreError>;

    /// Keeps the newest signed head of a log.
    fn keep_checkpoint(&self, log: &LogId, checkpoint: &SignedCheckpoint) -> Result<(), StoreError>;

    /// The signed head kept last.
    fn checkpoint(&self, log: &LogId) -> Result<Option<SignedCheckpoint>, StoreError>;

    /// Writes an entry of the server's own at the end of a log, durably, and
    /// returns its leaf index. Refused, like a record, for a log that was dropped.
    fn append_entry(&self, log: &LogId, entry: &LogEntry) -> Result<u64, StoreError>;

    /// The server's own entries of a log with their leaf indexes, in their order.
    /// There are few: one for each purge, notice, snapshot and time-stamp.
    fn operator_entries(&self, log: &LogId) -> Result<Vec<(u64, LogEntry)>, StoreError>;

    /// Every log that has leaves, by site, month and shard.
    fn logs(&self) -> Result<Vec<LogId>, StoreError>;

    /// Deletes the leaves and entries of a log and keeps its last signed head;
    /// says whether it did. It does not while a record of the log is stored.
    fn drop_log(&self, log: &LogId, checkpoint: &SignedCheckpoint) -> Result<bool, StoreError>;

    /// Works a whole log out anew from what is stored, and holds the records that
    /// are gone against the purge entries; says what differs first.
    fn audit(&self, log: &LogId) -> Result<Audit, StoreError>;
}
