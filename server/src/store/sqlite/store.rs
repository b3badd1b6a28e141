//! The database file and the connections to it.

use super::place::Place;
use super::readiness::Readiness;
use super::schema::{create_schema, is_current, prepare_to_read};
use super::tables::logs::Log;
use super::truncation::Truncation;
use super::waiting::{BUSY_TIMEOUT, lock};
use super::write_connection::WriteConnection;
use crate::failure::Failure;
use crate::files::{DATABASE_FILES, FileOwner};
use crate::store::StoreError;
use constat_shared::LogId;
use rusqlite::{Connection, OpenFlags};
use std::fmt::Display;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

/// The name of the database in the data folder.
pub const FILE_NAME: &str = DATABASE_FILES[0];

const READERS_MAX: usize = 8;
/// How many prepared statements a connection keeps: more than there are. With fewer, each record
/// would parse its statements again.
const STATEMENTS_MAX: usize = 64;

/// The embedded store.
pub struct SqliteStore {
    path: PathBuf,
    write_connection: Mutex<WriteConnection>,
    readers: Mutex<Vec<Connection>>,
    /// Nothing is written to a file that was removed.
    pub(super) place: Place,
    pub(super) truncation: Truncation,
    pub(super) readiness: Readiness,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error::{
            FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, Utf8Error,
        };
        match error {
            FromSqlConversionFailure(..)
            | IntegralValueOutOfRange(..)
            | InvalidColumnType(..)
            | Utf8Error(..) => StoreError::Unreadable(error.to_string()),
            _ => StoreError::Engine(error.to_string()),
        }
    }
}

impl SqliteStore {
    /// Opens the store in a folder, and creates it when there is none.
    ///
    /// # Errors
    /// [`StoreError::Engine`] when the file cannot be opened or written,
    /// [`StoreError::Unreadable`] when another version of Constat made it.
    pub fn open(dir: &Path) -> Result<SqliteStore, StoreError> {
        let path = database(dir)?;
        let owner = owner(dir)?;
        match owner.create_new(&path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(unusable(format_args!("{} cannot be made ({error})", path.display())));
            }
            _ => close_files(&owner, &path).map_err(unusable)?,
        }
        let mut connection = connect(&path, OpenFlags::default())?;
        prepare_to_write(&connection)?;
        // During a migration, references point to tables that are being replaced.
        connection.pragma_update(None, "foreign_keys", "OFF")?;
        create_schema(&mut connection)?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        Ok(SqliteStore::with(path, connection))
    }

    /// Opens an existing store to write to it, also while a server uses it; `None` for one of an earlier
    /// version, which stays as it is.
    ///
    /// # Errors
    /// As [`SqliteStore::open`], and when there is no store.
    pub fn open_current(dir: &Path) -> Result<Option<SqliteStore>, StoreError> {
        let path = database(dir)?;
        close_files(&owner(dir)?, &path).map_err(unusable)?;
        let connection = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        if !is_current(&connection)? {
            return Ok(None);
        }
        prepare_to_write(&connection)?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        Ok(Some(SqliteStore::with(path, connection)))
    }

    /// Opens an existing store to read it, also while a server uses it.
    ///
    /// # Errors
    /// As [`SqliteStore::open`], and when there is no store.
    pub fn open_to_read(dir: &Path) -> Result<SqliteStore, StoreError> {
        let path = database(dir)?;
        // On a medium that cannot be written, SQLite writes nothing beside it either.
        let _ = close_files(&owner(dir)?, &path);
        let connection = open_reader(&path)?;
        Ok(SqliteStore::with(path, connection))
    }

    fn with(path: PathBuf, connection: Connection) -> SqliteStore {
        SqliteStore {
            truncation: Truncation::new(path.clone()),
            readiness: Readiness::default(),
            place: Place::of(path.clone()),
            path,
            write_connection: Mutex::new(WriteConnection::new(connection)),
            readers: Mutex::default(),
        }
    }

    /// The writing connection. Waits until no other thread uses it.
    pub(super) fn write_connection(&self) -> MutexGuard<'_, WriteConnection> {
        lock(&self.write_connection)
    }

    /// Truncates the WAL, and returns whether that has to be done later.
    pub(super) fn clean_now(&self) -> Result<bool, StoreError> {
        self.truncation.attempt(&self.write_connection)
    }

    /// Checks that a record could be written to the disk.
    pub(super) fn check_writing(&self) -> Result<(), StoreError> {
        self.place.check()?;
        self.readiness.check(&self.write_connection)
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
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    prepare_to_read(&connection)?;
    Ok(connection)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NOFOLLOW)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(connection)
}

fn prepare_to_write(connection: &Connection) -> Result<(), StoreError> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection.pragma_update(None, "secure_delete", "ON")?)
}

/// The path of the database without links: SQLite refuses one in any part of it,
/// and the data folder itself may be reached through one, as under systemd.
fn database(dir: &Path) -> Result<PathBuf, StoreError> {
    Ok(dir.canonicalize().map_err(unusable)?.join(FILE_NAME))
}

/// Refuses another user's folder, and links in the place of files.
fn owner(dir: &Path) -> Result<FileOwner, StoreError> {
    FileOwner::of_folder(dir).map_err(unusable)
}

/// Closes the database to everybody but its owner, and what SQLite keeps beside
/// it, which has the mode of the database.
fn close_files(owner: &FileOwner, path: &Path) -> Result<(), Failure> {
    DATABASE_FILES.iter().try_for_each(|name| owner.close_file(&path.with_file_name(name)))
}

fn unusable(error: impl Display) -> StoreError {
    StoreError::Engine(error.to_string())
}
