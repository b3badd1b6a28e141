//! Whether a record could be stored now: what the last write has shown, or else a
//! write that changes nothing.

use super::waiting::{BUSY_TIMEOUT, lock};
use super::write_connection::WriteConnection;
use crate::store::StoreError;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How long a write counts as the answer, so that a test write is made at most once
/// in this time.
const COUNTS_FOR: Duration = Duration::from_secs(1);
/// How long a test write waits for a writer of another process.
const WAIT: Duration = Duration::from_secs(1);
/// How many pages are written after a failure: a record takes about six, and a full
/// disk may have room for fewer.
const PAGES_AFTER_FAILURE: u32 = 8;

/// What the last write has shown.
#[derive(Default)]
pub struct Readiness {
    last: Mutex<Option<(Instant, Result<(), String>)>>,
    /// One test write at a time.
    testing: Mutex<()>,
}

impl Readiness {
    /// Takes the outcome of a write. An error that is not the engine's shows nothing.
    pub fn note<T>(&self, result: &Result<T, StoreError>) {
        let shown = match result {
            Ok(_) => Ok(()),
            Err(StoreError::Engine(words)) => Err(words.clone()),
            Err(_) => return,
        };
        *lock(&self.last) = Some((Instant::now(), shown));
    }

    /// What a write has shown within the last [`COUNTS_FOR`].
    fn shown(&self) -> Option<Result<(), StoreError>> {
        let last = lock(&self.last);
        let (at, shown) = last.as_ref()?;
        (at.elapsed() < COUNTS_FOR).then(|| shown.clone().map_err(StoreError::Engine))
    }

    fn has_failed(&self) -> bool {
        matches!(&*lock(&self.last), Some((_, Err(_))))
    }

    /// Checks that a record could be written to the disk.
    ///
    /// # Errors
    /// What the last write has shown, or the test write.
    pub fn check(&self, writer: &Mutex<WriteConnection>) -> Result<(), StoreError> {
        let _testing = lock(&self.testing);
        if let Some(shown) = self.shown() {
            return shown;
        }
        let pages = if self.has_failed() { PAGES_AFTER_FAILURE } else { 1 };
        // The writer is free between two of them.
        let result = (0..pages).try_for_each(|_| write_one_page(lock(writer).connection()));
        self.note(&result);
        result
    }
}

/// Writes the first page as it is, durably: SQLite compares nothing when it sets the version.
fn write_one_page(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(WAIT)?;
    let written = set_version(connection);
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(written?)
}

fn set_version(connection: &Connection) -> rusqlite::Result<()> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    transaction.pragma_update(None, "user_version", version)?;
    transaction.commit()
}
