//! People whom a program lets in.

use super::house::shared;
use constat_tests::console::path_of;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_program_lets_somebody_in_and_removes_them() {
    let console = shared().await;
    let token = console.token("directory", &["people:write"]).await;
    let new = json!({ "email": "Ana@Helvia.example", "role": "auditor", "sites": ["polaire"] });
    let added = console.make(&token, "users", &new, Some("ana")).await;
    assert_eq!((added.status, &added.json()["email"]), (201, &json!("ana@helvia.example")), "{added:?}");
    let link = added.json()["link"].as_str().unwrap().to_owned();
    assert!(link.starts_with(&console.at("/console/welcome/")), "{link}");
    let again = console.make(&token, "users", &new, Some("ana")).await;
    assert_eq!((again.status, again.json()), (201, json!({ "email": "ana@helvia.example" })));
    console.make(&token, "users", &new, None).await.assert_problem("twice", "conflict", "email");
    let mut ana = console.visitor();
    ana.welcome("ana@helvia.example", &link).await;
    assert!(ana.is_in().await);
    assert_eq!(ana.get(path_of(&link)).await.status, 410);
    let listed = console.read(&token, "users").await;
    let found = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["email"] == "ana@helvia.example")
        .unwrap();
    assert_eq!(
        (&found["roles"][0]["role"], &found["roles"][0]["given_by"]),
        (&json!("auditor"), &json!("directory"))
    );
    // The trail is filtered by the id: an address in a query would stand in the logs of proxies.
    let reader = console.token("reader of people", &["audit-trail:read"]).await;
    let of_ana = format!("audit-trail?who={}", found["id"].as_str().unwrap());
    let entries = console.read(&reader, &of_ana).await["items"].as_array().unwrap().clone();
    assert!(!entries.is_empty() && entries.iter().all(|it| it["who"] == "ana@helvia.example"), "{entries:?}");
    assert_eq!(console.ask(&token, Method::DELETE, "users/ana%40helvia.example").await.status, 204);
    assert!(!ana.is_in().await, "the session has ended");
    let gone = console.ask(&token, Method::DELETE, "users/ana%40helvia.example").await;
    gone.assert_problem("gone", "not_found", "");
}

#[tokio::test]
async fn what_is_wrong_with_a_person_is_named_and_lets_nobody_in() {
    let console = shared().await;
    let token = console.token("directory-2", &["people:write"]).await;
    let good = json!({ "email": "nobody@helvia.example", "role": "owner", "sites": ["polaire"] });
    for (field, value, code, named) in [
        ("email", json!("no address"), "invalid_field", "email"),
        ("role", json!("root"), "invalid_field", "role"),
        ("sites", json!([]), "invalid_field", "sites"),
        ("sites", json!(["boreale"]), "permission_missing", ""),
        ("ends_at", json!("2020-01-01T00:00:00Z"), "invalid_field", "ends_at"),
        ("password", json!("x"), "invalid_field", "password"),
    ] {
        let mut body = good.clone();
        body[field] = value;
        console.make(&token, "users", &body, None).await.assert_problem(&body.to_string(), code, named);
    }
    assert!(!console.read(&token, "users").await.to_string().contains("nobody@"));
}
