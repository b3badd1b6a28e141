//! What was dropped: told apart by content, kept as no more than is needed.

use constat_shared::proof::{KEY_SET_BYTES_MAX, RECEIPT_BYTES_MAX};
use constat_shared::{Evidence, EvidenceError, Hash, KeySet, TreeHead};
use serde::Serialize;

/// The most bytes of a file that is read: a picture of a long page fits.
pub const FILE_BYTES_MAX: u32 = 16 * 1024 * 1024;

/// The most files that are held: the pictures of one notice, several times.
pub const FILES_MAX: usize = 100;

/// How the pictures that browsers show begin.
const PICTURES: [&[u8]; 4] = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF"];

/// A file by name.
pub struct Given {
    /// The name it has on the reader's disk.
    pub name: String,
    /// What it is.
    pub content: Content,
}

/// What a file is.
pub enum Content {
    /// Meant to be an evidence bundle, and what its check found.
    Bundle(Box<Bundle>),
    /// A receipt, as its text.
    Receipt(String),
    /// The keys that somebody publishes.
    Keys(KeySet),
    /// A picture, by its SHA-256.
    Picture(Hash),
    /// Of no use here.
    Refused(Refusal),
}

/// A bundle that was checked.
pub struct Bundle {
    /// SHA-256 of the file.
    pub sha256: Hash,
    /// What the check found.
    pub checked: Result<(Evidence, TreeHead), EvidenceError>,
}

/// Why a file is of no use, by the name the page has a sentence for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// It is over [`FILE_BYTES_MAX`].
    TooLarge,
    /// The browser could not read it.
    Unreadable,
    /// It comes after [`FILES_MAX`] others.
    TooMany,
    /// It has keys, in another form than a server publishes them.
    KeysMalformed,
    /// It is neither a bundle nor a receipt, a key set or a picture.
    Unknown,
}

/// All files given, in the order they came.
#[derive(Default)]
pub struct Files {
    given: Vec<Given>,
    overflowed: bool,
}

impl Files {
    /// Takes a file in; one of the same name goes.
    pub fn add(&mut self, name: &str, bytes: &[u8]) {
        let content = match bytes.len() > FILE_BYTES_MAX as usize {
            true => Content::Refused(Refusal::TooLarge),
            false => tell(name, bytes),
        };
        self.keep(name, content);
    }

    /// Takes in that a file could not be used.
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
            // One line says it for all that come too late.
            self.overflowed = true;
            self.given.push(Given { name: name.to_owned(), content: Content::Refused(Refusal::TooMany) });
        }
    }
}

fn tell(name: &str, bytes: &[u8]) -> Content {
    if PICTURES.iter().any(|start| bytes.starts_with(start)) {
        return Content::Picture(Hash::of(bytes));
    }
    if let Some(keys) = keys(bytes) {
        return keys;
    }
    if bytes.trim_ascii_start().starts_with(b"{") || name.to_ascii_lowercase().ends_with(".json") {
        let checked = Evidence::verify(bytes);
        return Content::Bundle(Box::new(Bundle { sha256: Hash::of(bytes), checked }));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if may_be_receipt(text.trim()) => Content::Receipt(text.trim().to_owned()),
        _ => Content::Refused(Refusal::Unknown),
    }
}

/// The content of a file that has `keys`, if it is one.
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
        assert_eq!(kind("a", b" eyJh.e30.AAAA\n"), "receipt");
        for none in [&b""[..], b"hello", b"a.b", b"a.b.c d", b"\xff\xfe\x00"] {
            assert_eq!(kind("a.txt", none), "unknown", "{none:?}");
        }
    }

    #[test]
    fn a_bundle_whose_first_byte_was_changed_is_still_taken_for_one() {
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
    fn a_file_of_the_same_name_takes_the_place_of_the_earlier_one() {
        let mut files = Files::default();
        files.add("a", b"hello");
        files.add("a", br#"{"keys":[]}"#);
        assert_eq!(files.given().len(), 1);
        assert!(matches!(files.given()[0].content, Content::Keys(_)));
    }
}
