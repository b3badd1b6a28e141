//! The logs in SQLite.

use super::store::SqliteStore;
use super::tables::audit::audit;
use super::tables::{logs, shards, times};
use crate::store::{Audit, LogStore, StoreError};
use constat_shared::{Hash, LogEntry, LogId, LogShards, SignedCheckpoint, SiteId, TreeHead};

impl LogStore for SqliteStore {
    fn set_shards(&self, site: &SiteId, shards: LogShards) -> Result<(), StoreError> {
        self.write_connection().change_logs(|connection| shards::set(connection, site, shards))
    }

    fn shards(&self, site: &SiteId) -> Result<LogShards, StoreError> {
        Ok(self.read(|connection| shards::kept(connection, site))?.unwrap_or(LogShards::ONE))
    }

    fn head(&self, log: &LogId) -> Result<Option<TreeHead>, StoreError> {
        self.read_log(log, |connection, log| log.head(connection, log.size).map(Some))
    }

    fn inclusion_proof(
        &self,
        log: &LogId,
        leaf_index: u64,
        size: u64,
    ) -> Result<Option<Vec<Hash>>, StoreError> {
        self.read_log(log, |connection, log| {
            let there = leaf_index < size && size <= log.size;
            there.then(|| log.inclusion(connection, leaf_index, size)).transpose()
        })
    }

    fn consistency_proof(&self, log: &LogId, from: u64, to: u64) -> Result<Option<Vec<Hash>>, StoreError> {
        self.read_log(log, |connection, log| {
            let there = from <= to && to <= log.size;
            there.then(|| log.consistency(connection, from, to)).transpose()
        })
    }

    fn keep_checkpoint(&self, log: &LogId, checkpoint: &SignedCheckpoint) -> Result<(), StoreError> {
        logs::keep_checkpoint(self.write_connection().connection(), log, checkpoint)
    }

    fn checkpoint(&self, log: &LogId) -> Result<Option<SignedCheckpoint>, StoreError> {
        self.read(|connection| logs::checkpoint(connection, log))
    }

    fn append_entry(&self, log: &LogId, entry: &LogEntry) -> Result<u64, StoreError> {
        self.write_connection().change_logs(|connection| {
            times::raise(connection, entry.written_at())?;
            logs::append_entry(connection, log, entry)
        })
    }

    fn operator_entries(&self, log: &LogId) -> Result<Vec<(u64, LogEntry)>, StoreError> {
        let entries =
            self.read_log(log, |connection, log| logs::operator_entries(connection, log).map(Some))?;
        Ok(entries.unwrap_or_default())
    }

    fn entries_but_purges(&self, log: &LogId) -> Result<Vec<(u64, LogEntry)>, StoreError> {
        let entries =
            self.read_log(log, |connection, log| logs::entries_but_purges(connection, log).map(Some))?;
        Ok(entries.unwrap_or_default())
    }

    fn logs(&self) -> Result<Vec<LogId>, StoreError> {
        self.read(logs::list)
    }

    fn drop_log(&self, log: &LogId, checkpoint: &SignedCheckpoint) -> Result<bool, StoreError> {
        self.write_connection().change_logs(|connection| logs::drop_leaves(connection, log, checkpoint))
    }

    fn audit(&self, id: &LogId) -> Result<Audit, StoreError> {
        let audit = self.read_log(id, |connection, log| audit(connection, id, log).map(Some))?;
        audit.ok_or_else(|| StoreError::Unreadable(format!("there is no log {}", id.origin())))
    }
}
