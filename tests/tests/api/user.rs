//! `constat user`: people are let in, listed, and removed while the server runs.

use crate::command::{constat, json, printed, refused};
use constat_tests::api::{Api, SITE, answer};
use serde_json::json;

const EMAIL: &str = "ana@polaire.example";

async fn status(api: &Api, link: &str) -> u16 {
    answer(api.client.get(link)).await.status
}

#[tokio::test]
async fn a_person_who_is_let_in_gets_a_link_that_opens_until_they_are_removed() {
    let api = Api::start();
    let data = api.data.path();
    let add = [
        "user",
        "add",
        " Ana@Polaire.example",
        "--role",
        "dpo",
        "--site",
        SITE,
        "--until",
        "2999-03-31",
        "--json",
    ];
    let added = json(data, &add);
    assert_eq!(added["email"], EMAIL);
    let link = added["link"].as_str().unwrap();
    assert_eq!(status(&api, link).await, 200);
    let listed = json(data, &["user", "list", "--json"]);
    let role = &listed[0]["roles"][0];
    assert_eq!((&role["role"], &role["site"]), (&json!("dpo"), &json!(SITE)));
    assert_eq!(listed[0]["ends_at"], "2999-04-01T00:00:00.000Z");
    assert!(printed(data, &["user", "list"]).contains("link not used yet"));
    assert!(printed(data, &["user", "remove", EMAIL]).contains("was removed"));
    assert_eq!(status(&api, link).await, 404);
    assert_eq!(json(data, &["user", "list", "--json"]), json!([]));
    for command in ["remove", "reset"] {
        assert!(refused(data, &["user", command, EMAIL]).contains("nobody has this e-mail address"));
    }
}

#[tokio::test]
async fn a_person_with_an_account_gets_a_further_role_and_no_link() {
    let api = Api::start();
    let data = api.data.path();
    let add = |role| ["user", "add", EMAIL, "--role", role, "--site", SITE];
    assert!(printed(data, &add("owner")).starts_with("http://127.0.0.1:"));
    let again = printed(data, &add("auditor"));
    assert!(again.contains("has an account") && !again.contains("http"), "{again}");
    let with_json = [&add("admin")[..], &["--json"]].concat();
    assert_eq!(json(data, &with_json), json!({ "email": EMAIL, "link": null }));
    let roles = json(data, &["user", "list", "--json"])[0]["roles"].clone();
    assert_eq!(roles.as_array().unwrap().len(), 3, "{roles}");
    let until = [&add("dpo")[..], &["--until", "2999-01-01"]].concat();
    assert!(refused(data, &until).contains("leave out --until"));
    assert_eq!(json(data, &["user", "list", "--json"])[0]["roles"], roles);
}

#[tokio::test]
async fn a_reset_uses_up_the_link_before_and_leads_where_the_operator_says() {
    let api = Api::start();
    let data = api.data.path();
    let first = json(data, &["user", "add", EMAIL, "--role", "admin", "--site", "*", "--json"]);
    let reset = ["user", "reset", EMAIL, "--json", "--public-url", "https://console.polaire.example/"];
    let second = json(data, &reset)["link"].as_str().unwrap().to_owned();
    let secret = second.strip_prefix("https://console.polaire.example/console/welcome/").unwrap();
    let (first, _) =
        first["link"].as_str().unwrap().rsplit_once('/').map(|(path, one)| (path.to_owned(), one)).unwrap();
    assert_eq!(status(&api, &format!("{first}/{secret}")).await, 200);
}

#[tokio::test]
async fn without_a_server_s_address_a_link_needs_public_url_and_nobody_is_added() {
    let api = Api::start();
    let data = api.data.path();
    let hand = rusqlite::Connection::open(data.join("constat.db")).unwrap();
    assert_eq!(hand.execute("DELETE FROM documents WHERE id = 'console-url'", []).unwrap(), 1);
    let add = ["user", "add", EMAIL, "--role", "dpo", "--site", SITE];
    assert!(refused(data, &add).contains("--public-url"));
    assert_eq!(json(data, &["user", "list", "--json"]), json!([]));
}

#[tokio::test]
async fn what_is_wrong_is_named_and_changes_nothing() {
    let api = Api::start();
    let data = api.data.path();
    let add =
        |email, role, site, until| ["user", "add", email, "--role", role, "--site", site, "--until", until];
    let day = "2999-01-01";
    let cases = [
        (add("ana", "dpo", SITE, day), "EMAIL must be an e-mail address"),
        (add(EMAIL, "boss", SITE, day), "--role must be one of owner, dpo, auditor, admin"),
        (add(EMAIL, "dpo", "Not a site", day), "--site must be"),
        (add(EMAIL, "dpo", SITE, "tomorrow"), "--until must be a day"),
        (add(EMAIL, "dpo", SITE, "2020-01-01"), "must be in the future"),
    ];
    for (args, words) in cases {
        let complaint = refused(data, &args);
        assert!(complaint.contains(words), "{complaint}");
    }
    assert_eq!(constat(data, &["user", "add", EMAIL, "--role", "dpo"]).status.code(), Some(2));
    assert_eq!(json(data, &["user", "list", "--json"]), json!([]));
    // A site may be served later.
    let later = constat(data, &add(EMAIL, "dpo", "polare", day));
    let warning = String::from_utf8(later.stderr.clone()).unwrap();
    assert!(later.status.success() && warning.contains("was never served"), "{later:?}");
    assert!(warning.contains(SITE), "{warning}");
}
