//! Every POST of the table: with no token, a wrong one or another session's it is refused and
//! changes nothing; with its own it does what it is for.

use super::house::{Ask, House, OWN, PASSWORD, SECRET, screens};
use crate::access::account::{self, Account};
use crate::access::link::{self, LinkKind};
use crate::access::people::{self, NewPerson};
use crate::access::permission::{Permission, Role};
use crate::access::principal::Principal;
use crate::access::second_factor;
use crate::access::session::{self, csrf_token};
use crate::access::site_scope::SiteScope;
use crate::access::token::{self, NewToken};
use crate::access::trail::Command;
use crate::clock;
use crate::http::asks::Needs;
use crate::http::router::{Row, Verb};
use crate::store::contract;
use actix_web::http::Method;
use constat_shared::{Action, Hash, SiteId, Timestamp};
use url::form_urlencoded::Serializer;

/// A form that every row takes, but for its token and codes.
fn form() -> Vec<(&'static str, &'static str)> {
    vec![
        ("email", "new@helvia.example"),
        ("role", "owner"),
        ("site", OWN),
        ("name", "dashboard"),
        ("scope", "log:read"),
        ("days", "3"),
        ("language", "nl"),
        ("return_to", "/console/"),
        ("current_password", PASSWORD),
        ("password", "another horse battery"),
        ("reason", "person_asked"),
        ("confirm", "yes"),
        ("recipient", "CNIL"),
        ("purpose", "complaint 7"),
    ]
}

/// The codes that a screen asks for: one of the second factor, or of the one that is offered.
pub fn codes(house: &House, person: &Account, session: &str, path: &str) -> Vec<(&'static str, String)> {
    let code = |secret: &[u8]| second_factor::tests::code_of(secret.to_vec(), clock::now());
    match path {
        "/console/account/recovery-codes" => vec![("code", code(&SECRET))],
        "/console/account/second-factor" => {
            let place = Hash::of(session.as_bytes()).to_string();
            let offer = second_factor::offer(&house.console.keys, person, &place).unwrap();
            let offered = second_factor::tests::code_at(&offer.secret, clock::now());
            vec![("current", code(&SECRET)), ("code", offered)]
        }
        _ => Vec::new(),
    }
}

/// What the addresses name, each of it there: a person with two roles, a token, a session, a link.
struct Named {
    account: String,
    jti: String,
    session: String,
    link: String,
    consent_id: String,
    event_id: String,
}

/// The consent id and the event id of a visitor who has answered.
fn answered(house: &House) -> (String, String) {
    let served = house.console.app.sites.get(&SiteId::parse(OWN).unwrap()).unwrap();
    let notice = served.notice();
    let request = contract::request(notice, Action::RefuseAll);
    let record = contract::record_of(request, notice, clock::now());
    house.store.append(&[contract::entry(&record)]).unwrap();
    (record.consent_id.to_string(), record.event_id.to_string())
}

impl Named {
    fn make(house: &House, person: &Account) -> Named {
        let (access, now) = (&house.console.access, clock::now());
        let command = Principal::command(Command::UserAdd);
        let new = NewPerson {
            email: "second@helvia.example".to_owned(),
            role: Role::Owner,
            sites: vec![SiteScope::parse(OWN).unwrap()],
            ends_at: None,
            language: None,
        };
        let invited = people::add(access, &command, &new, now).unwrap();
        people::grant(access, &command, &new.email, Role::Auditor, &new.sites, now).unwrap();
        let account = account::live(access.store(), &new.email, now).unwrap().id;
        let token = NewToken {
            name: "nightly".to_owned(),
            scope: vec![Permission::LogRead],
            sites: new.sites.clone(),
            expires_at: Timestamp::from_unix_ms(now.unix_ms() + 60_000),
        };
        let jti = token::make(access, &house.console.keys, &command, token, now).unwrap().kept.jti;
        // The name of a session is the hash of its secret.
        let session = Hash::of(house.session(person).as_bytes()).to_string();
        let consent_id = "0190abcd-1234-7abc-8def-0123456789ab".to_owned();
        let event_id = "0190abcd-1234-7abc-8def-0123456789ac".to_owned();
        Named { account, jti, session, link: invited.secret, consent_id, event_id }
    }

    fn path(&self, house: &House, path: &str) -> String {
        path.replace("{site}", OWN)
            .replace("{hash}", &house.notice)
            .replace("{account}", &self.account)
            .replace("{role}", "owner")
            .replace("{scope}", OWN)
            .replace("{jti}", &self.jti)
            .replace("{session}", &self.session)
            .replace("{link}", &self.link)
            .replace("{consent_id}", &self.consent_id)
            .replace("{event_id}", &self.event_id)
            .replace("{log}", "2026-01")
            .replace("{index}", "0")
    }
}

pub fn encoded(csrf: &[&str]) -> String {
    let mut form_of = Serializer::new(String::new());
    form_of.extend_pairs(csrf.iter().map(|token| ("csrf", *token))).extend_pairs(form());
    form_of.finish()
}

pub fn everything(house: &House) -> Account {
    house.person("all@helvia.example", &[(Role::Dpo, "*"), (Role::Admin, "*"), (Role::Owner, "*")])
}

#[actix_web::test]
async fn no_form_is_taken_without_the_token_of_its_own_session() {
    let house = House::new();
    let person = everything(&house);
    let named = Named::make(&house, &person);
    let [session, other] = [(); 2].map(|()| house.session(&person));
    let (own, others) = (csrf_token(&session), csrf_token(&other));
    let cut = &own[..own.len() - 1];
    let before = house.kept();
    let posts: Vec<_> = screens().into_iter().filter(|row| row.verb == Verb::Post).collect();
    assert!(posts.len() >= 16);
    for row in posts {
        let path = named.path(&house, row.path);
        // The token of a stranger's form is made from the form cookie, never from the session.
        let is_open = row.needs == Needs::Nothing;
        let (session, form_cookie) =
            if is_open { (None, Some(&*session)) } else { (Some(&*session), Some(&*other)) };
        for csrf in [&[][..], &[""], &["x"], &[cut], &[&others], &[&others, &own]] {
            let ask = Ask { session, form_cookie, body: Some(encoded(csrf)), token: None };
            let answer = house.ask(Method::POST, &path, ask).await;
            assert_eq!(answer.status, 403, "{path} {csrf:?}");
            assert!(
                answer.body.contains("form_outdated") || answer.body.contains("data-screen"),
                "{}",
                answer.body
            );
        }
        let ask = Ask {
            token: None,
            session,
            form_cookie: is_open.then_some("").or(form_cookie),
            body: Some(encoded(&[&csrf_token("")])),
        };
        assert_eq!(
            house.ask(Method::POST, &path, ask).await.status,
            403,
            "{path}: an empty secret has no token"
        );
        assert_eq!(house.kept(), before, "{path}");
    }
}

#[actix_web::test]
async fn with_its_own_token_each_form_does_what_it_is_for() {
    // A search leads on, and changes nothing.
    let changes = |row: &Row| row.verb == Verb::Post && !row.path.ends_with("/records");
    for row in screens().into_iter().filter(changes) {
        let house = House::new();
        let person = everything(&house);
        let (consent_id, event_id) = answered(&house);
        let named = Named { consent_id, event_id, ..Named::make(&house, &person) };
        let session = house.session(&person);
        let before = house.kept();
        let path = named.path(&house, row.path);
        let ask = Ask {
            token: None,
            session: Some(&session),
            form_cookie: Some(&session),
            body: Some(format!(
                "{}&{}",
                Serializer::new(String::new()).extend_pairs(codes(&house, &person, &session, &path)).finish(),
                encoded(&[&csrf_token(&session)])
            )),
        };
        let answer = house.ask(Method::POST, &path, ask).await;
        if path == "/console/sign-in" {
            assert_eq!(answer.status, 401, "nobody has that address");
            continue;
        }
        assert!(answer.status < 400, "{path}: {} {}", answer.status, answer.body);
        for _ in 0..200 {
            if house.kept() != before {
                break;
            }
            // An audit is noted when it is done.
            actix_web::rt::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        assert!(house.kept() != before, "{path} changed nothing");
    }
}

#[actix_web::test]
async fn a_form_that_is_too_large_or_no_text_is_refused() {
    let house = House::new();
    let person = everything(&house);
    let session = house.session(&person);
    let before = house.kept();
    let token = csrf_token(&session);
    for body in
        [format!("csrf={token}&name={}", "x".repeat(70_000)), format!("{}csrf={token}", "a=b&".repeat(600))]
    {
        let ask = Ask { session: Some(&session), body: Some(body), ..Ask::default() };
        let status = house.ask(Method::POST, "/console/tokens", ask).await.status;
        assert!([400, 403].contains(&status), "{status}");
    }
    assert_eq!(house.kept(), before);
}

#[actix_web::test]
async fn a_language_leads_back_to_a_path_of_the_console_only() {
    let house = House::new();
    let person = everything(&house);
    let session = house.session(&person);
    for back in
        ["https://x.example/", "//x.example/console/", "/console/../..//x.example", "/console/\\x", "/other"]
    {
        let mut form = Serializer::new(String::new());
        form.append_pair("csrf", &csrf_token(&session))
            .append_pair("language", "de")
            .append_pair("return_to", back);
        let ask = Ask { session: Some(&session), body: Some(form.finish()), ..Ask::default() };
        let answer = house.ask(Method::POST, "/console/account/language", ask).await;
        assert_eq!((answer.status, &*answer.location), (303, "/console/account?language"), "{back}");
    }
}

#[actix_web::test]
async fn looking_changes_nothing() {
    let house = House::new();
    let person = everything(&house);
    let named = Named::make(&house, &person);
    let session = house.session(&person);
    let before = house.kept();
    for row in screens().into_iter().filter(|row| row.verb == Verb::Get) {
        for method in [Method::GET, Method::HEAD] {
            let path = named.path(&house, row.path).replace("{file}", "none.png");
            let ask = Ask { session: Some(&session), ..Ask::default() };
            let status = house.ask(method.clone(), &path, ask).await.status;
            assert!(status < 500, "{path}: {status}");
            assert_eq!(house.kept(), before, "{method} {path} changed something");
        }
    }
    // A link to the demo is no way in where there is no demo.
    let (secret, _) = link::make(&house.console.access, LinkKind::Demo, &person, clock::now()).unwrap();
    let path = format!("/console/welcome/{secret}");
    assert_eq!(house.ask(Method::GET, &path, Ask::default()).await.status, 410);
    assert_eq!(session::count(&house.console.access, &person, clock::now()).unwrap(), 2);
}
