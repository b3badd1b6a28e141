//! The receipt: a JWT (RFC 7519) signed with Ed25519 (RFC 8037) that the
//! browser gets for its record. Whoever holds it can prove the record, and
//! read or erase the history of its consent id.

use crate::evidence::finding::plain;
use crate::{ConsentId, EventId, LogId, Record};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The most bytes of a receipt that is read: a record of every vendor a site may have fits.
pub const RECEIPT_BYTES_MAX: usize = 32 * 1024;

/// The most bytes of a key set that is read: some hundred keys fit.
pub const KEY_SET_BYTES_MAX: usize = 32 * 1024;

/// The claims of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The consent id.
    pub sub: ConsentId,
    /// The event id.
    pub jti: EventId,
    /// When the record was taken, in seconds since 1970.
    pub iat: i64,
    /// When the record will be deleted, in seconds since 1970.
    pub exp: i64,
    /// The log the record's commitment is in.
    pub log: LogId,
    /// Its place there.
    pub leaf_index: u64,
    /// The record.
    pub record: Record,
}

/// Why a text is not a receipt signed by a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptError {
    /// It has another form.
    Malformed,
    /// None of the keys has the name it gives.
    KeyUnknown(String),
    /// The key did not sign it.
    NotSigned,
    /// Its parts do not agree with each other.
    Inconsistent,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

impl Receipt {
    /// The claims for a record at its place.
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

    /// The receipt as a JWT in compact form (RFC 7515, section 7.1).
    pub fn sign(&self, key: &SigningKey, key_id: &str) -> String {
        let header = format!(r#"{{"alg":"EdDSA","kid":"{key_id}","typ":"JWT"}}"#);
        let claims = serde_json::to_vec(self).expect("a receipt is representable in JSON");
        jws(header.as_bytes(), &claims, key)
    }

    /// The name of the key that a receipt says it is signed with.
    ///
    /// # Errors
    /// [`ReceiptError::Malformed`] when it names none, or no Ed25519 key.
    pub fn key_id(jwt: &str) -> Result<String, ReceiptError> {
        let [header, _, _] = parts(jwt)?;
        let header: Header = serde_json::from_slice(&header).map_err(|_| ReceiptError::Malformed)?;
        if header.alg == "EdDSA" { Ok(header.kid) } else { Err(ReceiptError::Malformed) }
    }

    /// Reads a receipt, if that key signed it.
    ///
    /// # Errors
    /// [`ReceiptError`], by what is wrong first.
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

    /// Reads a receipt, if the key of a set that it names signed it. Gives that
    /// key's name too.
    ///
    /// # Errors
    /// [`ReceiptError`], by what is wrong first.
    pub fn verify(jwt: &str, set: &KeySet) -> Result<(Receipt, String), ReceiptError> {
        let key_id = Receipt::key_id(jwt)?;
        let key = set.keys.iter().filter(|jwk| jwk.kid == key_id).find_map(Jwk::key);
        match key {
            Some(key) => Ok((Receipt::open(jwt, &key)?, key_id)),
            None => Err(ReceiptError::KeyUnknown(plain(&key_id))),
        }
    }
}

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

/// The name of a public key: its JWK thumbprint (RFC 7638, RFC 8037 appendix A.3).
pub fn thumbprint(key: &VerifyingKey) -> String {
    let x = BASE64URL.encode(key.as_bytes());
    let jwk = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    BASE64URL.encode(Sha256::digest(jwk))
}

/// A public key as a JSON Web Key (RFC 8037, section 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jwk {
    /// Always `OKP`.
    pub kty: String,
    /// Always `Ed25519`.
    pub crv: String,
    /// Always `EdDSA`.
    pub alg: String,
    /// Always `sig`.
    #[serde(rename = "use")]
    pub usage: String,
    /// The key's name: its thumbprint.
    pub kid: String,
    /// The 32 bytes of the key in base64url.
    pub x: String,
}

/// A set of keys, as `/.well-known/jwks.json` gives it (RFC 7517, section 5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySet {
    /// The keys.
    pub keys: Vec<Jwk>,
}

impl Jwk {
    /// Writes a key.
    pub fn of(key: &VerifyingKey) -> Jwk {
        Jwk {
            kty: "OKP".into(),
            crv: "Ed25519".into(),
            alg: "EdDSA".into(),
            usage: "sig".into(),
            kid: thumbprint(key),
            x: BASE64URL.encode(key.as_bytes()),
        }
    }

    /// Reads a key; nothing when it is none, or has another name.
    pub fn key(&self) -> Option<VerifyingKey> {
        let bytes: [u8; 32] = BASE64URL.decode(&self.x).ok()?.try_into().ok()?;
        let key = VerifyingKey::from_bytes(&bytes).ok()?;
        (Jwk::of(&key) == *self).then_some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037, appendices A.2 and A.3.
    #[test]
    fn the_thumbprint_is_that_of_the_published_example() {
        let x = BASE64URL.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        let key = VerifyingKey::from_bytes(&x.try_into().unwrap()).unwrap();
        assert_eq!(thumbprint(&key), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        assert_eq!(Jwk::of(&key).key(), Some(key));
        let renamed = Jwk { kid: "other".into(), ..Jwk::of(&key) };
        assert_eq!(renamed.key(), None);
    }

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
    fn what_is_no_receipt_is_refused() {
        for text in ["", ".", "..", "a.b.c", "e30.e30.e30", &"x".repeat(RECEIPT_BYTES_MAX + 1)] {
            assert_eq!(Receipt::key_id(text), Err(ReceiptError::Malformed), "{text:.20}");
        }
    }
}
