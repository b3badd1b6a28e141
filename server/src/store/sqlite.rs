//! The embedded store: one SQLite file in the data folder.
//!
//! WAL with `synchronous=FULL`: a commit is on disk when it returns. There is
//! one writing connection; readers have their own and never wait for it.
//! `secure_delete` overwrites what is deleted, and the log of changes is cut
//! off after an expiry, so that no file keeps a deleted record's bytes.

use super::common::{KnownNotice, purges};
use super::{Appended, Audit, Entry, HISTORY_MAX, StoreError};
use super::{KeyStore, LogStore, NoticeStore, RecordStore};
use crate::crash;
use constat_shared::log::PurgeReason;
use constat_shared::{
    Checkpoint, ConsentId, EventId, Hash, Jwk, LogEntry, LogId, LogShards, Notice, PublishedNotice, Record,
    SiteId, Timestamp,
};
use log::Log;
use rows::Deleted;
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};
use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

mod log;
mod moving;
#[cfg(test)]
mod random;
mod rows;
mod shards;

/// The name of the database in the data folder.
pub const FILE_NAME: &str = "constat.db";

const SCHEMA: &str = include_str!("sqlite/schema.sql");
const FROM_VERSION_2: &str = include_str!("sqlite/from_version_2.sql");
/// Version 1 had no table of keys, version 2 no shards.
const SCHEMA_VERSION: i64 = 3;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const READERS_MAX: usize = 8;
/// Notices and logs kept at hand while records are written; a site has few at a time.
const CACHED_MAX: usize = 256;
/// How many records one commit of an expiry deletes, so that writers wait briefly.
const EXPIRE_CHUNK: u64 = 5000;

/// The embedded store.
pub struct SqliteStore {
    path: std::path::PathBuf,
    writer: Mutex<Writer>,
    readers: Mutex<Vec<Connection>>,
}

struct Writer {
    connection: Connection,
    notices: HashMap<Hash, Arc<KnownNotice>>,
    logs: HashMap<LogId, Log>,
    /// SQLite's number for what other connections have changed.
    data_version: i64,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::Engine(error.to_string())
    }
}

/// A panic elsewhere cannot leave a connection half-used: a transaction that
/// is dropped is rolled back.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SqliteStore {
    /// Opens the store in a folder, and makes it when it is not there.
    ///
    /// # Errors
    /// [`StoreError::Engine`] when the file cannot be opened or written,
    /// [`StoreError::Unreadable`] when another version of Constat made it.
    pub fn open(dir: &Path) -> Result<SqliteStore, StoreError> {
        let path = dir.join(FILE_NAME);
        let mut connection = Connection::open(&path)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "secure_delete", "ON")?;
        // A table that takes the place of an older one leaves what refers to it alone for a moment.
        connection.pragma_update(None, "foreign_keys", "OFF")?;
        create_schema(&mut connection)?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        restrict(&path)?;
        Ok(SqliteStore::with(path, connection))
    }

    /// Opens a store that is there, only to read it, also while a server uses it.
    ///
    /// # Errors
    /// As [`SqliteStore::open`], and when there is no store.
    pub fn open_to_read(dir: &Path) -> Result<SqliteStore, StoreError> {
        let path = dir.join(FILE_NAME);
        let connection = open_reader(&path)?;
        check_version(&connection)?;
        Ok(SqliteStore::with(path, connection))
    }

    fn with(path: std::path::PathBuf, connection: Connection) -> SqliteStore {
        let writer = Writer { connection, notices: HashMap::new(), logs: HashMap::new(), data_version: 0 };
        SqliteStore { path, writer: Mutex::new(writer), readers: Mutex::default() }
    }

    /// Reads a log as it is at one moment; nothing when it has no leaf.
    fn read_log<T>(
        &self,
        id: &LogId,
        job: impl FnOnce(&Connection, &Log) -> Result<Option<T>, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.read(|connection| {
            let moment = connection.unchecked_transaction()?;
            match Log::find(&moment, id)? {
                Some(log) if log.size > 0 => job(&moment, &log),
                _ => Ok(None),
            }
        })
    }

    /// Reads with a connection of its own, kept for the next reader.
    fn read<T>(&self, job: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let idle = lock(&self.readers).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => open_reader(&self.path)?,
        };
        let result = job(&connection);
        let mut readers = lock(&self.readers);
        if readers.len() < READERS_MAX {
            readers.push(connection);
        }
        result
    }
}

fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

fn version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

fn check_version(connection: &Connection) -> Result<(), StoreError> {
    let version = version(connection)?;
    if version == SCHEMA_VERSION {
        return Ok(());
    }
    let detail = format!("its schema has version {version}, this one reads {SCHEMA_VERSION}");
    Err(StoreError::Unreadable(detail))
}

fn create_schema(connection: &mut Connection) -> Result<(), StoreError> {
    // Immediate: of two processes that start at once, one makes the schema.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    } else if let 1 | 2 = version(&transaction)? {
        migrate(&transaction)?;
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    }
    transaction.commit()?;
    check_version(connection)
}

/// Makes the tables anew and moves what is in the old ones: it is there whole or not at all.
fn migrate(connection: &Connection) -> Result<(), StoreError> {
    // Otherwise what refers to a table would follow it under its old name.
    connection.pragma_update(None, "legacy_alter_table", "ON")?;
    connection.execute_batch(
        "ALTER TABLE logs RENAME TO logs_2; ALTER TABLE records RENAME TO records_2;
         DROP INDEX records_by_consent_id; DROP INDEX records_by_expiry;",
    )?;
    connection.execute_batch(SCHEMA)?;
    connection.execute_batch(FROM_VERSION_2)?;
    Ok(connection.pragma_update(None, "legacy_alter_table", "OFF")?)
}

/// Nobody but the server's own account reads the records.
fn restrict(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    let owner_only = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(path, owner_only).map_err(|error| StoreError::Engine(error.to_string()))
}

impl Writer {
    fn append(&mut self, entries: &[Entry]) -> Result<Vec<Appended>, StoreError> {
        let result = self.try_append(entries);
        if result.is_err() {
            // What was rolled back must not be remembered.
            self.logs.clear();
        }
        result
    }

    fn try_append(&mut self, entries: &[Entry]) -> Result<Vec<Appended>, StoreError> {
        let Writer { connection, notices, logs, data_version } = self;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // A command beside the server may have written to a log since.
        let seen = transaction.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        if std::mem::replace(data_version, seen) != seen || logs.len() > CACHED_MAX {
            logs.clear();
        }
        if notices.len() > CACHED_MAX {
            notices.clear();
        }
        let mut results = Vec::with_capacity(entries.len());
        for entry in entries {
            let notice = known_notice(&transaction, notices, &entry.record.notice_hash)?;
            let log = match logs.entry(entry.log.clone()) {
                Occupied(known) => known.into_mut(),
                Vacant(place) => {
                    let log = Log::open(&transaction, place.key())?;
                    place.insert(log)
                }
            };
            results.push(append_one(&transaction, entry, &notice, log)?);
        }
        crash::at("store.before_commit");
        transaction.commit()?;
        crash::at("store.after_commit");
        Ok(results)
    }

    /// Changes logs in one durable commit; what is remembered of them is counted anew afterwards.
    fn change_logs<T>(
        &mut self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.logs.clear();
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = job(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }

    /// Cuts the log of changes off, where deleted bytes still stand.
    fn truncate_changes(&self) -> Result<(), StoreError> {
        Ok(self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }

    /// Deletes records, and says so in the logs of the month in the same commit.
    fn purge(
        &mut self,
        now: Timestamp,
        reason: PurgeReason,
        delete: impl FnOnce(&Connection) -> Result<Deleted, StoreError>,
    ) -> Result<u64, StoreError> {
        self.change_logs(|connection| {
            let deleted = delete(connection)?;
            for (log, purge) in purges(&deleted, now, reason) {
                log::write_entry(connection, &log, &LogEntry::Purge(purge))?;
            }
            Ok(deleted.values().sum())
        })
    }
}

fn known_notice(
    connection: &Connection,
    notices: &mut HashMap<Hash, Arc<KnownNotice>>,
    hash: &Hash,
) -> Result<Arc<KnownNotice>, StoreError> {
    if let Some(notice) = notices.get(hash) {
        return Ok(Arc::clone(notice));
    }
    let notice = rows::notice_by_hash(connection, hash)?;
    let notice = Arc::new(notice.ok_or(StoreError::NoticeUnknown(*hash))?);
    notices.insert(*hash, Arc::clone(&notice));
    Ok(notice)
}

fn append_one(
    connection: &Connection,
    entry: &Entry,
    notice: &KnownNotice,
    log: &mut Log,
) -> Result<Appended, StoreError> {
    if rows::insert(connection, entry, notice, log)? {
        return log.push(connection, entry.leaf).map(Appended::Stored);
    }
    let record = &entry.record;
    let (before, place) = rows::by_event(connection, log.shard, &record.event_id)?
        .ok_or_else(|| StoreError::Unreadable(format!("the record {} came and went", record.event_id)))?;
    if before.record.same_request(record) {
        return Ok(Appended::Repeated(Box::new(before.record), place));
    }
    Ok(Appended::Conflict)
}

impl RecordStore for SqliteStore {
    fn append(&self, entries: &[Entry]) -> Result<Vec<Appended>, StoreError> {
        lock(&self.writer).append(entries)
    }

    fn find(
        &self,
        site: &SiteId,
        consent_id: &ConsentId,
        event_id: &EventId,
    ) -> Result<Option<(Entry, u64)>, StoreError> {
        self.read(|connection| {
            let shard = shards::kept(connection, site)?.unwrap_or(LogShards::ONE).of(consent_id);
            let Some(shard) = shards::find(connection, site, shard)? else { return Ok(None) };
            let found = rows::by_event(connection, shard, event_id)?;
            Ok(found.filter(|(entry, _)| entry.record.consent_id == *consent_id))
        })
    }

    fn history(&self, site: &SiteId, consent_id: &ConsentId) -> Result<Vec<Record>, StoreError> {
        self.read(|connection| rows::by_consent(connection, site, consent_id, HISTORY_MAX))
    }

    fn erase(&self, site: &SiteId, consent_id: &ConsentId, now: Timestamp) -> Result<u64, StoreError> {
        let mut writer = lock(&self.writer);
        let deleted = writer
            .purge(now, PurgeReason::Erased, |connection| rows::delete_of(connection, site, consent_id))?;
        if deleted > 0 {
            writer.truncate_changes()?;
        }
        Ok(deleted)
    }

    fn expire(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut total = 0;
        loop {
            let deleted = lock(&self.writer).purge(now, PurgeReason::Expired, |connection| {
                rows::delete_due(connection, now, EXPIRE_CHUNK)
            })?;
            total += deleted;
            if deleted < EXPIRE_CHUNK {
                break;
            }
        }
        // A reader in the middle of its work can prevent it, so every run does it.
        lock(&self.writer).truncate_changes()?;
        Ok(total)
    }

    fn ping(&self) -> Result<(), StoreError> {
        self.read(|connection| Ok(connection.query_row("SELECT 1", [], |_| Ok(()))?))
    }
}

impl NoticeStore for SqliteStore {
    fn publish(&self, notice: &PublishedNotice, at: Timestamp) -> Result<(), StoreError> {
        lock(&self.writer).change_logs(|connection| {
            if shards::kept(connection, &notice.site)?.is_none() {
                shards::spread(connection, &notice.site, LogShards::ONE)?;
            }
            rows::add_notice(connection, notice, at)
        })
    }

    fn notice(&self, hash: &Hash) -> Result<Option<Notice>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT json FROM notices WHERE notice_hash = ?")?;
            let json: Option<String> = statement.query_row([hash.as_bytes()], |row| row.get(0)).optional()?;
            let parse = |json: String| serde_json::from_str(&json);
            json.map(parse).transpose().map_err(|error| StoreError::Unreadable(error.to_string()))
        })
    }

    fn notices(&self) -> Result<Vec<(SiteId, Hash)>, StoreError> {
        self.read(rows::notices)
    }
}

impl LogStore for SqliteStore {
    fn spread(&self, site: &SiteId, shards: LogShards) -> Result<(), StoreError> {
        lock(&self.writer).change_logs(|connection| shards::spread(connection, site, shards))
    }

    fn shards(&self, site: &SiteId) -> Result<LogShards, StoreError> {
        Ok(self.read(|connection| shards::kept(connection, site))?.unwrap_or(LogShards::ONE))
    }

    fn head(&self, log: &LogId) -> Result<Option<Checkpoint>, StoreError> {
        self.read_log(log, |connection, log| log.head(connection, log.size).map(Some))
    }

    fn inclusion_proof(&self, log: &LogId, index: u64, size: u64) -> Result<Option<Vec<Hash>>, StoreError> {
        self.read_log(log, |connection, log| {
            let there = index < size && size <= log.size;
            there.then(|| log.inclusion(connection, index, size)).transpose()
        })
    }

    fn consistency_proof(&self, log: &LogId, from: u64, to: u64) -> Result<Option<Vec<Hash>>, StoreError> {
        self.read_log(log, |connection, log| {
            let there = from <= to && to <= log.size;
            there.then(|| log.consistency(connection, from, to)).transpose()
        })
    }

    fn keep_checkpoint(&self, log: &LogId, note: &str) -> Result<(), StoreError> {
        let writer = lock(&self.writer);
        let Some(Log { id, .. }) = Log::find(&writer.connection, log)? else { return Ok(()) };
        writer.connection.execute("UPDATE logs SET checkpoint = ? WHERE id = ?", params![note, id])?;
        Ok(())
    }

    fn checkpoint(&self, log: &LogId) -> Result<Option<String>, StoreError> {
        self.read(|connection| {
            let Some(Log { id, .. }) = Log::find(connection, log)? else { return Ok(None) };
            let mut statement = connection.prepare_cached("SELECT checkpoint FROM logs WHERE id = ?")?;
            Ok(statement.query_row([id], |row| row.get(0))?)
        })
    }

    fn write(&self, log: &LogId, entry: &LogEntry) -> Result<u64, StoreError> {
        lock(&self.writer).change_logs(|connection| log::write_entry(connection, log, entry))
    }

    fn entries(&self, log: &LogId) -> Result<Vec<(u64, LogEntry)>, StoreError> {
        let entries = self.read_log(log, |connection, log| log::entries(connection, log).map(Some))?;
        Ok(entries.unwrap_or_default())
    }

    fn logs(&self) -> Result<Vec<LogId>, StoreError> {
        self.read(log::list)
    }

    fn drop_log(&self, log: &LogId, checkpoint: &str) -> Result<bool, StoreError> {
        lock(&self.writer).change_logs(|connection| log::drop_leaves(connection, log, checkpoint))
    }

    fn audit(&self, id: &LogId) -> Result<Audit, StoreError> {
        let audit = self.read_log(id, |connection, log| log::audit(connection, id, log).map(Some))?;
        audit.ok_or_else(|| StoreError::Unreadable(format!("there is no log {}", id.origin())))
    }
}

impl KeyStore for SqliteStore {
    fn keys(&self) -> Result<Vec<Jwk>, StoreError> {
        self.read(rows::keys)
    }

    fn add_key(&self, key: &Jwk, at: Timestamp) -> Result<(), StoreError> {
        rows::add_key(&lock(&self.writer).connection, key, at)
    }
}

#[cfg(test)]
mod tests;
