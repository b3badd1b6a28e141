use super::sample::{Installation, at, command, refusal, scope, site};
use crate::access::api_token::ApiToken;
use crate::access::error::Refusal;
use crate::access::permission::{Permission, Role};
use crate::access::principal::{Decision, Principal};
use crate::access::token::{self, MadeToken, NewToken};
use crate::access::{account, loss, people, setting};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use constat_shared::{LogId, LogShards, Receipt};
use ring::hmac;

const DAY: i64 = 24 * 3600;

fn new(scope_of: &[Permission], sites: &[&str], seconds: i64) -> NewToken {
    NewToken {
        name: "reports".into(),
        scope: scope_of.to_vec(),
        sites: sites.iter().map(|id| scope(id)).collect(),
        expires_at: at(seconds),
    }
}

fn make(here: &Installation, by: &Principal) -> MadeToken {
    let new = new(&[Permission::LogRead, Permission::NoticesRead], &["helvia"], 30 * DAY);
    token::make(&here.access, &here.keys, by, new, at(0)).unwrap()
}

fn verify(here: &Installation, text: &str, seconds: i64) -> Result<Principal, Refusal> {
    match token::verify(&here.access, &here.keys, text, at(seconds)) {
        Ok(principal) => Ok(principal),
        Err(crate::access::error::AccessError::Refused(refusal)) => Err(refusal),
        Err(error) => panic!("{error}"),
    }
}

fn part(text: &str) -> String {
    BASE64URL.encode(text)
}

#[test]
fn a_token_permits_what_it_says_and_its_last_use_is_listed() {
    let here = Installation::new();
    let made = make(&here, &command());
    let [header, claims, _] = made.token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let json =
        |part: &str| serde_json::from_slice::<serde_json::Value>(&BASE64URL.decode(part).unwrap()).unwrap();
    assert_eq!((json(header)["typ"].clone(), json(header)["alg"].clone()), ("at+jwt".into(), "EdDSA".into()));
    let claims = json(claims);
    assert_eq!(claims["aud"], setting::installation(here.access.store()).unwrap());
    assert_eq!(claims["scope"], "notices:read log:read");
    assert_eq!(claims["sites"], serde_json::json!(["helvia"]));
    assert_eq!(claims["exp"], at(30 * DAY).unix_ms() / 1000);
    let program = verify(&here, &made.token, 61).unwrap();
    assert_eq!((program.name(), program.is_command()), ("reports", false));
    assert_eq!(program.may(Permission::LogRead, &site("helvia")), Decision::Allowed);
    assert_eq!(program.may(Permission::LogRead, &site("boreale")), Decision::Hidden);
    assert_eq!(program.may(Permission::LogAudit, &site("helvia")), Decision::Forbidden);
    verify(&here, &made.token, 100).unwrap();
    let listed = token::list(&here.access, &command(), at(100)).unwrap();
    assert_eq!(listed, [ApiToken { last_used_at: Some(at(61)), ..made.kept }]);
}

#[test]
fn an_altered_token_is_none_whatever_byte_is_changed() {
    let here = Installation::new();
    let text = make(&here, &command()).token;
    for place in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(bytes).unwrap();
        assert_eq!(verify(&here, &altered, 1).err(), Some(Refusal::TokenInvalid), "byte {place}");
    }
    let [header, claims, signature] = text.split('.').collect::<Vec<_>>().try_into().unwrap();
    for other in [
        "",
        ".",
        "..",
        "a.b.c",
        header,
        &format!("{header}.{claims}."),
        &format!("{text}."),
        &format!("{text}.{signature}"),
    ] {
        assert_eq!(verify(&here, other, 1).err(), Some(Refusal::TokenInvalid), "{other}");
    }
    assert!(verify(&here, &text, 1).is_ok());
}

#[test]
fn no_other_algorithm_is_one() {
    let here = Installation::new();
    let text = make(&here, &command()).token;
    let claims = text.split('.').nth(1).unwrap();
    let public = here.keys.token().verifying_key();
    for alg in ["none", "None", "NONE", ""] {
        let header = part(&format!(r#"{{"typ":"at+jwt","alg":"{alg}"}}"#));
        assert!(verify(&here, &format!("{header}.{claims}."), 1).is_err(), "{alg}");
    }
    let pem = {
        use ed25519_dalek::pkcs8::EncodePublicKey;
        public.to_public_key_der().unwrap().as_bytes().to_vec()
    };
    for key in [public.as_bytes().to_vec(), pem, BASE64URL.encode(public.as_bytes()).into_bytes()] {
        let signed = format!("{}.{claims}", part(r#"{"typ":"at+jwt","alg":"HS256"}"#));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes());
        assert!(verify(&here, &format!("{signed}.{}", BASE64URL.encode(tag)), 1).is_err());
    }
}

#[test]
fn a_token_of_another_installation_and_a_receipt_are_none_and_a_token_is_no_receipt() {
    let (here, there) = (Installation::new(), Installation::new());
    assert_eq!(verify(&here, &make(&there, &command()).token, 1).err(), Some(Refusal::TokenInvalid));
    let own = make(&here, &command());
    // Another installation with the same key, as after a copy of the folder.
    setting_of(&there, &here);
    assert!(token::verify(&there.access, &here.keys, &own.token, at(1)).is_err());
    let notice = constat_shared::sample::published_notice("helvia");
    let record = constat_shared::sample::record(&notice, at(0));
    let log = LogId::of(&record, LogShards::ONE);
    let receipt = Receipt::new(record, log, 0).sign(here.keys.token(), here.keys.id());
    assert_eq!(verify(&here, &receipt, 1).err(), Some(Refusal::TokenInvalid), "even signed with its key");
    assert!(Receipt::open(&own.token, &here.keys.token().verifying_key()).is_err());
}

/// Keeps in one installation a token document of another.
fn setting_of(there: &Installation, here: &Installation) {
    use crate::store::DocumentKind;
    for document in here.store.documents(DocumentKind::Token).unwrap() {
        assert!(there.store.put_document(&document).unwrap());
    }
}

#[test]
fn a_token_with_the_right_signature_is_none_with_another_type_end_issuer_or_name() {
    let here = Installation::new();
    let made = make(&here, &command());
    let claims = BASE64URL.decode(made.token.split('.').nth(1).unwrap()).unwrap();
    let claims = String::from_utf8(claims).unwrap();
    let sign = |header: &str, claims: &str| {
        use ed25519_dalek::Signer;
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = here.keys.token().sign(signed.as_bytes());
        verify(&here, &format!("{signed}.{}", BASE64URL.encode(signature.to_bytes())), 1)
    };
    let header = r#"{"typ":"at+jwt","alg":"EdDSA"}"#;
    assert!(sign(header, &claims).is_ok());
    for other in [
        r#"{"typ":"JWT","alg":"EdDSA"}"#,
        r#"{"alg":"EdDSA"}"#,
        r#"{"typ":"at+jwt","alg":"EdDSA","crit":["b64"],"b64":false}"#,
    ] {
        assert!(sign(other, &claims).is_err(), "{other}");
    }
    let jti = &made.kept.jti;
    let changes = [
        (r#""iss":"constat""#, r#""iss":"other""#.to_owned()),
        (r#""iss":"constat","#, String::new()),
        ("log:read", "log:all".to_owned()),
        (jti, jti.replace('7', "8")),
        (r#""sites":["helvia"]"#, r#""sites":["He lvia"]"#.to_owned()),
        (r#""sub":"#, r#""more":1,"sub":"#.to_owned()),
    ];
    for (from, to) in changes {
        assert!(claims.contains(from), "{from} {claims}");
        assert!(sign(header, &claims.replace(from, &to)).is_err(), "{to}");
    }
}

#[test]
fn a_token_ends_with_its_second_its_revocation_and_its_maker() {
    let here = Installation::new();
    let ana = here.welcome("ana@helvia.example", Role::Dpo, &["helvia"]);
    let by = here.principal(&ana.email);
    let made = make(&here, &by);
    assert!(verify(&here, &made.token, 30 * DAY - 1).is_ok());
    assert!(verify(&here, &made.token, 30 * DAY).is_err());
    token::revoke(&here.access, &by, &made.kept.jti, at(2)).unwrap();
    token::revoke(&here.access, &by, &made.kept.jti, at(3)).unwrap();
    assert!(verify(&here, &made.token, 3).is_err());
    let listed = token::list(&here.access, &by, at(89 * DAY)).unwrap();
    assert_eq!(listed[0].revoked_at, Some(at(2)));
    assert_eq!(token::list(&here.access, &by, at(91 * DAY)).unwrap(), []);
    let made = make(&here, &by);
    let rename = |id: &str| {
        account::change(here.access.store(), &ana.email, None, at(4), |account| {
            id.clone_into(&mut account.id);
            Ok(())
        })
        .unwrap();
    };
    let id = here.account(&ana.email).id;
    rename("another");
    assert!(verify(&here, &made.token, 4).is_err());
    rename(&id);
    assert!(verify(&here, &made.token, 4).is_ok());
    people::remove(&here.access, &command(), &ana.email, at(4)).unwrap();
    assert!(verify(&here, &made.token, 5).is_err());
    here.welcome(&ana.email, Role::Dpo, &["helvia"]);
    assert!(verify(&here, &made.token, 6).is_err(), "another account with the same address");
}

#[test]
fn a_maker_gives_no_permission_and_no_site_that_is_not_theirs() {
    let here = Installation::new();
    here.welcome("dpo@x", Role::Dpo, &["helvia"]);
    for (email, role) in [("owner@x", Role::Owner), ("auditor@x", Role::Auditor), ("admin@x", Role::Admin)] {
        here.welcome(email, role, &["helvia"]);
        let made = token::make(
            &here.access,
            &here.keys,
            &here.principal(email),
            new(&[Permission::LogRead], &["helvia"], DAY),
            at(0),
        );
        assert_eq!(refusal(made), Refusal::PermissionMissing(Permission::TokensWrite), "{email}");
    }
    let dpo = here.principal("dpo@x");
    let make = |scope: &[Permission], sites: &[&str], seconds: i64| {
        token::make(&here.access, &here.keys, &dpo, new(scope, sites, seconds), at(0))
    };
    for (scope, sites) in [
        (Permission::PeopleWrite, &["helvia"]),
        (Permission::LogRead, &["boreale"]),
        (Permission::LogRead, &["*"]),
    ] {
        let refused = refusal(make(&[Permission::LogRead, scope], sites, DAY));
        assert_eq!((refused, refused.status()), (Refusal::NotYours, 403));
    }
    let read = &[Permission::LogRead];
    assert_eq!(refusal(make(&[], &["helvia"], DAY)), Refusal::ScopeInvalid);
    assert_eq!(refusal(make(read, &[], DAY)), Refusal::SitesInvalid);
    for seconds in [0, -1, 90 * DAY + 1] {
        assert_eq!(refusal(make(read, &["helvia"], seconds)), Refusal::EndInvalid);
    }
    assert!(make(read, &["helvia"], 90 * DAY).is_ok());
    for name in ["", " ", "a@b", "constat user add", "a\nb", &"x".repeat(65)] {
        let new = NewToken { name: name.into(), ..new(read, &["helvia"], DAY) };
        assert_eq!(refusal(token::make(&here.access, &here.keys, &dpo, new, at(0))), Refusal::NameInvalid);
    }
    let shown_as_text = NewToken { name: "<b>\u{202e}".into(), ..new(read, &["helvia"], DAY) };
    assert!(token::make(&here.access, &here.keys, &dpo, shown_as_text, at(0)).is_ok());
}

#[test]
fn a_token_loses_what_its_maker_loses_and_is_seen_by_its_sites_alone() {
    let here = Installation::new();
    let ana = here.welcome("ana@x", Role::Dpo, &["helvia"]);
    here.welcome("bob@x", Role::Dpo, &["boreale"]);
    let made = make(&here, &here.principal(&ana.email));
    let bob = here.principal("bob@x");
    assert_eq!(token::list(&here.access, &bob, at(1)).unwrap(), []);
    assert_eq!(refusal(token::revoke(&here.access, &bob, &made.kept.jti, at(1))), Refusal::TokenUnknown);
    people::grant(&here.access, &command(), &ana.email, Role::Owner, &[scope("helvia")], at(1)).unwrap();
    people::take(&here.access, &command(), &ana.email, Role::Dpo, &scope("helvia"), at(1)).unwrap();
    assert!(
        verify(&here, &made.token, 2).unwrap().may_anywhere(Permission::LogRead),
        "an owner reads it too"
    );
    people::grant(&here.access, &command(), &ana.email, Role::Admin, &[scope("helvia")], at(1)).unwrap();
    let account = here.account(&ana.email);
    let loss = loss::of(here.access.store(), &account, Role::Owner, &scope("helvia"), at(1)).unwrap();
    let lost: Vec<_> = loss.tokens.iter().map(|token| (&*token.name, &*token.permissions)).collect();
    assert_eq!(lost, [(&*made.kept.name, &[Permission::NoticesRead, Permission::LogRead][..])]);
    people::take(&here.access, &command(), &ana.email, Role::Owner, &scope("helvia"), at(1)).unwrap();
    assert!(!verify(&here, &made.token, 2).unwrap().may_anywhere(Permission::LogRead));
}
