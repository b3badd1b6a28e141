//! Tokens of a real authority, and what may be wrong with them.

use super::cms::SignedData;
use super::protocol;
use super::token::Token;
use super::token_error::TokenError;
use super::trust::{self, Authorities, imprint};
use crate::clock;
use crate::store::contract;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use constat_shared::log::TimestampToken;
use constat_shared::{Action, LogId, LogShards, Record, Timestamp};
use constat_testkit::authority::{Asked, Authority, ED25519, Making, NAME, P256, P384, RSA, response};

const CHECKPOINT: &str = "constat/boreale/2026-03\n1\nAA==\n\n— constat/boreale/2026-03 AA==\n";

fn query() -> Vec<u8> {
    protocol::request(&imprint(&CHECKPOINT.into()), 7)
}

fn open(token: &[u8]) -> Result<Token<'_>, TokenError> {
    Token::open(token, &imprint(&CHECKPOINT.into()))
}

fn authorities(authority: &Authority) -> Authorities {
    Authorities::read(&authority.ca(), &std::fs::read(authority.ca()).unwrap()).unwrap()
}

/// The authority that a verifier finds in a token about a record.
fn check(token: &[u8], record: &Record, trusted: &Authorities) -> Result<String, TokenError> {
    let log = LogId::of(record, LogShards::ONE);
    let token = TimestampToken { log, checkpoint: CHECKPOINT.into(), token: BASE64.encode(token) };
    trust::check(&token, record, trusted).map(|stamp| stamp.authority)
}

fn record_at(recorded_at: Timestamp) -> Record {
    let notice = contract::notice("boreale");
    let request = contract::request(&notice, Action::RefuseAll);
    Record::new(request, &notice, recorded_at).unwrap()
}

#[test]
fn tokens_by_every_usual_kind_of_key_hold_under_their_ca() {
    let makings = [
        Making { ca_key: RSA, key: RSA, ..Making::GOOD },
        Making { ca_key: ED25519, key: RSA, digest: "sha512", certificate_digest: "sha1", ..Making::GOOD },
        Making { key: RSA, digest: "sha384", certificate_digest: "sha384", ..Making::GOOD },
        Making { key: P256, ..Making::GOOD },
        Making { ca_key: P384, key: P384, digest: "sha384", certificate_digest: "sha512", ..Making::GOOD },
    ];
    let record = record_at(clock::now());
    for making in makings {
        let authority = Authority::make(&making);
        let der = authority.token(&query());
        let token = open(&der).unwrap();
        token.answers(7).unwrap();
        assert_eq!(token.accuracy, Some(std::time::Duration::from_millis(1500)));
        assert_eq!(check(&der, &record, &authorities(&authority)).unwrap(), NAME);
    }
}

#[test]
fn tokens_by_rsa_pss_and_by_a_key_identifier_hold() {
    let authority = Authority::make(&Making { key: RSA, ..Making::GOOD });
    let content = authority.content(&authority.token(&query()));
    for digest in ["sha256", "sha384", "sha512"] {
        let pss =
            ["-cades", "-md", digest, "-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:-1"];
        let token = authority.sign(&content, &pss);
        assert_eq!(open(&token).unwrap().authority, NAME, "{digest}");
    }
    assert_eq!(open(&authority.sign(&content, &["-cades", "-keyid"])).unwrap().authority, NAME);
}

#[test]
fn any_changed_byte_of_what_is_signed_is_refused() {
    for key in [RSA, P256] {
        let authority = Authority::make(&Making { key, ..Making::GOOD });
        let der = authority.token(&query());
        let trusted = authorities(&authority);
        let record = record_at(clock::now());
        let SignedData { content, certificates, attributes, signature, .. } = SignedData::read(&der).unwrap();
        let parts = [content, certificates[0], attributes, signature];
        let start = der.as_ptr() as usize;
        let covered = |at: usize| {
            parts.iter().any(|part| {
                let from = part.as_ptr() as usize - start;
                (from..from + part.len()).contains(&at)
            })
        };
        let mut kept = Vec::new();
        for at in 0..der.len() {
            let mut changed = der.clone();
            changed[at] ^= 1;
            let holds = check(&changed, &record, &trusted).is_ok();
            assert!(!holds || !covered(at), "byte {at} of {}", der.len());
            kept.extend(holds.then_some(at));
        }
        // What may change: versions, parameters, the list of digests; nothing of weight.
        assert!(kept.len() < 30, "{kept:?}");
        for length in 0..der.len() {
            assert!(open(&der[..length]).is_err(), "the first {length} bytes");
        }
    }
}

#[test]
fn a_token_over_something_else_or_for_another_request_is_refused() {
    let authority = Authority::make(&Making::GOOD);
    let der = authority.token(&protocol::request(&imprint(&"another checkpoint".into()), 7));
    assert!(matches!(open(&der), Err(TokenError::Imprint)));
    let der = authority.token(&protocol::request(&imprint(&CHECKPOINT.into()), 8));
    assert!(matches!(open(&der).unwrap().answers(7), Err(TokenError::Nonce)));
}

#[test]
fn a_certificate_that_is_not_for_time_stamping_alone_or_has_expired_is_refused() {
    let good = Authority::make(&Making::GOOD);
    let content = good.content(&good.token(&query()));
    for extensions in ["web", "mixed", "uncritical"] {
        let other = Authority::make(&Making { extensions, ..Making::GOOD });
        let token = other.sign(&content, &["-cades"]);
        assert!(matches!(open(&token), Err(TokenError::Purpose)), "{extensions}");
    }
    let expired = Authority::make(&Making { days: -1, ..Making::GOOD });
    assert!(matches!(open(&expired.token(&query())), Err(TokenError::NotValid(_))));
}

#[test]
fn a_token_whose_signer_does_not_name_its_certificate_is_refused() {
    let authority = Authority::make(&Making::GOOD);
    let content = authority.content(&authority.token(&query()));
    assert!(matches!(open(&authority.sign(&content, &[])), Err(TokenError::OtherCertificate)));
    let bare = authority.sign(&content, &["-cades", "-nocerts"]);
    assert!(matches!(open(&bare), Err(TokenError::NoCertificate)));
}

#[test]
fn another_ca_does_not_stand_behind_a_token() {
    let (authority, other) = (Authority::make(&Making::GOOD), Authority::make(&Making::GOOD));
    let (der, record) = (authority.token(&query()), record_at(clock::now()));
    let stranger = check(&der, &record, &authorities(&other));
    assert!(matches!(stranger, Err(TokenError::NotTrusted(_))), "{stranger:?}");
    let both = [authority.ca(), other.ca()].map(|file| std::fs::read(file).unwrap()).concat();
    let both = Authorities::read(&authority.ca(), &both).unwrap();
    assert_eq!(check(&der, &record, &both).unwrap(), NAME);
    for nothing in
        [b"".as_slice(), b"no certificate", b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"]
    {
        let failure = Authorities::read(&authority.ca(), nothing).err().unwrap().to_string();
        assert!(failure.contains("give one in PEM form"), "{failure}");
    }
}

#[test]
fn a_record_may_not_be_later_than_the_stamp_by_more_than_clocks_are_apart() {
    let authority = Authority::make(&Making::GOOD);
    let (der, trusted) = (authority.token(&query()), authorities(&authority));
    let now = clock::now().unix_ms();
    for (later_minutes, holds) in [(-100_000, true), (4, true), (6, false)] {
        let record = record_at(Timestamp::from_unix_ms(now + later_minutes * 60_000));
        let checked = check(&der, &record, &trusted);
        assert_eq!(checked.is_ok(), holds, "{later_minutes} minutes: {checked:?}");
    }
}

#[test]
fn a_signed_time_that_is_none_or_outside_the_certificate_is_refused() {
    let authority = Authority::make(&Making::GOOD);
    let content = authority.content(&authority.token(&query()));
    let place = content.windows(2).position(|pair| pair == [0x18, 15]).unwrap() + 2;
    let with_year =
        |year: &[u8]| authority.sign(&[&content[..place], year, &content[place + 4..]].concat(), &["-cades"]);
    assert!(matches!(open(&with_year(b"9999")), Err(TokenError::NotValid(_))));
    assert!(matches!(open(&with_year(b"2o26")), Err(TokenError::Malformed(_))));
}

#[test]
fn an_authority_whose_clock_is_another_is_named_with_both() {
    let authority = Authority::make(&Making::GOOD);
    let asked = Asked::answer(move |query| {
        let content = authority.content(&authority.token(query));
        let place = content.windows(2).position(|pair| pair == [0x18, 15]).unwrap() + 2;
        let tomorrow = Timestamp::from_unix_ms(clock::now().unix_ms() + 24 * 3_600_000).to_string();
        let digits: String = tomorrow.chars().filter(char::is_ascii_digit).take(14).collect();
        let changed = [&content[..place], digits.as_bytes(), &content[place + 14..]].concat();
        Some(response("200 OK", &granted(&authority.sign(&changed, &["-cades"]))))
    });
    let error = super::ask::ask(&asked.url, &CHECKPOINT.into()).err().unwrap().to_string();
    assert!(error.ends_with("set this machine's clock"), "{error}");
}

/// `TimeStampResp` with status 0.
fn granted(token: &[u8]) -> Vec<u8> {
    let contents = [&[0x30, 3, 0x02, 1, 0], token].concat();
    let length = u16::try_from(contents.len()).unwrap().to_be_bytes();
    [&[0x30, 0x82], length.as_slice(), &contents].concat()
}
