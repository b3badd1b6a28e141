//! What a program reads.

use super::house::shared;
use constat_tests::console::OWN;
use reqwest::Method;
use serde_json::{Value, json};

fn first(list: &Value) -> &Value {
    &list["items"][0]
}

#[tokio::test]
async fn a_program_reads_sites_notices_logs_and_the_trail_of_its_site() {
    let console = shared().await;
    let token = console.token("reader", &["notices:read", "log:read", "audit-trail:read"]).await;
    let sites = console.read(&token, "sites").await;
    assert_eq!(first(&sites)["id"], OWN);
    let notices = console.read(&token, "sites/polaire/notices").await;
    assert_eq!(first(&notices)["hash"], first(&sites)["notice_hash"]);
    assert_eq!(first(&notices)["until"], Value::Null, "it is in force");
    let log = first(&console.read(&token, "sites/polaire/log").await).clone();
    let checkpoint: Vec<_> = log["checkpoint"].as_str().unwrap().lines().collect();
    let month = log["month"].as_str().unwrap();
    assert_eq!(checkpoint[..2], [format!("constat/polaire/{month}"), log["size"].to_string()]);
    let made = console.read(&token, "audit-trail?action=token_made&site=polaire").await;
    let items = made["items"].as_array().unwrap().iter();
    let targets: Vec<_> = items.map(|item| item["target"].as_str().unwrap()).collect();
    assert!(targets.iter().any(|target| target.starts_with("reader (")), "{targets:?}");
    let users = console.ask(&token, Method::GET, "users").await;
    users.assert_problem("users", "permission_missing", "");
    assert!(users.json()["detail"].as_str().unwrap().contains("people:write"));
}

#[tokio::test]
async fn a_list_is_read_page_by_page_to_its_end() {
    let console = shared().await;
    let token = console.token("pages", &["tokens:write", "audit-trail:read"]).await;
    for name in ["pages-1", "pages-2"] {
        console.token(name, &["log:read"]).await;
    }
    for list in ["tokens", "audit-trail?action=token_made"] {
        let join = if list.contains('?') { '&' } else { '?' };
        let whole = console.read(&token, &format!("{list}{join}limit=100")).await;
        let count = whole["items"].as_array().unwrap().len();
        assert!(count >= 3, "{whole}");
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        // Others add to it meanwhile, at its beginning.
        while seen.len() < 2 * count {
            let page = console.read(&token, &format!("{list}{join}limit=1{cursor}")).await;
            seen.extend(page["items"].as_array().unwrap().iter().map(Value::to_string));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert!(seen.len() >= count, "{list}: {} of {count}", seen.len());
        let mut once = seen.clone();
        once.dedup();
        assert_eq!(once, seen, "{list}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_query_is_named() {
    let console = shared().await;
    let token = console.token("queries", &["audit-trail:read", "notices:read"]).await;
    for (path, field) in [
        ("sites?limit=0", "limit"),
        ("sites?limit=101", "limit"),
        ("sites?limit=1&limit=2", "limit"),
        ("sites?page=2", "page"),
        ("audit-trail?action=sang", "action"),
        ("audit-trail?who=ana%40helvia.example", "who"),
        ("audit-trail?from=yesterday", "from"),
        ("audit-trail?to=2026-02-30", "to"),
        ("audit-trail?site=A%20B", "site"),
        ("audit-trail?cursor=x", "cursor"),
    ] {
        console.ask(&token, Method::GET, path).await.assert_problem(path, "invalid_field", field);
    }
    for path in ["sites/boreale/notices", "sites/A%20B/notices", "audit-trail?site=boreale"] {
        console.ask(&token, Method::GET, path).await.assert_problem(path, "site_unknown", "");
    }
    let none = console.read(&token, "audit-trail?to=2020-01-01").await;
    assert_eq!(none, json!({ "items": [], "next_cursor": null }));
}

#[tokio::test]
async fn the_first_acknowledgement_of_a_notice_counts() {
    let console = shared().await;
    let scope = ["notices:read", "notices:acknowledge", "audit-trail:read"];
    let token = console.token("dpo-1", &scope).await;
    let hash =
        first(&console.read(&token, "sites/polaire/notices").await)["hash"].as_str().unwrap().to_owned();
    let path = format!("sites/polaire/notices/{hash}/acknowledgement");
    let done = console.ask(&token, Method::POST, &path).await;
    assert_eq!((done.status, &done.json()["acknowledged_by"]), (200, &json!("dpo-1")));
    let second = console.token("dpo-2", &scope).await;
    let repeated = console.ask(&second, Method::POST, &path).await;
    assert_eq!((repeated.status, repeated.json()), (200, done.json()));
    let listed = first(&console.read(&token, "sites/polaire/notices").await).clone();
    assert_eq!(listed["acknowledged_at"], done.json()["acknowledged_at"]);
    let noted = console.read(&token, "audit-trail?action=notice_acknowledged").await;
    assert_eq!(noted["items"].as_array().unwrap().len(), 1, "{noted}");
    let unknown = format!("sites/polaire/notices/{}/acknowledgement", "0".repeat(64));
    console.ask(&token, Method::POST, &unknown).await.assert_problem("unknown", "notice_unknown", "");
}
