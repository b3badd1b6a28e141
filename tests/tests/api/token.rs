//! `constat token`: tokens of the console's API.

use crate::command::{constat, json, printed, refused};
use constat_tests::api::{Api, SITE, answer};
use serde_json::Value;

fn add<'a>(name: &'a str, scope: &'a str, site: &'a str, days: &'a str) -> [&'a str; 10] {
    ["token", "add", "--name", name, "--scope", scope, "--site", site, "--days", days]
}

#[tokio::test]
async fn a_token_stands_alone_on_standard_output_and_is_listed_until_it_is_revoked() {
    let api = Api::start();
    let data = api.data.path();
    let output = constat(data, &add("statistics", "log:read,notices:read", SITE, "30"));
    assert!(output.status.success(), "{output:?}");
    let token = String::from_utf8(output.stdout).unwrap();
    let parts: Vec<_> = token.strip_suffix('\n').unwrap().split('.').collect();
    assert!(
        parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && !part.contains(char::is_whitespace))
    );
    let person = json(data, &["user", "add", "ana@b", "--role", "dpo", "--site", SITE, "--json"]);
    let console = person["link"].as_str().unwrap().split("/console/").next().unwrap();
    let sites = async || {
        answer(api.client.get(format!("{console}/v1/admin/sites")).bearer_auth(&token[..token.len() - 1]))
            .await
    };
    assert_eq!(sites().await.status, 200);
    let listed = json(data, &["token", "list", "--json"]);
    let (name, jti) = (&listed[0]["name"], listed[0]["jti"].as_str().unwrap());
    assert_eq!((name, &listed[0]["revoked_at"]), (&Value::from("statistics"), &Value::Null));
    assert!(String::from_utf8(output.stderr).unwrap().contains(jti));
    assert!(!listed.to_string().contains(parts[2]), "the token itself is not kept");
    assert!(printed(data, &["token", "revoke", jti]).contains("is revoked"));
    assert_eq!(sites().await.status, 401);
    let table = printed(data, &["token", "list"]);
    assert!(table.contains(&format!("{jti} statistics: ")) && table.contains("revoked at"), "{table}");
    assert!(refused(data, &["token", "revoke", "none"]).contains("there is no such token"));
}

#[tokio::test]
async fn what_a_token_may_not_be_is_named_and_none_is_made() {
    let api = Api::start();
    let data = api.data.path();
    let cases = [
        (add("a@b", "log:read", SITE, "30"), "--name must"),
        (add("a", "log:write", SITE, "30"), "--scope must be one of notices:read"),
        (add("a", "log:read", "Not a site", "30"), "--site must be"),
        (add("a", "log:read", SITE, "91"), "at most 90 days"),
        (add("a", "log:read", SITE, "0"), "must be in the future"),
    ];
    for (args, words) in cases {
        let complaint = refused(data, &args);
        assert!(complaint.contains(words), "{complaint}");
    }
    assert_eq!(json(data, &["token", "list", "--json"]).as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn another_console_key_makes_no_token_while_one_works() {
    let api = Api::start();
    let data = api.data.path();
    printed(data, &add("first", "log:read", SITE, "1"));
    let other = data.join("other.key");
    std::fs::copy(data.join("keys/console.key"), &other).unwrap();
    let text = std::fs::read_to_string(&other).unwrap();
    let with_key =
        [&add("second", "log:read", SITE, "1")[..], &["--console-key-file", other.to_str().unwrap()]]
            .concat();
    printed(data, &with_key);
    let changed = if text.starts_with('A') { 'B' } else { 'A' };
    std::fs::write(&other, format!("{changed}{}", &text[1..])).unwrap();
    assert!(refused(data, &with_key).contains("is not the one of this store"));
    assert_eq!(json(data, &["token", "list", "--json"]).as_array().unwrap().len(), 2);
}
