//! The logs in Redis.

use super::connection::Call;
use super::data::entries;
use super::data::expiry_index;
use super::data::key_names::{SITES, Tag};
use super::data::log_tree::{self, Log};
use super::scripts::{APPEND_ENTRY, DROP, HEAD, token};
use super::store::RedisStore;
use crate::clock;
use crate::store::common::{Auditing, StoredLeaf, purged_count};
use crate::store::error::unreadable;
use crate::store::{Audit, LogStore, StoreError};
use constat_shared::log::merkle;
use constat_shared::{
    Hash, LogEntry, LogId, LogShards, Month, SignedCheckpoint, SiteId, TreeHead, canonical,
};
use redis::Cmd;

/// How often an audit begins again when something is deleted meanwhile.
const AUDITS: u32 = 3;

impl LogStore for RedisStore {
    fn set_shards(&self, site: &SiteId, shards: LogShards) -> Result<(), StoreError> {
        self.ensure_shards(&self.link.call(), site, shards)
    }

    fn shards(&self, site: &SiteId) -> Result<LogShards, StoreError> {
        self.cache.shards(&self.link.call(), site)
    }

    fn head(&self, log: &LogId) -> Result<Option<TreeHead>, StoreError> {
        let call = self.link.call();
        let log = Log::find(&call, log)?;
        log.map(|mut log| log.head(log.size)).transpose()
    }

    fn inclusion_proof(
        &self,
        log: &LogId,
        leaf_index: u64,
        size: u64,
    ) -> Result<Option<Vec<Hash>>, StoreError> {
        let call = self.link.call();
        let log = Log::find(&call, log)?.filter(|log| leaf_index < size && size <= log.size);
        log.map(|mut log| log.inclusion(leaf_index, size)).transpose()
    }

    fn consistency_proof(&self, log: &LogId, from: u64, to: u64) -> Result<Option<Vec<Hash>>, StoreError> {
        let call = self.link.call();
        let log = Log::find(&call, log)?.filter(|log| from <= to && to <= log.size);
        log.map(|mut log| log.consistency(from, to)).transpose()
    }

    fn keep_checkpoint(&self, log: &LogId, checkpoint: &SignedCheckpoint) -> Result<(), StoreError> {
        let keep = HEAD.on(Tag::of(log).bytes()).arg(log.month.to_string()).arg(checkpoint.as_str());
        self.link.call().run::<u64>(&keep).map(drop)
    }

    fn checkpoint(&self, log: &LogId) -> Result<Option<SignedCheckpoint>, StoreError> {
        let kept: Option<String> =
            self.link.call().ask(&Cmd::hget(Tag::of(log).heads(), log.month.to_string()))?;
        Ok(kept.map(SignedCheckpoint::from))
    }

    fn append_entry(&self, log: &LogId, entry: &LogEntry) -> Result<u64, StoreError> {
        let call = self.link.call();
        self.ensure_shards(&call, &log.site, log.shard.count())?;
        let json = canonical::to_vec(entry);
        let append = APPEND_ENTRY.on(Tag::of(log).bytes()).arg(token()?).arg(log.month.to_string());
        let dated = entry.written_at().map_or(0, |at| at.min(clock::now()).unix_ms());
        let append = append.arg(merkle::leaf_hash(&json).as_bytes().as_slice()).arg(json);
        call.run(&append.arg(entries::list(entry)).arg(dated))
    }

    fn operator_entries(&self, log: &LogId) -> Result<Vec<(u64, LogEntry)>, StoreError> {
        entries::all(&self.link, log)
    }

    fn entries_but_purges(&self, log: &LogId) -> Result<Vec<(u64, LogEntry)>, StoreError> {
        entries::but_purges(&self.link, log)
    }

    fn logs(&self) -> Result<Vec<LogId>, StoreError> {
        let mut logs = Vec::new();
        for tag in self.cache.tags(&self.link.call())? {
            let months: Vec<String> = self.link.call().ask(&Cmd::hkeys(tag.logs()))?;
            for month in months {
                logs.push(tag.log(Month::parse(&month).map_err(unreadable)?));
            }
        }
        logs.sort_unstable();
        Ok(logs)
    }

    fn drop_log(&self, log: &LogId, checkpoint: &SignedCheckpoint) -> Result<bool, StoreError> {
        let drop = DROP.on(Tag::of(log).bytes()).arg(token()?).arg(log.month.to_string());
        let dropped: u64 = self.link.call().run(&drop.arg(checkpoint.as_str()).arg(&log_tree::LEVELS))?;
        Ok(dropped == 1)
    }

    fn audit(&self, id: &LogId) -> Result<Audit, StoreError> {
        for _ in 1..AUDITS {
            let purged = self.purged(id)?;
            let audit = self.audit_with(id, purged)?;
            if audit.difference.is_none() || self.purged(id)? == purged {
                return Ok(audit);
            }
            // Something was deleted, or written into the log, during the audit.
        }
        self.audit_with(id, self.purged(id)?)
    }
}

impl RedisStore {
    /// The audit of a log of which `purged` records were deleted.
    fn audit_with(&self, id: &LogId, purged: u64) -> Result<Audit, StoreError> {
        let none = || unreadable(format!("there is no log {}", id.origin()));
        let size = Log::find(&self.link.call(), id)?.ok_or_else(none)?.size;
        // Records that are appended during the audit are not part of it.
        let (mut stored, expired_count) = self.stored_leaves(id)?;
        stored.retain(|(leaf_index, _, _)| *leaf_index < size);
        let mut auditing = Auditing::new(stored);
        let chunk = log_tree::CHUNK / 16;
        for first in (0..size).step_by(chunk as usize) {
            let call = self.link.call();
            let log = Log::find(&call, id)?.ok_or_else(none)?;
            let leaves = log.hashes(0, first, chunk.min(size - first))?;
            for leaf in leaves.into_iter().flatten() {
                auditing.leaf(leaf, |level, index, hash| {
                    // A missing hash is correct: it was not computed yet.
                    let kept = log.hashes(level, index, 1)?.first().copied().flatten();
                    Ok::<_, StoreError>(kept.is_none_or(|kept| kept == hash))
                })?;
            }
        }
        Ok(auditing.finish(size, purged + expired_count))
    }

    /// Sets the number of logs a month of a site, unless it is set.
    ///
    /// # Errors
    /// [`StoreError::ShardsDiffer`] when it is set to another number.
    pub(super) fn ensure_shards(
        &self,
        call: &Call<'_>,
        site: &SiteId,
        shards: LogShards,
    ) -> Result<(), StoreError> {
        let kept = match self.cache.cached_shards(site) {
            Some(kept) => kept,
            None => {
                call.change(redis::cmd("HSETNX").arg(SITES).arg(site.as_str()).arg(shards.get()))?;
                self.cache.shards(call, site)?
            }
        };
        if kept == shards { Ok(()) } else { Err(StoreError::ShardsDiffer { site: site.clone(), kept }) }
    }

    /// The leaf of every record and entry of a log, and the number of records of
    /// format 1 that Redis has expired since the last run of the expiry job.
    fn stored_leaves(&self, log: &LogId) -> Result<(Vec<StoredLeaf>, u64), StoreError> {
        let tag = Tag::of(log);
        let mut expiries = expiry_index::of_month(&self.link, &tag, log.month)?;
        let events: Vec<_> = expiries.keys().copied().collect();
        let mut leaves = Vec::with_capacity(events.len());
        for (entry, leaf_index) in self.read(&tag, &events)? {
            expiries.remove(&entry.record.event_id);
            leaves.push((leaf_index, entry.leaf, true));
        }
        let now = clock::now().unix_ms() as f64;
        let expired_count = expiries.values().filter(|expires_at| **expires_at <= now).count() as u64;
        entries::each(&self.link, log, |leaf_index, entry| {
            leaves.push((leaf_index, entry.leaf_hash(), false));
        })?;
        Ok((leaves, expired_count))
    }

    /// The number of the log's records that are deleted according to the purge
    /// entries in the logs of its shard, and to those that are still to be written.
    fn purged(&self, id: &LogId) -> Result<u64, StoreError> {
        let mut count = entries::pending(&self.link, &Tag::of(id))?
            .into_iter()
            .filter_map(|(_, month, count)| (month == id.month).then_some(count))
            .sum();
        for other in self.logs()?.iter().filter(|other| other.is_beside(id)) {
            entries::each(&self.link, other, |_, entry| count += purged_count(&entry, id.month))?;
        }
        Ok(count)
    }
}
