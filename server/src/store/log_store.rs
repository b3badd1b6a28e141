//! The part of a store that keeps the logs.

use super::error::StoreError;
use super::log_difference::LogDifference;
use constat_shared::{Hash, LogEntry, LogId, LogShards, SignedCheckpoint, SiteId, TreeHead};

/// What an audit of a log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// The number of leaves whose record is stored and matches.
    pub record_count: u64,
    /// The number of leaves that are operator entries.
    pub entry_count: u64,
    /// The number of leaves whose record was erased or has expired.
    pub erased_count: u64,
    /// The head computed from the leaves; `None` for an empty log.
    pub head: Option<TreeHead>,
    /// The first difference; `None` when everything matches.
    pub difference: Option<LogDifference>,
}

/// Keeps the logs. Calls block, and any thread may make them.
///
/// A site has one log a month, or several (its shards). Each consent id belongs
/// to one shard, and no shard refers to another.
pub trait LogStore: Send + Sync {
    /// Sets the number of logs a month of a site; it is one until then.
    ///
    /// # Errors
    /// [`StoreError::ShardsDiffer`] when the site already has another number.
    fn set_shards(&self, site: &SiteId, shards: LogShards) -> Result<(), StoreError>;

    /// The number of logs a month of a site.
    fn shards(&self, site: &SiteId) -> Result<LogShards, StoreError>;

    /// The size and root of a log; `None` when it has no leaf.
    fn head(&self, log: &LogId) -> Result<Option<TreeHead>, StoreError>;

    /// The proof that the leaf at `leaf_index` is in the tree of the first `size`
    /// leaves; `None` when the log has no such leaf or is smaller.
    fn inclusion_proof(
        &self,
        log: &LogId,
        leaf_index: u64,
        size: u64,
    ) -> Result<Option<Vec<Hash>>, StoreError>;

    /// The proof that the tree of `to` leaves begins with that of `from` leaves;
    /// `None` when the log is smaller than `to`, or `from` is larger than `to`.
    fn consistency_proof(&self, log: &LogId, from: u64, to: u64) -> Result<Option<Vec<Hash>>, StoreError>;

    /// Keeps the newest signed head of a log.
    fn keep_checkpoint(&self, log: &LogId, checkpoint: &SignedCheckpoint) -> Result<(), StoreError>;

    /// The newest signed head of a log; `None` when none was kept.
    fn checkpoint(&self, log: &LogId) -> Result<Option<SignedCheckpoint>, StoreError>;

    /// Appends an operator entry to a log, durably, and returns the index of its
    /// leaf.
    ///
    /// # Errors
    /// [`StoreError::Engine`] when the log was dropped.
    fn append_entry(&self, log: &LogId, entry: &LogEntry) -> Result<u64, StoreError>;

    /// The operator entries of a log with their leaves' indexes, in order: also all
    /// purge entries, of which there can be tens of thousands.
    fn operator_entries(&self, log: &LogId) -> Result<Vec<(u64, LogEntry)>, StoreError>;

    /// The operator entries of a log that are not purge entries, as
    /// [`LogStore::operator_entries`]. There are few: one for each notice,
    /// snapshot and time-stamp.
    fn entries_but_purges(&self, log: &LogId) -> Result<Vec<(u64, LogEntry)>, StoreError>;

    /// Every log that has leaves, by site, month and shard.
    fn logs(&self) -> Result<Vec<LogId>, StoreError>;

    /// Deletes the leaves and entries of a log and keeps its last signed head,
    /// unless a record of the log is still stored. Returns whether it did.
    fn drop_log(&self, log: &LogId, checkpoint: &SignedCheckpoint) -> Result<bool, StoreError>;

    /// Recomputes a whole log from the stored data and compares the number of
    /// missing records with the purge entries and the deletions that are still to be
    /// written into one.
    fn audit(&self, log: &LogId) -> Result<Audit, StoreError>;
}
