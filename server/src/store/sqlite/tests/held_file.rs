//! A database that something else writes to.

use crate::store::sqlite::FILE_NAME;
use rusqlite::Connection;
use std::path::Path;

/// Keeps every other writer waiting, as a backup does.
pub struct HeldFile(Connection);

impl HeldFile {
    /// Holds the database of a data folder.
    pub fn hold(dir: &Path) -> HeldFile {
        let connection = Connection::open(dir.join(FILE_NAME)).unwrap();
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        HeldFile(connection)
    }

    /// Lets the other writers go on.
    pub fn release(self) {
        self.0.execute_batch("COMMIT").unwrap();
    }
}
