//! The files given, recognised by their content. Only what the report needs is kept.

use constat_shared::proof::{
    KEY_SET_BYTES_MAX, PURGE_BYTES_MAX, PurgeProof, RECEIPT_BYTES_MAX, Verification, is_pdf,
};
use constat_shared::{EvidenceError, Hash, KeySet};
use serde::Serialize;

/// The most bytes of a file: a picture of a long page fits.
pub const FILE_BYTES_MAX: u32 = 16 * 1024 * 1024;

/// The most files: several times the pictures of one notice.
pub const FILES_MAX: usize = 100;

/// The first bytes of the picture formats that browsers show.
const PICTURES: [&[u8]; 4] = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF"];

/// A file with its name.
pub struct Given {
    /// Its name on the reader's disk.
    pub name: String,
    /// Its content.
    pub content: Content,
}

/// The content of a file.
pub enum Content {
    /// An evidence bundle or a certificate, or what should be one, with the result of its check.
    Bundle(Box<Bundle>),
    /// The proof of an erasure, as its bytes.
    Purge(Vec<u8>),
    /// A receipt, as its text.
    Receipt(String),
    /// A set of published keys.
    Keys(KeySet),
    /// A picture, by its SHA-256.
    Picture(Hash),
    /// A file that cannot be used.
    Refused(Refusal),
}

/// A bundle that was checked.
pub struct Bundle {
    /// SHA-256 of the file.
    pub sha256: Hash,
    /// The result of the check.
    pub checked: Result<Verification, EvidenceError>,
}

/// Why a file cannot be used. The page has a sentence for each name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// It is over [`FILE_BYTES_MAX`].
    TooLarge,
    /// The browser could not read it.
    Unreadable,
    /// It comes after [`FILES_MAX`] others.
    TooMany,
    /// It has keys, but not in the form in which a server publishes them.
    KeysMalformed,
    /// It is not a bundle, a receipt, a key set or a picture.
    Unknown,
}

/// All files given, in the order they came.
#[derive(Default)]
pub struct Files {
    given: Vec<Given>,
    overflowed: bool,
}

impl Files {
    /// Adds a file. It replaces an earlier file with the same name.
    pub fn add(&mut self, name: &str, bytes: &[u8]) {
        let content = match bytes.len() > FILE_BYTES_MAX as usize {
            true => Content::Refused(Refusal::TooLarge),
            false => content_of(name, bytes),
        };
        self.keep(name, content);
    }

    /// Adds a file that cannot be used.
    pub fn refuse(&mut self, name: &str, why: Refusal) {
        self.keep(name, Content::Refused(why));
    }

    /// The files.
    pub fn given(&self) -> &[Given] {
        &self.given
    }

    fn keep(&mut self, name: &str, content: Content) {
        self.given.retain(|given| given.name != name);
        if self.given.len() < FILES_MAX {
            self.given.push(Given { name: name.to_owned(), content });
        } else if !self.overflowed {
            // One line stands for all files over the number.
            self.overflowed = true;
            self.given.push(Given { name: name.to_owned(), content: Content::Refused(Refusal::TooMany) });
        }
    }
}

/// The content of a file, whose kind follows from its first bytes, its form or its name.
fn content_of(name: &str, bytes: &[u8]) -> Content {
    if PICTURES.iter().any(|start| bytes.starts_with(start)) {
        return Content::Picture(Hash::of(bytes));
    }
    if let Some(keys) = keys(bytes) {
        return keys;
    }
    if PurgeProof::is_one(bytes) {
        // A longer one is refused, and no more of it is read.
        return Content::Purge(bytes[..bytes.len().min(PURGE_BYTES_MAX + 1)].to_vec());
    }
    let is_json = bytes.trim_ascii_start().starts_with(b"{") || name.to_ascii_lowercase().ends_with(".json");
    if is_json || is_pdf(bytes) {
        let checked = Verification::read(bytes);
        return Content::Bundle(Box::new(Bundle { sha256: Hash::of(bytes), checked }));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if may_be_receipt(text.trim()) => Content::Receipt(text.trim().to_owned()),
        _ => Content::Refused(Refusal::Unknown),
    }
}

/// The content of a file with a member `keys`; nothing for any other file.
fn keys(bytes: &[u8]) -> Option<Content> {
    if bytes.len() > KEY_SET_BYTES_MAX {
        return None;
    }
    let json: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    json.get("keys")?;
    Some(match serde_json::from_value(json) {
        Ok(set) => Content::Keys(set),
        Err(_) => Content::Refused(Refusal::KeysMalformed),
    })
}

/// Whether a text has the outer form of a JWT (RFC 7515, section 7.1).
fn may_be_receipt(text: &str) -> bool {
    let base64url = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let parts: Vec<&str> = text.split('.').collect();
    text.len() <= RECEIPT_BYTES_MAX
        && parts.len() == 3
        && parts.iter().all(|part| !part.is_empty() && part.bytes().all(base64url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str, bytes: &[u8]) -> &'static str {
        let mut files = Files::default();
        files.add(name, bytes);
        match &files.given()[0].content {
            Content::Bundle(_) => "bundle",
            Content::Receipt(_) => "receipt",
            Content::Purge(_) => "purge",
            Content::Keys(_) => "keys",
            Content::Picture(_) => "picture",
            Content::Refused(Refusal::TooLarge) => "too large",
            Content::Refused(Refusal::KeysMalformed) => "keys malformed",
            Content::Refused(_) => "unknown",
        }
    }

    #[test]
    fn a_file_is_known_by_its_content() {
        assert_eq!(kind("a", b"\x89PNG\r\n\x1a\n...."), "picture");
        assert_eq!(kind("a", br#"{"keys":[]}"#), "keys");
        assert_eq!(kind("a.json", br#"{"keys":[{"kty":"RSA"}]}"#), "keys malformed");
        assert_eq!(kind("a", br#"{"format":2}"#), "bundle");
        assert_eq!(kind("a", b"%PDF-1.7\n"), "bundle");
        assert_eq!(kind("a", br#"{"purge_format":1}"#), "purge");
        assert_eq!(kind("a", b" eyJh.e30.AAAA\n"), "receipt");
        for none in [&b""[..], b"hello", b"a.b", b"a.b.c d", b"\xff\xfe\x00"] {
            assert_eq!(kind("a.txt", none), "unknown", "{none:?}");
        }
    }

    #[test]
    fn a_bundle_whose_first_byte_was_changed_is_still_checked_as_a_bundle() {
        assert_eq!(kind("evidence.json", b"z\"format\":2}"), "bundle");
        assert_eq!(kind("evidence.json", b""), "bundle");
    }

    #[test]
    fn a_file_over_the_limit_and_files_over_their_number_are_refused() {
        assert_eq!(kind("a", &vec![b'{'; FILE_BYTES_MAX as usize + 1]), "too large");
        let mut files = Files::default();
        for number in 0..FILES_MAX + 5 {
            files.add(&format!("{number}.png"), PICTURES[0]);
        }
        assert_eq!(files.given().len(), FILES_MAX + 1);
        assert!(matches!(files.given()[FILES_MAX].content, Content::Refused(Refusal::TooMany)));
    }

    #[test]
    fn a_file_with_the_same_name_replaces_the_earlier_one() {
        let mut files = Files::default();
        files.add("a", b"hello");
        files.add("a", br#"{"keys":[]}"#);
        assert_eq!(files.given().len(), 1);
        assert!(matches!(files.given()[0].content, Content::Keys(_)));
    }
}
