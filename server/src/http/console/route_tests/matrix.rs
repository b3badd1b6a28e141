//! Role × site × route: a stranger gets 401, a missing permission 403, another site 404.

use super::house::{Ask, House, OTHER, OWN, screens};
use crate::access::permission::Role;
use crate::access::session::csrf_token;
use crate::http::asks::Needs;
use crate::http::router::{Row, Verb};
use actix_web::http::Method;

fn method(row: &Row) -> Method {
    match row.verb {
        Verb::Get => Method::GET,
        Verb::Post => Method::POST,
        Verb::Delete => Method::DELETE,
    }
}

/// The address of a row, on a site; whatever else it names is unknown there.
fn path(house: &House, row: &Row, site: &str) -> String {
    row.path
        .replace("{site}", site)
        .replace("{hash}", &house.notice)
        .replace("{file}", "none.png")
        .replace("{account}", "none")
        .replace("{role}", "owner")
        .replace("{scope}", site)
        .replace("{jti}", "none")
        .replace("{session}", "none")
        .replace("{link}", "none")
        .replace("{consent_id}", "0190abcd-1234-7abc-8def-0123456789ab")
        .replace("{event_id}", "0190abcd-1234-7abc-8def-0123456789ac")
        .replace("{log}", "2026-01")
        .replace("{index}", "0")
}

#[actix_web::test]
async fn a_stranger_gets_401_wherever_something_is_needed() {
    let house = House::new();
    let mut counted = 0;
    for row in screens() {
        for site in [OWN, OTHER, "none", "NOT A SITE"] {
            let path = path(&house, &row, &site.replace(' ', "%20"));
            for session in [None, Some("x"), Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")] {
                let body = (row.verb == Verb::Post).then(|| "csrf=x".to_owned());
                let answer = house.ask(method(&row), &path, Ask { session, body, ..Ask::default() }).await;
                let is_open = row.needs == Needs::Nothing;
                assert_eq!(answer.status == 401, !is_open, "{} {path}", answer.status);
                let shows_form = answer.body.contains("data-screen=\"sign-in\"");
                assert!(is_open || shows_form, "{path}: the way in is shown");
                counted += 1;
            }
        }
    }
    assert!(counted > 300, "{counted}");
}

#[actix_web::test]
async fn each_role_may_on_its_own_site_what_it_allows_and_finds_no_other_site() {
    let house = House::new();
    let mut seen = [0; 3];
    for role in Role::ALL {
        let person = house.person(&format!("{role}@helvia.example"), &[(*role, OWN)]);
        for row in screens() {
            for site in [OWN, OTHER, "none"] {
                let path = path(&house, &row, site);
                let session = house.session(&person);
                let body = (row.verb == Verb::Post).then(|| format!("csrf={}", csrf_token(&session)));
                let form_cookie = Some(&*session);
                let ask = Ask { session: form_cookie, body, form_cookie, token: None };
                let answer = house.ask(method(&row), &path, ask).await;
                let may = match row.needs {
                    Needs::Permission(permission) => role.permissions().contains(&permission),
                    Needs::Nothing | Needs::Anybody => true,
                };
                let is_sites = row.path.contains("{site}");
                let said = format!("{role} {:?} {path}: {}", row.verb, answer.status);
                match (may, is_sites && site != OWN) {
                    (false, _) => {
                        assert_eq!(answer.status, 403, "{said}");
                        seen[0] += 1;
                    }
                    (true, true) => {
                        assert_eq!(answer.status, 404, "{said}");
                        seen[1] += 1;
                    }
                    (true, false) => {
                        assert!(![400, 403, 405].contains(&answer.status) && answer.status < 500, "{said}");
                        seen[2] += 1;
                    }
                }
            }
        }
    }
    assert!(seen.iter().all(|count| *count > 20), "{seen:?}");
}

#[actix_web::test]
async fn a_permission_on_one_site_is_not_one_on_another() {
    let house = House::new();
    let person = house.person("both@helvia.example", &[(Role::Dpo, OWN), (Role::Auditor, OTHER)]);
    for (site, status) in [(OWN, 303), (OTHER, 403)] {
        let session = house.session(&person);
        let body = Some(format!("csrf={}", csrf_token(&session)));
        let ask = Ask { session: Some(&session), body, ..Ask::default() };
        let path = format!("/console/sites/{site}/audit");
        assert_eq!(house.ask(Method::POST, &path, ask).await.status, status, "{site}");
    }
    let session = house.session(&person);
    let path = format!("/console/sites/{OTHER}/notices/{}", house.notice);
    let ask = Ask { session: Some(&session), ..Ask::default() };
    assert_eq!(house.ask(Method::GET, &path, ask).await.status, 404, "the notice of one site under another");
}

#[actix_web::test]
async fn other_methods_are_refused_and_change_nothing() {
    let house = House::new();
    let person = house.person("all@helvia.example", &[(Role::Dpo, "*"), (Role::Admin, "*")]);
    let session = house.session(&person);
    let before = house.kept();
    for row in screens() {
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS, Method::TRACE] {
            let path = path(&house, &row, OWN);
            let ask = Ask { session: Some(&session), ..Ask::default() };
            let status = house.ask(method.clone(), &path, ask).await.status;
            assert_eq!(status, 405, "{method} {path}");
        }
    }
    assert_eq!(house.kept(), before);
}
