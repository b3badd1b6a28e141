//! Permission × site × route of the admin API: no token gets 401, a missing permission 403, another site 404.

use super::house::{Answer, Ask, House, OTHER, OWN};
use crate::access::permission::{Permission, Role};
use crate::http::asks::Needs;
use crate::http::console::routes;
use crate::http::router::{Family, Row, Verb};
use actix_web::http::Method;

fn rows() -> Vec<Row> {
    let is_asked = |row: &Row| row.family == Family::Admin && row.needs != Needs::Nothing;
    routes::table().into_iter().filter(is_asked).collect()
}

async fn ask(house: &House, row: &Row, token: Option<&str>, session: Option<&str>) -> Answer {
    let method = match row.verb {
        Verb::Get => Method::GET,
        Verb::Post => Method::POST,
        Verb::Delete => Method::DELETE,
    };
    let path = row.path.replace("{site}", OWN).replace("{hash}", &house.notice);
    let path = path.replace("{email}", "nobody@helvia.example").replace("{jti}", "none");
    let path = path.replace("{consent_id}", "0190abcd-1234-7abc-8def-0123456789ab").replace("{index}", "0");
    let path = path.replace("{event_id}", "0190abcd-1234-7abc-8def-0123456789ac");
    let path = path.replace("{month}", "2026-01").replace("{shard}", "1of2");
    house.ask(method, &path, Ask { token, session, ..Ask::default() }).await
}

fn expect(answer: &Answer, row: &Row, status: u16, code: &str) {
    let said = format!("{:?} {}: {} {}", row.verb, row.path, answer.status, answer.body);
    assert!(answer.status == status && answer.body.contains(code), "{said}");
}

#[actix_web::test]
async fn without_a_token_nobody_gets_in_whoever_is_signed_in() {
    let house = House::new();
    let person = house.person("dpo@helvia.example", &[(Role::Dpo, "*"), (Role::Admin, "*")]);
    let session = house.session(&person);
    let receipt = "eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl";
    for row in rows() {
        for token in [None, Some(""), Some("x"), Some(receipt), Some(session.as_str())] {
            let answer = ask(&house, &row, token, Some(&session)).await;
            expect(&answer, &row, 401, "token_invalid");
        }
    }
}

#[actix_web::test]
async fn a_token_opens_the_routes_of_its_permissions_on_its_sites() {
    let house = House::new();
    for row in rows() {
        let Needs::Permission(needed) = row.needs else {
            let any = house.token(&[Permission::LogRead], OWN);
            expect(&ask(&house, &row, Some(&any), None).await, &row, 200, OWN);
            continue;
        };
        let others: Vec<_> = Permission::ALL.iter().copied().filter(|one| *one != needed).collect();
        let missing = ask(&house, &row, Some(&house.token(&others, "*")), None).await;
        expect(&missing, &row, 403, &format!("the permission {needed} is missing").replacen("the", "The", 1));
        if row.path.contains("{site}") {
            let elsewhere = ask(&house, &row, Some(&house.token(&[needed], OTHER)), None).await;
            expect(&elsewhere, &row, 404, "site_unknown");
        }
        for site in [OWN, "*"] {
            let answer = ask(&house, &row, Some(&house.token(&[needed], site)), None).await;
            let is_in = ![401, 403].contains(&answer.status) && answer.status < 500;
            assert!(is_in && !answer.body.contains("site_unknown"), "{}: {}", row.path, answer.body);
        }
    }
}
