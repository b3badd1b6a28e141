//! Receipts against `jwt-compact`, which brings another Ed25519.

use crate::consent::{Record, records};
use crate::log::{LogId, LogShards};
use crate::proof::{Jwk, Receipt, thumbprint};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use ed25519_dalek::{Signer, SigningKey};
use jwt_compact::alg::Ed25519;
use jwt_compact::jwk::JsonWebKey;
use jwt_compact::{AlgorithmExt, Header, Token, UntrustedToken};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Map, Value, json};

type Claims = Map<String, Value>;

fn receipt(record: Record, leaf_index: u64) -> Receipt {
    let log = LogId::of(&record, LogShards::ONE);
    Receipt::new(record, log, leaf_index)
}

/// Reads a receipt with the key as it is published.
fn read(jwt: &str, key: &SigningKey) -> Option<Token<Claims>> {
    let published = serde_json::to_string(&Jwk::of(&key.verifying_key())).unwrap();
    let jwk: JsonWebKey<'_> = serde_json::from_str(&published).unwrap();
    let token = UntrustedToken::new(jwt).ok()?;
    let key = (&jwk).try_into().unwrap();
    Ed25519.validator::<Claims>(&key).validate(&token).ok()
}

/// The receipt with another header, signed again, so that only the header is wrong.
fn with_header(jwt: &str, header: &Value, key: &SigningKey) -> String {
    let claims = jwt.split('.').nth(1).unwrap();
    let signed = format!("{}.{claims}", BASE64URL.encode(header.to_string()));
    format!("{signed}.{}", BASE64URL.encode(key.sign(signed.as_bytes()).to_bytes()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_receipt_is_read_there_as_it_was_made_here(record in records(), leaf_index in 0_u64..1 << 53, seed in any::<[u8; 32]>()) {
        let key = SigningKey::from_bytes(&seed);
        let ours = receipt(record, leaf_index);
        let token = read(&ours.sign(&key, &thumbprint(&key.verifying_key())), &key).unwrap();
        prop_assert_eq!(&token.header().key_id, &Some(thumbprint(&key.verifying_key())));
        prop_assert_eq!(token.header().token_type.as_deref(), Some("JWT"));
        let claims = token.claims();
        prop_assert_eq!(claims.issued_at.map(|date| date.timestamp()), Some(ours.iat));
        prop_assert_eq!(claims.expiration.map(|date| date.timestamp()), Some(ours.exp));
        prop_assert_eq!(&claims.custom["sub"], &json!(ours.sub));
        prop_assert_eq!(&claims.custom["jti"], &json!(ours.jti));
        prop_assert_eq!(&claims.custom["log"], &json!(ours.log));
        prop_assert_eq!(&claims.custom["leaf_index"], &json!(leaf_index));
        prop_assert_eq!(&claims.custom["record"], &json!(ours.record));
    }

    #[test]
    fn a_receipt_that_somebody_else_made_is_read_here(record in records(), leaf_index in 0_u64..1 << 53, seed in any::<[u8; 32]>()) {
        let (key, ours) = (SigningKey::from_bytes(&seed), receipt(record, leaf_index));
        let key_id = thumbprint(&key.verifying_key());
        let claims = serde_json::from_value(json!(ours)).unwrap();
        let header = Header::empty().with_key_id(&key_id).with_token_type("JWT");
        let theirs = jwt_compact::alg::SigningKey::from_slice(&key.to_keypair_bytes()).unwrap();
        let jwt = Ed25519.token::<Claims>(&header, &claims, &theirs).unwrap();
        prop_assert_eq!(Receipt::key_id(&jwt), Ok(key_id));
        prop_assert_eq!(Receipt::open(&jwt, &key.verifying_key()), Ok(ours));
    }
}

/// A receipt of a fixed record, and its key.
fn signed() -> (String, SigningKey) {
    let key = SigningKey::from_bytes(&[7; 32]);
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let record = records().new_tree(&mut runner).unwrap().current();
    (receipt(record, 5).sign(&key, &thumbprint(&key.verifying_key())), key)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_changed_byte_is_refused_on_both_sides(at in any::<prop::sample::Index>(), mask in 1_u8..0x80) {
        let (jwt, key) = signed();
        let mut bytes = jwt.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= mask;
        let changed = String::from_utf8(bytes).unwrap();
        prop_assert!(read(&changed, &key).is_none());
        prop_assert!(Receipt::open(&changed, &key.verifying_key()).is_err());
    }
}

#[test]
fn another_algorithm_and_another_key_are_refused_on_both_sides() {
    let (jwt, key) = signed();
    let key_id = thumbprint(&key.verifying_key());
    let same = with_header(&jwt, &json!({ "alg": "EdDSA", "kid": key_id, "typ": "JWT" }), &key);
    assert!(read(&same, &key).is_some() && Receipt::open(&same, &key.verifying_key()).is_ok());
    for alg in ["none", "None", "HS256", "ES256", "eddsa", ""] {
        let changed = with_header(&jwt, &json!({ "alg": alg, "kid": key_id, "typ": "JWT" }), &key);
        assert!(read(&changed, &key).is_none(), "{alg}");
        assert!(Receipt::open(&changed, &key.verifying_key()).is_err(), "{alg}");
    }
    let stranger = SigningKey::from_bytes(&[8; 32]);
    assert!(read(&jwt, &stranger).is_none() && Receipt::open(&jwt, &stranger.verifying_key()).is_err());
}
