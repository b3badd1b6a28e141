//! Creates the tables and migrates files of older versions.

use crate::store::StoreError;
use rusqlite::{Connection, TransactionBehavior};

const SCHEMA: &str = include_str!("schema.sql");
const FROM_VERSION_2: &str = include_str!("from_version_2.sql");
const FROM_VERSION_3: &str = include_str!("from_version_3.sql");
const FILL_VERSION_4: &str = include_str!("fill_version_4.sql");
const READ_VERSION_3: &str = include_str!("read_version_3.sql");
const READ_VERSION_4: &str = include_str!("read_version_4.sql");
/// Version 1 had no table of keys, version 2 no shards, version 3 no holders, no times, no
/// erased events and no pending purges, version 4 no documents and no trail, version 5 no index
/// of records by time.
const SCHEMA_VERSION: i64 = 6;

/// Creates the tables of an empty file, or migrates those of an earlier version.
///
/// # Errors
/// [`StoreError::Unreadable`] when the file has any other version.
pub fn create_schema(connection: &mut Connection) -> Result<(), StoreError> {
    // Immediate: of two processes that start at once, only one creates the schema.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    } else {
        let version = version(&transaction)?;
        match version {
            1 | 2 => from_version_2(&transaction)?,
            3 => transaction.execute_batch(FROM_VERSION_3)?,
            4 | 5 => {}
            _ => return check_version(&transaction),
        }
        transaction.execute_batch(SCHEMA)?;
        if version < 4 {
            transaction.execute_batch(FILL_VERSION_4)?;
        }
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    }
    transaction.commit()?;
    check_version(connection)
}

/// Prepares a connection that only reads, also for a file of version 3 to 5, which stays as it is.
///
/// # Errors
/// [`StoreError::Unreadable`] when the file has another version.
pub fn prepare_to_read(connection: &Connection) -> Result<(), StoreError> {
    let version = version(connection)?;
    if version == 3 {
        connection.execute_batch(READ_VERSION_3)?;
    }
    match version {
        3 | 4 => Ok(connection.execute_batch(READ_VERSION_4)?),
        // An index is missing: reading in pages takes longer.
        5 => Ok(()),
        _ => check_version(connection),
    }
}

/// Whether the file has the version of this program.
pub fn is_current(connection: &Connection) -> Result<bool, StoreError> {
    Ok(version(connection)? == SCHEMA_VERSION)
}

/// Checks that the file has the version of this program.
///
/// # Errors
/// [`StoreError::Unreadable`] when it has another one.
fn check_version(connection: &Connection) -> Result<(), StoreError> {
    let version = version(connection)?;
    if version == SCHEMA_VERSION {
        return Ok(());
    }
    let detail = format!("its schema has version {version}, this one reads {SCHEMA_VERSION}");
    Err(StoreError::Unreadable(detail))
}

fn version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Creates the tables of this version and moves the rows of version 1 or 2 into them.
fn from_version_2(connection: &Connection) -> Result<(), StoreError> {
    // Otherwise SQLite would point the references of other tables to the renamed tables.
    connection.pragma_update(None, "legacy_alter_table", "ON")?;
    connection.execute_batch(
        "ALTER TABLE logs RENAME TO logs_2; ALTER TABLE records RENAME TO records_2;
         DROP INDEX records_by_consent_id; DROP INDEX records_by_expiry;",
    )?;
    connection.execute_batch(SCHEMA)?;
    connection.execute_batch(FROM_VERSION_2)?;
    Ok(connection.pragma_update(None, "legacy_alter_table", "OFF")?)
}
