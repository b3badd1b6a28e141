//! The part of a store that keeps public keys.

use super::error::StoreError;
use constat_shared::{Jwk, Timestamp};

/// Keeps the public keys. Calls block, and any thread may make them.
pub trait KeyStore: Send + Sync {
    /// The public half of every key that ever signed for this store, oldest first.
    fn keys(&self) -> Result<Vec<Jwk>, StoreError>;

    /// Appends a public key to the list, durably; adding it again changes nothing.
    fn add_key(&self, key: &Jwk, at: Timestamp) -> Result<(), StoreError>;
}
