//! The one connection that writes, with its cache of notices and logs.

use super::tables::logs::Log;
use super::tables::records::{self, Deleted};
use super::tables::{erased_events, notices, purges, times};
use crate::crash;
use crate::store::common::NoticeDigits;
use crate::store::{Appended, CommittedRecord, DAY_MAX, HISTORY_MAX, StoreError};
use constat_shared::log::PurgeReason;
use constat_shared::{Hash, LogId, Timestamp};
use rusqlite::{Connection, TransactionBehavior};
use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::sync::Arc;

/// The most notices, and the most logs, in the cache; a site uses few at a time.
const CACHED_MAX: usize = 256;
/// The most records that one commit of an expiry deletes, so that other writers
/// wait only briefly.
pub const EXPIRE_CHUNK: u64 = 5000;

/// The one connection that writes.
pub struct WriteConnection {
    connection: Connection,
    notices: HashMap<Hash, Arc<NoticeDigits>>,
    logs: HashMap<LogId, Log>,
    /// SQLite's `data_version`: it changes when another connection commits.
    data_version: i64,
}

impl WriteConnection {
    /// A connection with an empty cache.
    pub fn new(connection: Connection) -> WriteConnection {
        WriteConnection { connection, notices: HashMap::new(), logs: HashMap::new(), data_version: 0 }
    }

    /// The writing connection, for a change that adds no leaf.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Stores records in one durable commit; the results are in their order.
    pub fn append(&mut self, entries: &[CommittedRecord]) -> Result<Vec<Appended>, StoreError> {
        // After an error or a panic the cached sizes include leaves that were rolled back: they are dropped.
        let mut logs = std::mem::take(&mut self.logs);
        let results = self.try_append(&mut logs, entries)?;
        self.logs = logs;
        Ok(results)
    }

    fn try_append(
        &mut self,
        logs: &mut HashMap<LogId, Log>,
        entries: &[CommittedRecord],
    ) -> Result<Vec<Appended>, StoreError> {
        let WriteConnection { connection, notices, data_version, .. } = self;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process, such as a command, may have written to a log since the last commit.
        let seen = transaction.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        if std::mem::replace(data_version, seen) != seen || logs.len() > CACHED_MAX {
            logs.clear();
        }
        if notices.len() > CACHED_MAX {
            notices.clear();
        }
        let mut results = Vec::with_capacity(entries.len());
        for entry in entries {
            let notice = cached_notice(&transaction, notices, &entry.record.notice_hash)?;
            let log = match logs.entry(entry.log.clone()) {
                Occupied(known) => known.into_mut(),
                Vacant(vacant) => {
                    let log = Log::open(&transaction, vacant.key())?;
                    vacant.insert(log)
                }
            };
            results.push(append_one(&transaction, entry, &notice, log)?);
        }
        let stored = entries.iter().zip(&results).filter(|(_, it)| matches!(it, Appended::Stored(_)));
        times::raise(&transaction, stored.map(|(entry, _)| entry.record.recorded_at).max())?;
        crash::at("store.before_commit");
        transaction.commit()?;
        crash::at("store.after_commit");
        Ok(results)
    }

    /// Changes logs in one durable commit. Empties the cache of logs: their sizes change.
    pub fn change_logs<T>(
        &mut self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.logs.clear();
        self.change(job)
    }

    /// Changes something other than logs in one durable commit.
    pub fn change<T>(
        &mut self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = job(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }

    /// Deletes records and counts them for the log in the same commit.
    pub fn purge(
        &mut self,
        now: Timestamp,
        reason: PurgeReason,
        delete: impl FnOnce(&Connection) -> Result<Deleted, StoreError>,
    ) -> Result<u64, StoreError> {
        self.change_logs(|connection| {
            let deleted = delete(connection)?;
            purges::write(connection, &deleted, now, reason)?;
            Ok(deleted.values().sum())
        })
    }
}

/// A published notice, from the cache or the database.
///
/// # Errors
/// [`StoreError::NoticeUnknown`] when it was never published.
pub fn cached_notice(
    connection: &Connection,
    notices: &mut HashMap<Hash, Arc<NoticeDigits>>,
    hash: &Hash,
) -> Result<Arc<NoticeDigits>, StoreError> {
    if let Some(notice) = notices.get(hash) {
        return Ok(Arc::clone(notice));
    }
    let notice = notices::by_hash(connection, hash)?;
    let notice = Arc::new(notice.ok_or(StoreError::NoticeUnknown(*hash))?);
    notices.insert(*hash, Arc::clone(&notice));
    Ok(notice)
}

fn append_one(
    connection: &Connection,
    entry: &CommittedRecord,
    notice: &NoticeDigits,
    log: &mut Log,
) -> Result<Appended, StoreError> {
    let record = &entry.record;
    let held = records::held(connection, log.shard, &record.consent_id, record.recorded_at.day_before())?;
    let of = (log.shard, &record.consent_id);
    if held.count > 0 && !records::is_holder(connection, of, &held, entry.holder)? {
        return Ok(Appended::NotHeld);
    }
    if erased_events::has(connection, log.shard, record)? {
        return Ok(Appended::Erased);
    }
    let is_full = held.count >= HISTORY_MAX as u64 || held.recent_count >= DAY_MAX as u64;
    let holder = if held.count > 0 { held.holder } else { entry.holder };
    if !is_full && records::insert(connection, entry, holder, notice, log)? {
        return log.push(connection, entry.leaf).map(Appended::Stored);
    }
    match records::by_event(connection, log.shard, &record.event_id)? {
        Some((before, leaf_index)) if before.record.same_request(record) => {
            Ok(Appended::Repeated(Box::new(before.record), leaf_index))
        }
        Some(_) => Ok(Appended::Conflict),
        None => Ok(Appended::TooMany),
    }
}
