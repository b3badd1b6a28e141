//! The commitment that stands for a record in the log. Without its key it
//! reveals nothing about the record.

use crate::consent::Record;
use crate::values::{Hash, HashError};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;

/// The random key of one record's commitment. Without it the leaf in the log is
/// a random number: erasure deletes the key with the record.
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
        // HMAC accepts keys of any length (RFC 2104, section 2).
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length is a key");
        mac.update(canonical_record(record).as_bytes());
        Hash::from_bytes(mac.finalize().into_bytes().into())
    }
}

/// The record's canonical JSON (RFC 8785), formatted directly: every answer
/// needs it, and a general canonicaliser takes longer than all other steps of
/// an answer together. No text in a record needs escaping.
fn canonical_record(record: &Record) -> String {
    let mut categories: Vec<_> = record.categories.iter().map(|(id, on)| (id.as_str(), on)).collect();
    categories.sort_unstable();
    let previous = record.previous_event_id.map_or("null".to_owned(), |id| format!("\"{id}\""));
    format!(
        concat!(
            r#"{{"action":"{}","categories":{},"choice_expires_at":"{}","consent_id":"{}","event_id":"{}","#,
            r#""expires_at":"{}","language":"{}","layer":"{}","notice_hash":"{}","previous_event_id":{},"#,
            r#""recorded_at":"{}","signals":{{"dnt":{},"gpc":{}}},"site":"{}","terms_hash":"{}","vendors":{}}}"#,
        ),
        record.action.as_str(),
        switches(categories.into_iter()),
        record.choice_expires_at,
        record.consent_id,
        record.event_id,
        record.expires_at,
        record.language,
        record.layer.as_str(),
        record.notice_hash,
        previous,
        record.recorded_at,
        record.signals.dnt,
        record.signals.gpc,
        record.site,
        record.terms_hash,
        switches(record.vendors.iter().map(|(id, on)| (id.as_str(), on))),
    )
}

fn switches<'a>(switches: impl Iterator<Item = (&'a str, &'a bool)>) -> String {
    let mut text = String::from("{");
    for (name, on) in switches {
        let comma = if text.len() > 1 { "," } else { "" };
        text.push_str(comma);
        text.push('"');
        text.push_str(name);
        text.push_str(if *on { "\":true" } else { "\":false" });
    }
    text.push('}');
    text
}

impl fmt::Debug for CommitmentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CommitmentKey(..)")
    }
}

impl TryFrom<String> for CommitmentKey {
    type Error = HashError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Hash::parse(&text).map(|hash| CommitmentKey(*hash.as_bytes()))
    }
}

impl From<CommitmentKey> for String {
    fn from(key: CommitmentKey) -> String {
        hex::encode(key.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::records;
    use crate::values::canonical;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_formatted_record_is_its_canonical_json(record in records()) {
            let written = canonical_record(&record);
            prop_assert_eq!(written, String::from_utf8(canonical::to_vec(&record)).unwrap());
        }
    }
}
