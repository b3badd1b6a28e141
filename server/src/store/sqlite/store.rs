//! The database file and the connections to it.

use super::schema::{check_version, create_schema};
use super::tables::logs::Log;
use super::write_connection::WriteConnection;
use crate::store::StoreError;
use constat_shared::LogId;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The name of the database in the data folder.
pub const FILE_NAME: &str = "constat.db";

const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const READERS_MAX: usize = 8;

/// The embedded store.
pub struct SqliteStore {
    path: PathBuf,
    write_connection: Mutex<WriteConnection>,
    readers: Mutex<Vec<Connection>>,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::Engine(error.to_string())
    }
}

/// A connection stays usable after a panic in another thread: SQLite rolls back a
/// transaction that is dropped.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SqliteStore {
    /// Opens the store in a folder, and creates it when there is none.
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
        // During a migration, references point to tables that are being replaced.
        connection.pragma_update(None, "foreign_keys", "OFF")?;
        create_schema(&mut connection)?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        restrict(&path)?;
        Ok(SqliteStore::with(path, connection))
    }

    /// Opens an existing store to read it, also while a server uses it.
    ///
    /// # Errors
    /// As [`SqliteStore::open`], and when there is no store.
    pub fn open_to_read(dir: &Path) -> Result<SqliteStore, StoreError> {
        let path = dir.join(FILE_NAME);
        let connection = open_reader(&path)?;
        check_version(&connection)?;
        Ok(SqliteStore::with(path, connection))
    }

    fn with(path: PathBuf, connection: Connection) -> SqliteStore {
        SqliteStore {
            path,
            write_connection: Mutex::new(WriteConnection::new(connection)),
            readers: Mutex::default(),
        }
    }

    /// The writing connection. Waits until no other thread uses it.
    pub(super) fn write_connection(&self) -> MutexGuard<'_, WriteConnection> {
        lock(&self.write_connection)
    }

    /// Reads a log in one transaction; `None` when it has no leaf.
    pub(super) fn read_log<T>(
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

    /// Reads with a connection that no other thread uses, and keeps it for the next reader.
    pub(super) fn read<T>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
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

/// Only the server's account may read the records.
fn restrict(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    let owner_only = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(path, owner_only).map_err(|error| StoreError::Engine(error.to_string()))
}
