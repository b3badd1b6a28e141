//! Public keys in SQLite.

use super::store::SqliteStore;
use super::tables::keys;
use crate::store::{KeyStore, StoreError};
use constat_shared::{Jwk, Timestamp};

impl KeyStore for SqliteStore {
    fn keys(&self) -> Result<Vec<Jwk>, StoreError> {
        self.read(keys::list)
    }

    fn add_key(&self, key: &Jwk, at: Timestamp) -> Result<(), StoreError> {
        keys::add(self.write_connection().connection(), key, at)
    }
}
