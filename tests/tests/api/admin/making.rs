//! Tokens made by programs, once.

use super::house::shared;
use constat_tests::programs::new_token;
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test]
async fn a_token_that_a_program_makes_permits_what_it_says_until_it_is_revoked() {
    let console = shared().await;
    let maker = console.token("maker", &["tokens:write", "log:read"]).await;
    let made = console.make(&maker, "tokens", &new_token("made", &["log:read"], HOUR), None).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.header("cache-control"), "no-store");
    let (token, jti) = (made.json()["token"].clone(), made.json()["jti"].clone());
    let (token, jti) = (token.as_str().unwrap(), jti.as_str().unwrap());
    console.read(token, "sites/polaire/log").await;
    console.ask(token, Method::GET, "sites/polaire/notices").await.assert_problem(
        "notices",
        "permission_missing",
        "",
    );
    for _ in 0..2 {
        assert_eq!(console.ask(&maker, Method::DELETE, &format!("tokens/{jti}")).await.status, 204);
        console.ask(token, Method::GET, "sites").await.assert_problem("revoked", "token_invalid", "");
    }
    console.ask(&maker, Method::DELETE, "tokens/none").await.assert_problem("none", "not_found", "");
}

#[tokio::test]
async fn a_repeated_request_makes_one_token_and_shows_it_once() {
    let console = shared().await;
    let maker = console.token("repeater", &["tokens:write", "log:read"]).await;
    let (body, key) = (new_token("repeated", &["log:read"], HOUR), Some("7f1e-1"));
    let first = console.make(&maker, "tokens", &body, key).await;
    let again = console.make(&maker, "tokens", &body, key).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(again.json(), json!({ "jti": first.json()["jti"] }));
    let listed = console.read(&maker, "tokens").await;
    let named = listed["items"].as_array().unwrap().iter().filter(|token| token["name"] == "repeated");
    assert_eq!(named.count(), 1);
    let other = new_token("another", &["log:read"], HOUR);
    let reused = console.make(&maker, "tokens", &other, key).await;
    reused.assert_problem("another body", "idempotency_key_used", "Idempotency-Key");
    let of_another = console.token("repeater", &["tokens:write", "log:read"]).await;
    assert_eq!(console.make(&of_another, "tokens", &other, key).await.status, 201, "a key of another token");
    for bad in ["", "a b", &"x".repeat(129)] {
        let refused = console.make(&maker, "tokens", &other, Some(bad)).await;
        refused.assert_problem(bad, "invalid_field", "Idempotency-Key");
    }
}

#[tokio::test]
async fn of_many_requests_with_one_key_one_makes_a_token() {
    let console = shared().await;
    let maker = console.token("crowd", &["tokens:write", "log:read"]).await;
    let body = new_token("crowded", &["log:read"], HOUR);
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (console, maker, body) = (console.clone(), maker.clone(), body.clone());
        asked.spawn(async move { console.make(&maker, "tokens", &body, Some("crowd")).await });
    }
    let answers = asked.join_all().await;
    assert!(answers.iter().all(|answer| [201, 409].contains(&answer.status)), "{answers:?}");
    let with_token = answers.iter().filter(|answer| answer.json()["token"].is_string());
    assert_eq!(with_token.count(), 1);
    let listed = console.read(&maker, "tokens").await;
    let named = listed["items"].as_array().unwrap().iter().filter(|token| token["name"] == "crowded");
    assert_eq!(named.count(), 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_token_is_named_and_makes_none() {
    let console = shared().await;
    let maker = console.token("strict", &["tokens:write", "log:read"]).await;
    let good = new_token("refused", &["log:read"], HOUR);
    let changed = |field: &str, value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (body, code, field) in [
        (changed("name", json!("")), "invalid_field", "name"),
        (changed("scope", json!(["log:write"])), "invalid_field", "scope[0]"),
        (changed("scope", json!([])), "invalid_field", "scope"),
        (changed("sites", json!([])), "invalid_field", "sites"),
        (changed("sites", json!(["A B"])), "invalid_field", "sites[0]"),
        (changed("days", json!(3)), "invalid_field", "days"),
        (changed("expires_at", json!("soon")), "invalid_field", "expires_at"),
        (new_token("refused", &["log:read"], 91 * DAY), "invalid_field", "expires_at"),
        (changed("scope", json!(["notices:read"])), "permission_missing", ""),
        (changed("sites", json!(["boreale"])), "permission_missing", ""),
        (changed("sites", json!(["*"])), "permission_missing", ""),
        (json!([]), "invalid_field", ""),
    ] {
        let answer = console.make(&maker, "tokens", &body, Some("strict")).await;
        answer.assert_problem(&body.to_string(), code, field);
    }
    let listed = console.read(&maker, "tokens").await;
    assert!(!listed.to_string().contains("refused"), "{listed}");
    let large = changed("name", json!("x".repeat(20_000)));
    console.make(&maker, "tokens", &large, None).await.assert_problem("large", "body_too_large", "");
    let allowed = console.make(&maker, "tokens", &good, Some("strict")).await;
    assert_eq!(allowed.status, 201, "a refused request leaves its key free");
}
