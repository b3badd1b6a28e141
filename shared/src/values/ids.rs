//! Identifiers. Slugs name things people write; UUIDv7s name events.

use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// Why a text is not an identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not 1 to 40 of `a-z`, `0-9`, and `-` or `_` after the first character.
    #[error("must be 1 to 40 characters of a-z, 0-9, - and _, and start with a letter or digit")]
    Slug,
    /// Not a UUID of version 7 in its 36-character lower-case form.
    #[error("must be a version 7 UUID (RFC 9562) in lower case with hyphens")]
    Uuid,
}

/// The longest slug, in bytes.
const SLUG_LEN_MAX: usize = 40;

fn check_slug(text: &str) -> Result<(), IdError> {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    let well_formed =
        (1..=SLUG_LEN_MAX).contains(&text.len()) && text.bytes().all(inner) && !text.starts_with(['-', '_']);
    if well_formed { Ok(()) } else { Err(IdError::Slug) }
}

macro_rules! slug {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Parses a slug.
            ///
            /// # Errors
            /// [`IdError::Slug`] when the text is not one.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                check_slug(text).map(|()| Self(text.to_owned()))
            }

            /// The text of the slug.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                check_slug(&text).map(|()| Self(text))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

slug!(
    /// A site: the `id` of its file, and part of its URLs.
    SiteId
);
impl SiteId {
    /// The name of the site's consent cookie, whose value is the consent part's to know.
    pub fn cookie_name(&self) -> String {
        format!("constat-{}", self.0)
    }
}

slug!(
    /// A vendor: its name in the catalogue and in `data-vendor`.
    VendorId
);
slug!(
    /// A purpose: its name in the catalogue of purposes.
    PurposeId
);

/// Parses the canonical text of a UUIDv7 only, so that each value has one text.
fn parse_v7(text: &str) -> Result<Uuid, IdError> {
    let uuid = Uuid::try_parse(text).map_err(|_| IdError::Uuid)?;
    let canonical = text.len() == 36 && !text.bytes().any(|b| b.is_ascii_uppercase());
    if canonical { check_v7(uuid) } else { Err(IdError::Uuid) }
}

fn check_v7(uuid: Uuid) -> Result<Uuid, IdError> {
    let v7 = uuid.get_version_num() == 7 && uuid.get_variant() == uuid::Variant::RFC4122;
    if v7 { Ok(uuid) } else { Err(IdError::Uuid) }
}

macro_rules! uuid_v7 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// Parses the 36-character form.
            ///
            /// # Errors
            /// [`IdError::Uuid`] when the text is not a lower-case UUIDv7.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                parse_v7(text).map(Self)
            }

            /// Takes the 16 bytes of a UUIDv7.
            ///
            /// # Errors
            /// [`IdError::Uuid`] when version or variant differ.
            pub fn from_bytes(bytes: [u8; 16]) -> Result<Self, IdError> {
                check_v7(Uuid::from_bytes(bytes)).map(Self)
            }

            /// The 16 bytes, big-endian: their order is the order of creation.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    };
}

uuid_v7!(
    /// The visitor's pseudonym, made in the browser at the first answer and
    /// kept in the consent cookie. Nothing else identifies anybody.
    ConsentId
);
uuid_v7!(
    /// One answer. Repeating it makes a write idempotent (invariant 3).
    EventId
);

#[cfg(test)]
mod tests {
    use super::*;

    const V7: &str = "019376c0-5b1a-7cc3-98c4-dc0c0c07398f";

    #[test]
    fn a_slug_is_short_lower_case_and_starts_with_a_letter_or_digit() {
        for good in ["boreale", "x", "google-analytics", "3m", "third_party"] {
            assert!(SiteId::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "_a", "A", "é", "a b", "a/b", "a.b", &"a".repeat(41)] {
            assert_eq!(SiteId::parse(bad), Err(IdError::Slug), "{bad}");
        }
    }

    #[test]
    fn only_the_canonical_text_of_a_version_7_uuid_is_an_event_id() {
        let id = EventId::parse(V7).unwrap();
        assert_eq!(id.to_string(), V7);
        assert_eq!(EventId::from_bytes(*id.as_bytes()), Ok(id));
        for bad in [
            "019376c0-5b1a-4cc3-98c4-dc0c0c07398f",
            "019376c0-5b1a-7cc3-18c4-dc0c0c07398f",
            "019376c05b1a7cc398c4dc0c0c07398f",
            "019376C0-5B1A-7CC3-98C4-DC0C0C07398F",
            "{019376c0-5b1a-7cc3-98c4-dc0c0c07398f}",
            "",
        ] {
            assert_eq!(EventId::parse(bad), Err(IdError::Uuid), "{bad}");
        }
    }
}
