//! Tokens that are none.

use super::house::shared;
use constat_tests::api::{answer, client, notice_hash, post};
use constat_tests::consent::{request, secret_of};
use constat_tests::console::House;
use constat_tests::programs::new_token;
use reqwest::Method;
use reqwest::header::COOKIE;
use std::time::{Duration, Instant};

async fn refused(console: &House, token: &str, what: &str) {
    let answer = console.ask(token, Method::GET, "sites").await;
    answer.assert_problem(what, "token_invalid", "");
    assert_eq!(answer.header("www-authenticate"), "Bearer", "{what}");
}

/// Headers of a JWT in base64: `{"typ":"at+jwt","alg":"none"}`, the same with `HS256`, `{"alg":"EdDSA"}`.
const HEADERS: [&str; 3] = [
    "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJub25lIn0",
    "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJIUzI1NiJ9",
    "eyJhbGciOiJFZERTQSJ9",
];

#[tokio::test]
async fn a_token_with_another_algorithm_or_another_byte_is_none() {
    let console = shared().await;
    let token = console.token("stolen", &["log:read"]).await;
    let parts: Vec<&str> = token.split('.').collect();
    for header in HEADERS {
        for signature in ["", parts[2]] {
            refused(&console, &format!("{header}.{}.{signature}", parts[1]), header).await;
        }
    }
    for at in [parts[0].len() + 9, token.len() - 9] {
        let mut altered = token.clone().into_bytes();
        altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
        refused(&console, &String::from_utf8(altered).unwrap(), "altered").await;
    }
    console.read(&token, "sites").await;
}

#[tokio::test]
async fn a_receipt_is_no_token_a_token_no_receipt_and_a_session_neither() {
    let console = shared().await;
    let public = &console.server.url;
    let site = format!("{public}/v1/sites/polaire");
    let consent = request(&notice_hash(&console.server).await, "refuse_all");
    let stored = post(&console.server, &consent).await;
    assert_eq!(stored.status, 201, "{stored:?}");
    refused(&console, stored.json()["receipt"].as_str().unwrap(), "a receipt").await;
    refused(&console, &secret_of(&consent), "a secret").await;
    let token = console.token("no-receipt", &["log:read"]).await;
    let own = format!("{site}/consents/{}", consent["consent_id"].as_str().unwrap());
    answer(client().get(own).bearer_auth(&token)).await.assert_problem("a token", "receipt_invalid", "");
    let with_cookie =
        client().get(console.at("/v1/admin/sites")).header(COOKIE, format!("constat-session={token}"));
    answer(with_cookie).await.assert_problem("a cookie", "token_invalid", "");
}

#[tokio::test]
async fn a_token_that_has_expired_is_none() {
    let console = shared().await;
    let maker = console.token("short", &["tokens:write", "log:read"]).await;
    let made = console
        .make(&maker, "tokens", &new_token("brief", &["log:read"], Duration::from_secs(3)), None)
        .await;
    let token = made.json()["token"].as_str().unwrap().to_owned();
    let start = Instant::now();
    while console.ask(&token, Method::GET, "sites").await.status == 200 {
        assert!(start.elapsed() < Duration::from_secs(30), "it ends");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    refused(&console, &token, "expired").await;
}

#[tokio::test]
async fn the_public_address_has_no_admin_api() {
    let console = shared().await;
    let token = console.token("elsewhere", &["log:read"]).await;
    for path in ["/v1/admin/sites", "/openapi.json", "/console/", "/console/api"] {
        let asked = client().get(format!("{}{path}", console.server.url)).bearer_auth(&token);
        answer(asked).await.assert_problem(path, "not_found", "");
    }
}
