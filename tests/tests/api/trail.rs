//! The audit trail: what a server and commands note, and `constat audit --trail`.

use crate::command::{constat, json, printed, refused};
use constat_testkit::sample_site::with_one_vendor_more;
use constat_tests::api::{Api, SITE, SITE_ORIGIN};
use constat_tests::consent::uuid;
use constat_tests::server::Server;
use reqwest::Method;
use rusqlite::Connection;
use rustix::process::Signal;
use std::cell::Cell;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

const AUDIT: [&str; 2] = ["audit", "--trail"];

fn open(data: &Path) -> Connection {
    Connection::open(data.join("constat.db")).unwrap()
}

/// Who did what on which site, in the order of the trail, but for the port of the console, which each start of
/// a test's server changes.
fn entries(data: &Path) -> Vec<String> {
    let store = open(data);
    let mut statement = store
        .prepare(
            "SELECT concat_ws(' ', who || ':', action, site) FROM trail WHERE coalesce(target, '') NOT LIKE 'http://%'
             ORDER BY entry_index",
        )
        .unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[tokio::test]
async fn what_is_served_and_new_keys_are_noted_once() {
    let api = Api::start().restart();
    api.sites.write(SITE, &with_one_vendor_more(SITE, SITE_ORIGIN));
    for count in 1..3 {
        api.server.signal(Signal::HUP);
        api.server.logs("the site files were read again", count).await;
    }
    // A change that no visitor is shown, which the restart finds.
    let text = with_one_vendor_more(SITE, SITE_ORIGIN).replacen(
        "origins = [",
        "origins = [\"https://shop.polaire.example\", ",
        1,
    );
    api.sites.write(SITE, &text);
    let api = api.restart();
    let data = api.data.path();
    printed(data, &["keys", "rotate"]);
    let expected = [
        "constat serve: key_added",
        "constat serve: notice_published polaire",
        "constat serve: console_key_added",
        "constat serve: notice_published polaire",
        "constat serve: configuration_changed polaire",
        "constat keys rotate: key_added",
    ];
    assert_eq!(entries(data), expected);
    let last: String = open(data)
        .query_row("SELECT target FROM trail ORDER BY entry_index DESC", [], |row| row.get(0))
        .unwrap();
    assert!(printed(data, &["keys", "list"]).contains(&format!("  2 {last} signs")));
    // Heads by both keys verify; the server that runs still signs with the first.
    assert!(printed(data, &AUDIT).contains("entries agree with their links"));
    assert_eq!(constat(data, &["audit", "--trail", "--site", SITE]).status.code(), Some(2));
    assert_eq!(constat(data, &["audit", "--site", SITE]).status.code(), Some(2));
}

#[tokio::test]
async fn an_audit_finds_what_was_done_to_the_trail() {
    let api = Api::start();
    let data = api.data.path();
    for email in ["ana@polaire.example", "bo@polaire.example"] {
        json(data, &["user", "add", email, "--role", "dpo", "--site", SITE, "--json"]);
    }
    assert!(printed(data, &AUDIT).contains("audit trail: 7 entries agree"));
    let swap = "UPDATE trail SET entry_index = 90 WHERE entry_index = 2;
                UPDATE trail SET entry_index = 2 WHERE entry_index = 4;
                UPDATE trail SET entry_index = 4 WHERE entry_index = 90";
    let a_century_later = "UPDATE documents SET json = replace(json, '\"made_at\":\"20', '\"made_at\":\"21')";
    let cases = [
        (
            "UPDATE trail SET target = 'eve@polaire.example' WHERE entry_index = 2",
            "entry 2 names another target",
        ),
        ("UPDATE trail SET who = 'somebody' WHERE entry_index = 3", "entry 3 was changed"),
        ("UPDATE trail SET at = at + 1 WHERE entry_index = 3", "entry 3 was changed"),
        ("UPDATE trail SET link = randomblob(32) WHERE entry_index = 3", "entry 3 was changed"),
        ("DELETE FROM trail WHERE entry_index = 3", "entry 3 is missing"),
        ("DELETE FROM trail WHERE entry_index = 0", "entry 0 is missing"),
        ("DELETE FROM trail WHERE entry_index = 6", "entry 6 and all after it are missing"),
        ("DELETE FROM trail; DELETE FROM trail_segments", "it is missing"),
        ("UPDATE trail_segments SET head = replace(head, '7', '5')", "the head of"),
        (swap, "entry 2 was changed"),
        // The tail is gone with its head, and what it noted is not.
        (a_century_later, "its last entries are missing"),
    ];
    for (damage, words) in cases {
        let damaged = tempfile::tempdir().unwrap();
        open(data).execute("VACUUM INTO ?", [damaged.path().join("constat.db").to_str().unwrap()]).unwrap();
        printed(damaged.path(), &AUDIT);
        open(damaged.path()).execute_batch(damage).unwrap();
        let complaint = refused(damaged.path(), &AUDIT);
        assert!(complaint.contains("audit trail: ") && complaint.contains(words), "{damage}: {complaint}");
    }
}

#[tokio::test]
async fn a_site_that_is_not_served_any_more_and_one_that_returns_are_noted() {
    let api = Api::start();
    let second = with_one_vendor_more("boreale", "https://www.boreale.example");
    let count = Cell::new(0);
    let reload = async || {
        count.set(count.get() + 1);
        api.server.signal(Signal::HUP);
        api.server.logs("the site files were read again", count.get()).await;
    };
    api.sites.write("boreale", &second);
    reload().await;
    std::fs::remove_file(api.sites.file("boreale")).unwrap();
    reload().await;
    reload().await;
    api.sites.write("boreale", &second);
    reload().await;
    let targets: Vec<String> = open(api.data.path())
        .prepare("SELECT target FROM trail WHERE site = 'boreale' AND action = 'configuration_changed'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(targets[0], "not_served");
    assert!(targets.len() == 2 && targets[1].starts_with("served"), "{targets:?}");
}

#[tokio::test]
async fn the_operator_s_word_about_the_clock_is_in_the_trail() {
    let data = Api::start().data;
    printed(data.path(), &["clock", "accept"]);
    assert_eq!(entries(data.path()).last().unwrap(), "constat clock accept: clock_accepted");
}

/// A folder with the store as it is now, and with the keys and what is kept beside them.
fn copied(data: &Path, store: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    open(store).execute("VACUUM INTO ?", [copy.path().join("constat.db").to_str().unwrap()]).unwrap();
    let keys = copy.path().join("keys");
    DirBuilder::new().mode(0o700).create(&keys).unwrap();
    for file in std::fs::read_dir(data.join("keys")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), keys.join(file.file_name())).unwrap();
    }
    copy
}

/// Adds a person by the command, which leaves two entries.
fn add(data: &Path, email: &str) {
    json(data, &["user", "add", email, "--role", "dpo", "--site", SITE, "--json"]);
}

#[tokio::test]
async fn the_newest_entries_are_missed_whatever_else_was_deleted_with_them() {
    let data = Api::start().data;
    let data = data.path();
    add(data, "ana@polaire.example");
    let earlier = copied(data, data);
    printed(earlier.path(), &AUDIT);
    add(data, "bo@polaire.example");
    let last = "DELETE FROM trail WHERE entry_index = 6";
    let everything = "DELETE FROM trail; DELETE FROM trail_segments; DELETE FROM documents; DELETE FROM keys";
    let cases = [
        (last, "entry 6 and all after it are missing"),
        ("DELETE FROM trail; DELETE FROM trail_segments; DELETE FROM documents", "it has 0, and a head of 7"),
        ("DELETE FROM trail_segments", "entry 0 has no signed head after it"),
        (everything, "is not signed by any key of the store"),
    ];
    for (damage, words) in cases {
        let damaged = copied(data, data);
        printed(damaged.path(), &AUDIT);
        open(damaged.path()).execute_batch(damage).unwrap();
        let complaint = refused(damaged.path(), &AUDIT);
        assert!(complaint.contains(words), "{damage}: {complaint}");
    }
    // The store was set back to an earlier one, in which everything agrees; then it went on.
    let set_back = copied(data, earlier.path());
    assert!(refused(set_back.path(), &AUDIT).contains("it has 5, and a head of 7 was signed here"));
    add(set_back.path(), "eve@polaire.example");
    let complaint = refused(set_back.path(), &AUDIT);
    assert!(complaint.contains("of the first 7, whose head was signed here"), "{complaint}");
}

#[tokio::test]
async fn after_a_backup_was_put_back_the_trail_goes_on_and_says_so() {
    let data = Api::start().data;
    let data = data.path();
    let earlier = copied(data, data);
    add(data, "ana@polaire.example");
    let accept = ["audit", "--trail", "--accept-missing"];
    assert!(printed(data, &accept).contains("nothing was noted"));
    let set_back = copied(data, earlier.path());
    assert!(refused(set_back.path(), &AUDIT).contains("--accept-missing"));
    assert!(printed(set_back.path(), &accept).contains("its 5 entries that were signed here"));
    assert_eq!(
        entries(set_back.path()).last().unwrap(),
        "constat audit --accept-missing: missing_entries_accepted"
    );
    printed(set_back.path(), &AUDIT);
    add(set_back.path(), "bo@polaire.example");
    assert!(printed(set_back.path(), &AUDIT).contains("6 entries agree"));
}

#[tokio::test]
async fn a_server_says_that_its_store_was_set_back_and_serves() {
    let api = Api::start();
    let earlier = copied(api.data.path(), api.data.path());
    add(api.data.path(), "ana@polaire.example");
    let Api { server, sites, data, .. } = api;
    assert!(server.stop());
    let set_back = copied(data.path(), earlier.path());
    let server = Server::start(set_back.path(), &["--sites", sites.arg()]);
    server.logs("entries that were signed here: run `constat audit --trail`", 1).await;
    assert!(server.stop());
}

/// The newest entry: who, action, site and target.
fn newest(data: &Path) -> [Option<String>; 4] {
    let sql = "SELECT who, action, site, target FROM trail ORDER BY entry_index DESC LIMIT 1";
    let row = |row: &rusqlite::Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]);
    open(data).query_row(sql, [], row).unwrap()
}

#[tokio::test]
async fn what_a_command_shows_of_a_visitor_is_in_the_trail_until_the_records_are_erased() {
    let api = Api::start();
    let data = api.data.path();
    let asked = api.consent("allow_all").await;
    let made = api.post(&asked).await.json();
    let (id, event) = (made["record"]["consent_id"].as_str().unwrap(), &made["record"]["event_id"]);
    let of = ["--site", SITE, "--consent-id", id];
    let evidence = format!("{id} bundle {}", event.as_str().unwrap());
    let file = data.join("evidence.json");
    let file = file.to_str().unwrap();
    let cases: [(&[&str], _, &str); 3] = [
        (&["records"], "records_viewed", id),
        (&["records", "--json"], "records_viewed", id),
        (&["prove", "-o", file], "record_exported", &evidence),
    ];
    for (args, action, target) in cases {
        let command = format!("constat {}", args[0]);
        let output = constat(data, &[args, &of].concat());
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        let expected = [&*command, action, SITE, target].map(|text| Some(text.to_owned()));
        assert_eq!(newest(data), expected, "{args:?}");
    }
    let before = entries(data).len();
    let nobody = ["records", "--site", SITE, "--consent-id", &uuid()];
    assert!(printed(data, &nobody).starts_with("No records"));
    assert_eq!(entries(data).len(), before, "of nobody nothing was seen");
    let receipt = made["receipt"].as_str().unwrap();
    assert_eq!(api.history(Method::DELETE, id, receipt).await.status, 200);
    assert_eq!(newest(data)[3], None);
    let audit = printed(data, &AUDIT);
    assert!(audit.contains("entries that name an erased consent id no more 3"), "{audit}");
}

#[tokio::test]
async fn a_backup_in_which_nothing_can_be_noted_is_shown_and_the_command_says_so() {
    let api = Api::start();
    let asked = api.consent("allow_all").await;
    let id = api.post(&asked).await.json()["record"]["consent_id"].as_str().unwrap().to_owned();
    let backup = tempfile::tempdir().unwrap();
    let copy = backup.path().join("constat.db");
    open(api.data.path()).execute("VACUUM INTO ?", [copy.to_str().unwrap()]).unwrap();
    let before = entries(backup.path());
    // It has no key to sign the entry with.
    let output = constat(backup.path(), &["records", "--json", "--site", SITE, "--consent-id", &id]);
    assert!(output.status.success(), "{output:?}");
    let shown: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(shown[0]["consent_id"], *id);
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(
        words.starts_with("constat: the audit trail does not say that this was seen: the key "),
        "{words}"
    );
    assert!(!words.contains(&id) && words.contains("/keys"), "{words}");
    assert_eq!(entries(backup.path()), before);
}
