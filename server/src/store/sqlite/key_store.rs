//! Public keys in SQLite.

use super::store::SqliteStore;
use crate::store::error::unreadable;
use crate::store::{KeyStore, StoreError};
use constat_shared::{Jwk, Timestamp};
use rusqlite::{Connection, params};

impl KeyStore for SqliteStore {
    fn keys(&self) -> Result<Vec<Jwk>, StoreError> {
        self.read(keys)
    }

    fn add_key(&self, key: &Jwk, at: Timestamp) -> Result<(), StoreError> {
        add_key(self.writer().connection(), key, at)
    }
}

/// The public keys, oldest first.
fn keys(connection: &Connection) -> Result<Vec<Jwk>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT jwk FROM keys ORDER BY number")?;
    let mut rows = statement.query([])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        keys.push(serde_json::from_str(row.get_ref(0)?.as_str().map_err(unreadable)?).map_err(unreadable)?);
    }
    Ok(keys)
}

/// Appends a public key to the list, unless it is there.
fn add_key(connection: &Connection, key: &Jwk, at: Timestamp) -> Result<(), StoreError> {
    let jwk = serde_json::to_string(key).map_err(unreadable)?;
    connection.execute(
        "INSERT INTO keys (kid, added_at, jwk) VALUES (?, ?, ?) ON CONFLICT (kid) DO NOTHING",
        params![key.kid, at.unix_ms(), jwk],
    )?;
    Ok(())
}
