//! The public keys that check receipts and heads of logs, as JSON Web Keys.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The most bytes of a key set that is read: about a hundred keys fit.
pub const KEY_SET_BYTES_MAX: usize = 32 * 1024;

/// The id of a public key: its JWK thumbprint (RFC 7638, RFC 8037 appendix A.3).
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
    /// The key's id: its thumbprint.
    pub kid: String,
    /// The 32 bytes of the key in base64url.
    pub x: String,
}

/// A set of keys, the content of `/.well-known/jwks.json` (RFC 7517, section 5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySet {
    /// The keys.
    pub keys: Vec<Jwk>,
}

impl Jwk {
    /// The JSON Web Key of a public key.
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

    /// The public key; nothing when it is malformed or its id is not its thumbprint.
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
}
