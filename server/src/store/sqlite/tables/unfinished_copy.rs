//! The table that marks an unfinished copy. It exists only during a copy, so that
//! any process that opens the file can see it.

use crate::store::StoreError;
use rusqlite::Connection;

/// Creates or removes the table.
pub fn set(connection: &Connection, unfinished: bool) -> Result<(), StoreError> {
    let sql = match unfinished {
        true => "CREATE TABLE IF NOT EXISTS unfinished_copy (is_unfinished INTEGER) STRICT",
        false => "DROP TABLE IF EXISTS unfinished_copy",
    };
    Ok(connection.execute_batch(sql)?)
}

/// Whether the table exists.
pub fn exists(connection: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'unfinished_copy')";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}
