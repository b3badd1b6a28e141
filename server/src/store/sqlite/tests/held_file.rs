//! A database that another process is writing to.

use crate::store::sqlite::FILE_NAME;
use rusqlite::Connection;
use std::path::Path;

/// Makes every other writer wait, as a backup does.
pub struct HeldFile(Connection);

impl HeldFile {
    /// Begins to write to the database of a data folder.
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
