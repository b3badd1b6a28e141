//! Truncates the WAL, which has the bytes of deleted records until then.
//!
//! SQLite cannot truncate it while a reader, of this process or of another one
//! such as a backup, needs what is in it. Nothing waits for a reader: the
//! truncation stays due, and `jobs/cleaning.rs` tries again.

use super::waiting::lock;
use super::write_connection::WriteConnection;
use crate::store::StoreError;
use rusqlite::{Connection, OpenFlags};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often an attempt is made before the truncation stays due, and the pause
/// between two: most readers are done within a few milliseconds.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(5);

/// Whether the WAL has to be truncated, and the connection that does it.
pub struct Truncation {
    path: PathBuf,
    due: AtomicBool,
    /// Opened at the first use. It waits for nobody, unlike the one that writes.
    connection: Mutex<Option<Connection>>,
}

impl Truncation {
    /// Of the database at a path. It is due: an earlier process may have ended before it was done.
    pub fn new(path: PathBuf) -> Truncation {
        Truncation { path, due: AtomicBool::new(true), connection: Mutex::default() }
    }

    /// Whether the WAL may still have the bytes of deleted records.
    pub fn is_due(&self) -> bool {
        self.due.load(Ordering::SeqCst)
    }

    /// Truncates the WAL, and returns whether it could not be done. It is due then.
    ///
    /// # Errors
    /// [`StoreError::Engine`], as when the disk fails. It is due then, too.
    pub fn attempt(&self, writer: &Mutex<WriteConnection>) -> Result<bool, StoreError> {
        self.due.store(true, Ordering::SeqCst);
        let mut connection = lock(&self.connection);
        let connection = match &mut *connection {
            Some(connection) => connection,
            none => none.insert(open(&self.path)?),
        };
        for attempt in 1..=ATTEMPTS {
            // Moves most of it into the database while others write.
            checkpoint(connection, "PASSIVE")?;
            // With the lock, so that no writer of this process is in the way.
            let writer = lock(writer);
            // A deletion that is committed from here on makes it due again.
            self.due.store(false, Ordering::SeqCst);
            let result = checkpoint(connection, "TRUNCATE");
            if !matches!(result, Ok(false)) {
                self.due.store(true, Ordering::SeqCst);
            }
            drop(writer);
            if !result? {
                return Ok(false);
            }
            if attempt < ATTEMPTS {
                std::thread::sleep(PAUSE);
            }
        }
        Ok(true)
    }
}

/// Moves changes from the WAL into the database, and returns whether something prevented it.
fn checkpoint(connection: &Connection, mode: &str) -> Result<bool, StoreError> {
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    Ok(connection.query_row(&sql, [], |row| row.get(0))?)
}

fn open(path: &PathBuf) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::ZERO)?;
    Ok(connection)
}
