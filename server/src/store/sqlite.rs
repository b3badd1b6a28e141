//! The embedded store: one SQLite file in the data folder.
//!
//! WAL with `synchronous=FULL`: a commit is on disk when it returns. There is
//! one writing connection; readers have their own and never wait for it.
//! `secure_delete` overwrites what is deleted, and the log of changes is cut
//! off after an expiry, so that no file keeps a deleted record's bytes.

use super::{Appended, HISTORY_MAX, Store, StoreError};
use constat_shared::{ConsentId, Hash, Notice, PublishedNotice, Record, SiteId, Timestamp, canonical};
use rows::NoticeRow;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

mod rows;

/// The name of the database in the data folder.
pub const FILE_NAME: &str = "constat.db";

const SCHEMA: &str = include_str!("sqlite/schema.sql");
const SCHEMA_VERSION: i64 = 1;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const READERS_MAX: usize = 8;
/// Notices kept at hand while records are written; a site has few at a time.
const NOTICES_CACHED_MAX: usize = 256;
/// How many records one commit of an expiry deletes, so that writers wait briefly.
const EXPIRE_CHUNK: i64 = 5000;

/// The embedded store.
pub struct SqliteStore {
    path: std::path::PathBuf,
    writer: Mutex<Writer>,
    readers: Mutex<Vec<Connection>>,
}

struct Writer {
    connection: Connection,
    notices: HashMap<Hash, Arc<NoticeRow>>,
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
        connection.pragma_update(None, "foreign_keys", "ON")?;
        create_schema(&mut connection)?;
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
        let writer = Writer { connection, notices: HashMap::new() };
        SqliteStore { path, writer: Mutex::new(writer), readers: Mutex::default() }
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

fn check_version(connection: &Connection) -> Result<(), StoreError> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version == SCHEMA_VERSION {
        return Ok(());
    }
    let detail = format!("its schema has version {version}, this one reads {SCHEMA_VERSION}");
    Err(StoreError::Unreadable(detail))
}

fn create_schema(connection: &mut Connection) -> Result<(), StoreError> {
    // Immediate: of two processes that start at once, one makes the schema.
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    }
    transaction.commit()?;
    check_version(connection)
}

/// Nobody but the server's own account reads the records.
fn restrict(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    let owner_only = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(path, owner_only).map_err(|error| StoreError::Engine(error.to_string()))
}

impl Writer {
    fn append(&mut self, records: &[Record]) -> Result<Vec<Appended>, StoreError> {
        let Writer { connection, notices } = self;
        let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        if notices.len() > NOTICES_CACHED_MAX {
            notices.clear();
        }
        let mut results = Vec::with_capacity(records.len());
        for record in records {
            let notice = match notices.get(&record.notice_hash) {
                Some(notice) => Arc::clone(notice),
                None => {
                    let notice = NoticeRow::by_hash(&transaction, &record.notice_hash)?;
                    let notice = Arc::new(notice.ok_or(StoreError::NoticeUnknown(record.notice_hash))?);
                    notices.insert(record.notice_hash, Arc::clone(&notice));
                    notice
                }
            };
            results.push(append_one(&transaction, record, &notice)?);
        }
        transaction.commit()?;
        Ok(results)
    }
}

fn append_one(connection: &Connection, record: &Record, notice: &NoticeRow) -> Result<Appended, StoreError> {
    if rows::insert(connection, record, notice)? {
        return Ok(Appended::Stored);
    }
    let before = rows::by_event(connection, &record.event_id)?
        .ok_or_else(|| StoreError::Unreadable(format!("the record {} came and went", record.event_id)))?;
    Ok(if before.same_request(record) { Appended::Repeated(Box::new(before)) } else { Appended::Conflict })
}

impl Store for SqliteStore {
    fn append(&self, records: &[Record]) -> Result<Vec<Appended>, StoreError> {
        lock(&self.writer).append(records)
    }

    fn history(&self, site: &SiteId, consent_id: &ConsentId) -> Result<Vec<Record>, StoreError> {
        self.read(|connection| rows::by_consent(connection, site, consent_id, HISTORY_MAX))
    }

    fn publish(&self, notice: &PublishedNotice, at: Timestamp) -> Result<(), StoreError> {
        let writer = lock(&self.writer);
        let json = String::from_utf8(canonical::to_vec(&**notice))
            .map_err(|e| StoreError::Unreadable(e.to_string()))?;
        writer.connection.execute(
            "INSERT INTO notices (notice_hash, terms_hash, site, published_at, json) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (notice_hash) DO NOTHING",
            params![
                notice.notice_hash().as_bytes(),
                notice.terms_hash().as_bytes(),
                notice.site.as_str(),
                at.unix_ms(),
                json
            ],
        )?;
        Ok(())
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

    fn expire(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut total = 0;
        loop {
            let deleted = lock(&self.writer).connection.execute(
                "DELETE FROM records WHERE event_id IN (SELECT event_id FROM records WHERE expires_at <= ? LIMIT ?)",
                params![now.unix_ms(), EXPIRE_CHUNK],
            )?;
            total += deleted as u64;
            if (deleted as i64) < EXPIRE_CHUNK {
                break;
            }
        }
        // Cuts off the log of changes, where the deleted bytes still stand. A
        // reader in the middle of its work can prevent it, so every run does it.
        let writer = lock(&self.writer);
        writer.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(total)
    }

    fn ping(&self) -> Result<(), StoreError> {
        self.read(|connection| Ok(connection.query_row("SELECT 1", [], |_| Ok(()))?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract;

    fn store() -> (tempfile::TempDir, SqliteStore) {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path()).unwrap();
        (dir, store)
    }

    #[test]
    fn a_record_comes_back_as_it_was_stored() {
        contract::a_record_comes_back_as_it_was_stored(&store().1);
    }

    #[test]
    fn a_repeated_event_returns_the_first_record_and_writes_nothing() {
        contract::a_repeated_event_returns_the_first_record_and_writes_nothing(&store().1);
    }

    #[test]
    fn an_event_id_with_other_content_is_a_conflict() {
        contract::an_event_id_with_other_content_is_a_conflict(&store().1);
    }

    #[test]
    fn a_batch_with_an_unpublished_notice_stores_nothing() {
        contract::a_batch_with_an_unpublished_notice_stores_nothing(&store().1);
    }

    #[test]
    fn a_notice_is_kept_for_ever_by_its_hash() {
        contract::a_notice_is_kept_for_ever_by_its_hash(&store().1);
    }

    #[test]
    fn expiry_deletes_what_is_due_and_nothing_else() {
        contract::expiry_deletes_what_is_due_and_nothing_else(&store().1);
    }

    #[test]
    fn histories_are_apart_by_site_and_consent_id() {
        contract::histories_are_apart_by_site_and_consent_id(&store().1);
    }

    #[test]
    fn the_bytes_of_an_expired_record_are_in_no_file() {
        let (dir, store) = store();
        let (record, marker) = contract::an_expiring_record(&store);
        let holds = |dir: &Path| {
            let files =
                std::fs::read_dir(dir).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
            files.into_iter().any(|bytes| bytes.windows(marker.len()).any(|window| window == marker))
        };
        assert!(holds(dir.path()), "the marker must be found before, or the test proves nothing");
        assert_eq!(store.expire(record.expires_at).unwrap(), 1);
        assert!(!holds(dir.path()));
    }

    #[test]
    fn a_store_of_another_version_is_refused_and_left_alone() {
        let (dir, store) = store();
        drop(store);
        let connection = Connection::open(dir.path().join(FILE_NAME)).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        for opened in [SqliteStore::open(dir.path()), SqliteStore::open_to_read(dir.path())] {
            let error = opened.err().unwrap().to_string();
            assert!(error.contains("version 99"), "{error}");
        }
    }

    #[test]
    fn only_the_owner_can_read_the_file() {
        use std::os::unix::fs::PermissionsExt;
        let (dir, _store) = store();
        let mode = std::fs::metadata(dir.path().join(FILE_NAME)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
