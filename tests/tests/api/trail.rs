//! The audit trail: what a server and commands note, and `constat audit --trail`.

use crate::command::{constat, json, printed, refused};
use constat_testkit::sample_site::with_one_vendor_more;
use constat_tests::api::{Api, SITE, SITE_ORIGIN};
use rusqlite::Connection;
use rustix::process::Signal;
use std::path::Path;

const AUDIT: [&str; 2] = ["audit", "--trail"];

fn open(data: &Path) -> Connection {
    Connection::open(data.join("constat.db")).unwrap()
}

/// Who did what, in the order of the trail.
fn entries(data: &Path) -> Vec<String> {
    let store = open(data);
    let mut statement =
        store.prepare("SELECT who || ': ' || action FROM trail ORDER BY entry_index").unwrap();
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
        "constat serve: notice_published",
        "constat serve: notice_published",
        "constat serve: configuration_changed",
        "constat keys rotate: key_added",
    ];
    assert_eq!(entries(data), expected);
    let last: String = open(data)
        .query_row("SELECT target FROM trail ORDER BY entry_index DESC", [], |row| row.get(0))
        .unwrap();
    assert!(printed(data, &["keys", "list"]).contains(&format!("  2 {last} signs")));
    // Heads by both keys verify; the server that runs still signs with the first.
    assert!(printed(data, &AUDIT).contains("audit trail: 5 entries"));
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
    assert!(printed(data, &AUDIT).contains("audit trail: 6 entries agree"));
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
        ("DELETE FROM trail WHERE entry_index = 5", "entry 5 and all after it are missing"),
        ("DELETE FROM trail; DELETE FROM trail_segments", "it is missing"),
        ("UPDATE trail_segments SET head = replace(head, '6', '5')", "the head of"),
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
