//! How a browser shows that a consent id is its own.
//!
//! A consent id is not a secret: it stands in a cookie that every script of the
//! page can read. With the id, the browser makes 24 random bytes, writes them as
//! 32 characters of base64 (RFC 4648, section 4), and sends them as a bearer
//! token (RFC 6750). The server keeps only their digest, beside the records of
//! the id and never in one. `www/loader/identity.js` makes the secret.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::fmt;

/// The number of random bytes of a secret.
const SECRET_LEN: usize = 24;
/// The number of characters of a secret.
const TEXT_LEN: usize = 32;
/// The number of bytes of a digest.
pub const DIGEST_LEN: usize = 16;
/// Hashed before a secret, so that a digest is no use elsewhere.
const LABEL: &[u8] = b"constat consent id holder\n";

/// The secret that a browser made with its consent id.
#[derive(Clone, PartialEq, Eq)]
pub struct HolderSecret([u8; SECRET_LEN]);

impl HolderSecret {
    /// Reads the text of a secret; `None` when it is not one.
    pub fn parse(text: &str) -> Option<HolderSecret> {
        if text.len() != TEXT_LEN {
            return None;
        }
        STANDARD.decode(text).ok()?.try_into().ok().map(HolderSecret)
    }

    /// What a server keeps of it: the first 16 bytes of SHA-256 of a fixed label and the secret.
    pub fn digest(&self) -> HolderDigest {
        let hash: [u8; 32] = Sha256::new().chain_update(LABEL).chain_update(self.0).finalize().into();
        let mut digest = [0; DIGEST_LEN];
        digest.copy_from_slice(&hash[..DIGEST_LEN]);
        HolderDigest(digest)
    }
}

/// Shows nothing: a secret must not reach a log line.
impl fmt::Debug for HolderSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HolderSecret")
    }
}

/// The digest of a [`HolderSecret`], which nobody can turn back into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HolderDigest([u8; DIGEST_LEN]);

impl HolderDigest {
    /// Takes the bytes of a digest made elsewhere.
    pub fn from_bytes(bytes: [u8; DIGEST_LEN]) -> HolderDigest {
        HolderDigest(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; DIGEST_LEN] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stored digests depend on it: this value never changes.
    #[test]
    fn the_digest_of_a_secret_is_what_it_always_was() {
        let secret = HolderSecret::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYX").unwrap();
        let digest = hex::encode(secret.digest().as_bytes());
        assert_eq!(digest, "672da020296805b7da5da3d367152d2d");
    }

    #[test]
    fn only_the_text_of_24_bytes_is_a_secret() {
        for bad in [
            "",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRY",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRY=",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXA",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFR-_",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFR.X",
        ] {
            assert_eq!(HolderSecret::parse(bad), None, "{bad}");
        }
        assert!(HolderSecret::parse("++++////++++////++++////++++////").is_some());
        let shown = format!("{:?}", HolderSecret::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"));
        assert_eq!(shown, "Some(HolderSecret)");
    }
}
