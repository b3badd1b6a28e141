//! What enters the log for a record: nothing that says anything about it once
//! its key is gone.

use crate::{Hash, Record, canonical};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;

/// A random key of one record's commitment. Without it the leaf in the log is
/// a random number; deleting it with the record is what erasure means.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CommitmentKey([u8; 32]);

impl CommitmentKey {
    /// Takes 32 random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> CommitmentKey {
        CommitmentKey(bytes)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// HMAC-SHA-256 of the record's canonical JSON: the data of its leaf.
    pub fn commit(&self, record: &Record) -> Hash {
        // HMAC takes keys of any length (RFC 2104, section 2).
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length is a key");
        mac.update(&canonical::to_vec(record));
        Hash::from_bytes(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for CommitmentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CommitmentKey(..)")
    }
}

impl TryFrom<String> for CommitmentKey {
    type Error = crate::hash::HashError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Hash::parse(&text).map(|hash| CommitmentKey(*hash.as_bytes()))
    }
}

impl From<CommitmentKey> for String {
    fn from(key: CommitmentKey) -> String {
        hex::encode(key.0)
    }
}
