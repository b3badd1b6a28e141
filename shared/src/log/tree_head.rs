//! The head of a log, unsigned and signed: a C2SP tlog-checkpoint in a C2SP signed note.

use super::log_id::LogId;
use crate::values::Hash;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The algorithm byte of Ed25519 signatures (C2SP signed-note, "Signature types").
const ED25519: u8 = 0x01;

/// The most bytes of a checkpoint that is read.
pub const CHECKPOINT_BYTES_MAX: usize = 4096;

/// Why a text is not a checkpoint of a log signed by a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// It is not in the C2SP form.
    #[error("it is not a checkpoint in the C2SP form")]
    Malformed,
    /// It belongs to another log.
    #[error("it is the checkpoint of another log")]
    OtherLog,
    /// The key did not sign it.
    #[error("no signature in it is by the key given")]
    NotSigned,
}

/// The size and root of a log at one moment, unsigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeHead {
    /// The number of leaves.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

impl TreeHead {
    /// Signs the head: three lines, an empty line and a signature line.
    pub fn sign(&self, log: &LogId, key: &SigningKey) -> SignedCheckpoint {
        self.sign_as(&log.origin(), key)
    }

    /// As [`TreeHead::sign`], for what is no log of a site: `origin` is its name, one line
    /// without spaces (C2SP signed-note, "Format").
    pub fn sign_as(&self, origin: &str, key: &SigningKey) -> SignedCheckpoint {
        let text = format!("{origin}\n{}\n{}\n", self.size, BASE64.encode(self.root.as_bytes()));
        let id = key_id(origin, &key.verifying_key());
        let signature = key.sign(text.as_bytes()).to_bytes();
        let encoded = BASE64.encode([id.as_slice(), &signature].concat());
        SignedCheckpoint(format!("{text}\n— {origin} {encoded}\n"))
    }
}

/// The text of a signed tree head, as it was made or received: a C2SP
/// tlog-checkpoint in a C2SP signed note. Nothing in it has been checked;
/// [`SignedCheckpoint::open`] does that. JSON holds it as a string.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SignedCheckpoint(String);

impl SignedCheckpoint {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the head of a log and leaves the signature unchecked.
    ///
    /// # Errors
    /// [`CheckpointError::Malformed`], [`CheckpointError::OtherLog`].
    pub fn read(&self, log: &LogId) -> Result<TreeHead, CheckpointError> {
        self.read_as(&log.origin())
    }

    /// As [`SignedCheckpoint::read`], for what [`TreeHead::sign_as`] signs.
    ///
    /// # Errors
    /// [`CheckpointError::Malformed`], [`CheckpointError::OtherLog`].
    pub fn read_as(&self, origin: &str) -> Result<TreeHead, CheckpointError> {
        let note = &self.0;
        if note.len() > CHECKPOINT_BYTES_MAX {
            return Err(CheckpointError::Malformed);
        }
        // The text ends with a newline; an empty line separates it from the signatures.
        let (text, _) = note.split_once("\n\n").ok_or(CheckpointError::Malformed)?;
        parse(text, origin)
    }

    /// Reads the head of a log, if that key signed it.
    ///
    /// # Errors
    /// The first [`CheckpointError`] found.
    pub fn open(&self, log: &LogId, key: &VerifyingKey) -> Result<TreeHead, CheckpointError> {
        self.open_as(&log.origin(), key)
    }

    /// As [`SignedCheckpoint::open`], for what [`TreeHead::sign_as`] signs.
    ///
    /// # Errors
    /// The first [`CheckpointError`] found.
    pub fn open_as(&self, origin: &str, key: &VerifyingKey) -> Result<TreeHead, CheckpointError> {
        let head = self.read_as(origin)?;
        let (text, signatures) = self.0.split_once("\n\n").ok_or(CheckpointError::Malformed)?;
        let signed = format!("{text}\n");
        let id = key_id(origin, key);
        let good = |line: &str| {
            let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
            let bytes = BASE64.decode(encoded).ok()?;
            let (key_part, signature) = bytes.split_at_checked(4)?;
            let ours = name == origin && key_part == id;
            let signature = Signature::from_slice(signature).ok()?;
            (ours && key.verify_strict(signed.as_bytes(), &signature).is_ok()).then_some(())
        };
        let lines = signatures.strip_suffix('\n').ok_or(CheckpointError::Malformed)?;
        // Exactly one signature: nothing would cover what stands beside it.
        if lines.contains('\n') || !lines.starts_with("— ") {
            return Err(CheckpointError::Malformed);
        }
        good(lines).map(|()| head).ok_or(CheckpointError::NotSigned)
    }
}

impl From<String> for SignedCheckpoint {
    fn from(text: String) -> SignedCheckpoint {
        SignedCheckpoint(text)
    }
}

impl From<&str> for SignedCheckpoint {
    fn from(text: &str) -> SignedCheckpoint {
        SignedCheckpoint(text.to_owned())
    }
}

impl From<SignedCheckpoint> for String {
    fn from(checkpoint: SignedCheckpoint) -> String {
        checkpoint.0
    }
}

fn parse(text: &str, expected: &str) -> Result<TreeHead, CheckpointError> {
    let lines: Vec<&str> = text.split('\n').collect();
    let &[origin, size, root] = lines.as_slice() else { return Err(CheckpointError::Malformed) };
    if origin != expected {
        return Err(CheckpointError::OtherLog);
    }
    let number: u64 = size.parse().map_err(|_| CheckpointError::Malformed)?;
    let bytes = BASE64.decode(root).map_err(|_| CheckpointError::Malformed)?;
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| CheckpointError::Malformed)?;
    // Each number has one text only: no leading zeros, no signs (C2SP tlog-checkpoint, "Note text").
    if number.to_string() != size {
        return Err(CheckpointError::Malformed);
    }
    Ok(TreeHead { size: number, root: Hash::from_bytes(bytes) })
}

/// The first four bytes of SHA-256 over name, newline, algorithm and public
/// key (C2SP signed-note, "Signatures").
fn key_id(name: &str, key: &VerifyingKey) -> [u8; 4] {
    let digest = Sha256::new()
        .chain_update(name.as_bytes())
        .chain_update([b'\n', ED25519])
        .chain_update(key.as_bytes())
        .finalize();
    [digest[0], digest[1], digest[2], digest[3]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{Month, SiteId};

    fn log() -> LogId {
        LogId::named(SiteId::parse("boreale").unwrap(), "2026-03").unwrap()
    }

    /// The example of the signed-note format (golang.org/x/mod/sumdb/note).
    #[test]
    fn key_id_and_signature_agree_with_the_published_example() {
        let encoded = BASE64.decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").unwrap();
        let (algorithm, public) = encoded.split_first().unwrap();
        assert_eq!(*algorithm, ED25519);
        let key = VerifyingKey::from_bytes(public.try_into().unwrap()).unwrap();
        assert_eq!(hex::encode(key_id("PeterNeumann", &key)), "c74f20a3");
        let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
        let line =
            "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
        let bytes = BASE64.decode(line).unwrap();
        assert_eq!(bytes[..4], key_id("PeterNeumann", &key));
        let signature = Signature::from_slice(&bytes[4..]).unwrap();
        assert!(key.verify_strict(text.as_bytes(), &signature).is_ok());
    }

    #[test]
    fn a_signed_checkpoint_is_read_back_and_any_changed_byte_is_refused() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let head = TreeHead { size: 42, root: Hash::of(b"root") };
        let signed = head.sign(&log(), &key);
        assert_eq!(signed.open(&log(), &key.verifying_key()), Ok(head));
        for at in 0..signed.as_str().len() {
            let mut bytes = String::from(signed.clone()).into_bytes();
            bytes[at] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            let changed = SignedCheckpoint::from(changed);
            assert!(changed.open(&log(), &key.verifying_key()).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_head_under_another_name_is_refused() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let head = TreeHead { size: 3, root: Hash::of(b"root") };
        let signed = head.sign_as("constat/audit-trail", &key);
        assert_eq!(signed.open_as("constat/audit-trail", &key.verifying_key()), Ok(head));
        assert_eq!(signed.open(&log(), &key.verifying_key()), Err(CheckpointError::OtherLog));
        assert_eq!(head.sign_as(&log().origin(), &key), head.sign(&log(), &key));
    }

    #[test]
    fn another_log_or_another_key_is_refused() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let signed = TreeHead { size: 1, root: Hash::of(b"") }.sign(&log(), &key);
        let other = log().in_month(Month::parse("2026-04").unwrap());
        assert_eq!(signed.open(&other, &key.verifying_key()), Err(CheckpointError::OtherLog));
        let stranger = SigningKey::from_bytes(&[8; 32]).verifying_key();
        assert_eq!(signed.open(&log(), &stranger), Err(CheckpointError::NotSigned));
    }
}
