//! The receipt: a JWT (RFC 7519) signed with Ed25519 (RFC 8037) that the
//! browser gets for its record. Its holder can prove the record, and read or
//! erase the history of its consent id.

use super::public_key::{Jwk, KeySet};
use super::sentence::{Sentence, fill, position};
use super::step::Step;
use crate::consent::Record;
use crate::log::LogId;
use crate::values::plain_text::plain;
use crate::values::{ConsentId, EventId, Language, Timestamp};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The most bytes of a receipt that is read: a record with the most vendors of a site fits.
pub const RECEIPT_BYTES_MAX: usize = 32 * 1024;

/// The claims of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The consent id.
    pub sub: ConsentId,
    /// The event id.
    pub jti: EventId,
    /// When the record was accepted, in seconds since 1970.
    pub iat: i64,
    /// When the record will be deleted, in seconds since 1970.
    pub exp: i64,
    /// The log that holds the record's commitment.
    pub log: LogId,
    /// The index of its leaf there, from 0.
    pub leaf_index: u64,
    /// The record.
    pub record: Record,
}

/// Why a text is not a receipt signed by a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptError {
    /// It is not a JWT in the form of a receipt.
    Malformed,
    /// None of the keys has the id that it names.
    KeyUnknown(String),
    /// The key did not sign it.
    NotSigned,
    /// Its claims contradict its record.
    Inconsistent,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

impl Receipt {
    /// The claims for a record, its log and the index of its leaf there.
    pub fn new(record: Record, log: LogId, leaf_index: u64) -> Receipt {
        Receipt {
            sub: record.consent_id,
            jti: record.event_id,
            iat: record.recorded_at.unix_ms().div_euclid(1000),
            exp: record.expires_at.unix_ms().div_euclid(1000),
            log,
            leaf_index,
            record,
        }
    }

    /// Whether it has ended: from the second that `exp` names on, it opens nothing (RFC 7519, section
    /// 4.1.4).
    pub fn has_ended(&self, now: Timestamp) -> bool {
        now.unix_ms().div_euclid(1000) >= self.exp
    }

    /// The receipt as a JWT in compact form (RFC 7515, section 7.1).
    pub fn sign(&self, key: &SigningKey, key_id: &str) -> String {
        let header = format!(r#"{{"alg":"EdDSA","kid":"{key_id}","typ":"JWT"}}"#);
        let claims = serde_json::to_vec(self).expect("a receipt is representable in JSON");
        jws(header.as_bytes(), &claims, key)
    }

    /// The id of the key that a receipt names.
    ///
    /// # Errors
    /// [`ReceiptError::Malformed`] when it names no key, or another algorithm than EdDSA.
    pub fn key_id(jwt: &str) -> Result<String, ReceiptError> {
        let [header, _, _] = parts(jwt)?;
        let header: Header = serde_json::from_slice(&header).map_err(|_| ReceiptError::Malformed)?;
        if header.alg == "EdDSA" { Ok(header.kid) } else { Err(ReceiptError::Malformed) }
    }

    /// Reads a receipt, if that key signed it.
    ///
    /// # Errors
    /// The first [`ReceiptError`] found.
    pub fn open(jwt: &str, key: &VerifyingKey) -> Result<Receipt, ReceiptError> {
        let [_, claims, signature] = parts(jwt)?;
        Receipt::key_id(jwt)?;
        let (signed, _) = jwt.rsplit_once('.').ok_or(ReceiptError::Malformed)?;
        let signature = Signature::from_slice(&signature).map_err(|_| ReceiptError::Malformed)?;
        key.verify_strict(signed.as_bytes(), &signature).map_err(|_| ReceiptError::NotSigned)?;
        let receipt: Receipt = serde_json::from_slice(&claims).map_err(|_| ReceiptError::Malformed)?;
        let again = Receipt::new(receipt.record.clone(), receipt.log.clone(), receipt.leaf_index);
        if again == receipt { Ok(receipt) } else { Err(ReceiptError::Inconsistent) }
    }

    /// Reads a receipt, if the key that it names is in the set and signed it.
    /// Returns that key's id too.
    ///
    /// # Errors
    /// The first [`ReceiptError`] found.
    pub fn verify(jwt: &str, set: &KeySet) -> Result<(Receipt, String), ReceiptError> {
        let key_id = Receipt::key_id(jwt)?;
        let key = set.keys.iter().filter(|jwk| jwk.kid == key_id).find_map(Jwk::key);
        match key {
            Some(key) => Ok((Receipt::open(jwt, &key)?, key_id)),
            None => Err(ReceiptError::KeyUnknown(plain(&key_id))),
        }
    }
}

impl ReceiptError {
    /// The check that found it.
    pub fn step(&self) -> Step {
        match self {
            ReceiptError::Malformed => Step::File,
            ReceiptError::KeyUnknown(_) => Step::PublishedKey,
            ReceiptError::NotSigned => Step::Signature,
            ReceiptError::Inconsistent => Step::Record,
        }
    }

    /// The error as one sentence.
    pub fn in_words(&self, language: Language) -> String {
        let (sentence, value) = match self {
            ReceiptError::Malformed => (NO_RECEIPT, ""),
            ReceiptError::KeyUnknown(key_id) => (KEY_UNKNOWN, key_id.as_str()),
            ReceiptError::NotSigned => (RECEIPT_NOT_SIGNED, ""),
            ReceiptError::Inconsistent => (INCONSISTENT, ""),
        };
        fill(sentence[position(language)], &[value.to_owned()])
    }
}

impl fmt::Display for ReceiptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words(Language::En))
    }
}

impl std::error::Error for ReceiptError {}

fn jws(header: &[u8], payload: &[u8], key: &SigningKey) -> String {
    let mut text = format!("{}.{}", BASE64URL.encode(header), BASE64URL.encode(payload));
    let signature = key.sign(text.as_bytes()).to_bytes();
    text.push('.');
    BASE64URL.encode_string(signature, &mut text);
    text
}

fn parts(jwt: &str) -> Result<[Vec<u8>; 3], ReceiptError> {
    let parts: Vec<&str> = jwt.split('.').collect();
    let &[header, claims, signature] = parts.as_slice() else { return Err(ReceiptError::Malformed) };
    let decode = |part: &str| BASE64URL.decode(part).map_err(|_| ReceiptError::Malformed);
    if jwt.len() > RECEIPT_BYTES_MAX {
        return Err(ReceiptError::Malformed);
    }
    Ok([decode(header)?, decode(claims)?, decode(signature)?])
}

const NO_RECEIPT: Sentence =
    ["ce n’est pas un reçu", "het is geen ontvangstbewijs", "es ist keine Quittung", "it is not a receipt"];
const KEY_UNKNOWN: Sentence = [
    "aucune des clés fournies ne porte le nom de la sienne, {0}",
    "geen van de meegegeven sleutels draagt de naam van de zijne, {0}",
    "keiner der beigelegten Schlüssel trägt den Namen des ihren, {0}",
    "no key of the set has its name, {0}",
];
const RECEIPT_NOT_SIGNED: Sentence = [
    "sa signature n’est pas de la clé qu’il nomme",
    "de handtekening is niet van de sleutel die het noemt",
    "ihre Signatur stammt nicht von dem Schlüssel, den sie nennt",
    "its signature is not by the key it names",
];
const INCONSISTENT: Sentence = [
    "ce qu’il dit à côté de l’enregistrement ne s’accorde pas avec lui",
    "wat het naast de registratie zegt, klopt niet met die registratie",
    "was sie neben dem Datensatz sagt, stimmt nicht mit ihm überein",
    "its other claims contradict its record",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037, appendix A.4.
    #[test]
    fn a_signature_is_that_of_the_published_example() {
        let d = BASE64URL.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
        let key = SigningKey::from_bytes(&d.try_into().unwrap());
        let signed = jws(br#"{"alg":"EdDSA"}"#, b"Example of Ed25519 signing", &key);
        assert_eq!(
            signed,
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        );
    }

    #[test]
    fn french_has_its_spaces() {
        let errors = [
            ReceiptError::Malformed,
            ReceiptError::KeyUnknown("k".into()),
            ReceiptError::NotSigned,
            ReceiptError::Inconsistent,
        ];
        for words in errors.map(|error| error.in_words(Language::Fr)) {
            let bare = words.replace("\u{202f};", "").replace("\u{a0}:", "");
            assert!(!bare.contains([';', ':', '!', '?']), "{words}");
        }
    }

    #[test]
    fn a_receipt_ends_with_the_second_of_its_end() {
        let notice = crate::notice::sample::published_notice("polaire");
        let record = crate::consent::sample::record(&notice, Timestamp::from_unix_ms(1_800_000_000_999));
        let log = LogId::of(&record, crate::log::LogShards::ONE);
        let receipt = Receipt::new(record, log, 0);
        let at = |unix_ms| receipt.has_ended(Timestamp::from_unix_ms(unix_ms));
        assert!(!at(0) && !at(receipt.exp * 1000 - 1) && at(receipt.exp * 1000));
        assert!(at(receipt.record.expires_at.unix_ms()));
    }

    #[test]
    fn what_is_no_receipt_is_refused() {
        for text in ["", ".", "..", "a.b.c", "e30.e30.e30", &"x".repeat(RECEIPT_BYTES_MAX + 1)] {
            assert_eq!(Receipt::key_id(text), Err(ReceiptError::Malformed), "{text:.20}");
        }
    }
}
