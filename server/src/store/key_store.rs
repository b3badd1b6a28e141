//! The part of a store that keeps public keys.

use super::error::StoreError;
use constat_shared::{Jwk, Timestamp};

/// Keeps the public keys. Calls block; they may come from any thread.
pub trait KeyStore: Send + Sync {
    /// The public halves of every key that ever signed for this store, oldest first.
    fn keys(&self) -> Result<Vec<Jwk>, StoreError>;

    /// Adds a public key behind all others, durably; adding it again changes nothing.
    fn add_key(&self, key: &Jwk, at: Timestamp) -> Result<(), StoreError>;
}
