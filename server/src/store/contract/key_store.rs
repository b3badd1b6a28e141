//! What every store does with public keys.

use super::sample::at;
use crate::store::KeyStore;
use constat_shared::Jwk;

/// Each once, in the order in which they were added.
pub fn public_keys_are_kept_in_their_order(store: &dyn KeyStore) {
    let key = |seed: u8| Jwk::of(&ed25519_dalek::SigningKey::from_bytes(&[seed; 32]).verifying_key());
    assert_eq!(store.keys().unwrap(), []);
    for seed in [9, 1, 9, 5] {
        store.add_key(&key(seed), at("2026-03-01T09:30:00Z")).unwrap();
    }
    assert_eq!(store.keys().unwrap(), [key(9), key(1), key(5)]);
}
