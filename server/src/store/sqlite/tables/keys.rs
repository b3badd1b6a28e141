//! The table of public keys.

use crate::store::StoreError;
use crate::store::error::unreadable;
use constat_shared::{Jwk, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

/// The public keys, oldest first.
pub fn list(connection: &Connection) -> Result<Vec<Jwk>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT jwk FROM keys ORDER BY number")?;
    let mut rows = statement.query([])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        keys.push(serde_json::from_str(row.get_ref(0)?.as_str().map_err(unreadable)?).map_err(unreadable)?);
    }
    Ok(keys)
}

/// Appends a public key to the list, unless it has it.
pub fn add(connection: &Connection, key: &Jwk, at: Timestamp) -> Result<(), StoreError> {
    let jwk = serde_json::to_string(key).map_err(unreadable)?;
    connection.execute(
        "INSERT INTO keys (kid, added_at, jwk) VALUES (?, ?, ?) ON CONFLICT (kid) DO NOTHING",
        params![key.kid, at.unix_ms(), jwk],
    )?;
    Ok(())
}

/// When the key of that id was added; `None` when the table does not have it.
pub fn added_at(connection: &Connection, kid: &str) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT added_at FROM keys WHERE kid = ?";
    let at = connection.query_row(sql, [kid], |row| row.get(0)).optional()?;
    Ok(at.map(Timestamp::from_unix_ms))
}
