//! `constat serve --demo`: the demo insurer and its third parties.

use crate::command::printed;
use constat_tests::api::{self, Api, record_count};
use constat_tests::server::Server;
use rusqlite::Connection;
use std::path::Path;

const DEMO_SITE: &str = "boreale";

/// The months of the logs, and the consent id of a visitor who came back.
fn months_and_visitor(data: &Path) -> (Vec<String>, String) {
    let store = Connection::open(data.join("constat.db")).unwrap();
    let mut months = store.prepare("SELECT month FROM logs ORDER BY month").unwrap();
    let months = months.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let visitor = "SELECT lower(hex(consent_id)) FROM records WHERE previous_event_id IS NOT NULL";
    let hex: String = store.query_row(visitor, [], |row| row.get(0)).unwrap();
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    (months, parts.join("-"))
}

#[tokio::test]
async fn the_demo_has_generated_records_of_13_months_that_are_proven_like_real_ones() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--demo"]);
    server.logs("the retention job has run expired_count=0", 1).await;
    let count = record_count(data.path());
    assert!((250..600).contains(&count), "{count}");
    let (months, visitor) = months_and_visitor(data.path());
    assert!((13..=14).contains(&months.len()), "{months:?}");
    for month in &months {
        printed(data.path(), &["audit", "--site", DEMO_SITE, "--month", month]);
    }
    assert!(visitor.ends_with("63-6f6e73746174"), "{visitor}");
    let of = ["--site", DEMO_SITE, "--consent-id", &visitor];
    let records = printed(data.path(), &[&["records"][..], &of].concat());
    assert!(records.contains("(generated for the demo)"), "{records}");
    let bundle = data.path().join("evidence.json");
    let bundle = bundle.to_str().unwrap();
    printed(data.path(), &[&["prove"][..], &of, &["-o", bundle]].concat());
    let verified = printed(data.path(), &["verify", bundle]);
    assert!(verified.contains("the log names, by SHA-256, the files served"), "{verified}");
    let store = Connection::open(data.path().join("constat.db")).unwrap();
    let out_of_order = "SELECT count(*) FROM records a JOIN records b ON a.log = b.log
         AND a.leaf_index < b.leaf_index AND a.recorded_at > b.recorded_at";
    assert_eq!(store.query_row(out_of_order, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    // A second start adds none.
    assert!(server.stop());
    let _server = Server::start(data.path(), &["--demo"]);
    assert_eq!(record_count(data.path()), count);
}

#[tokio::test]
async fn the_demo_generates_nothing_beside_a_record_of_another_site() {
    let api = Api::start();
    api.record("refuse_all").await;
    let Api { server, data, .. } = api;
    assert!(server.stop());
    let _server = Server::start(data.path(), &["--demo"]);
    assert_eq!(record_count(data.path()), 1);
}

#[tokio::test]
async fn the_demo_serves_its_pages_and_counts_what_reaches_the_third_parties() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--demo"]);
    let client = api::client();
    let get = |url: String| api::answer(client.get(url));
    let page = get(format!("{}/demo/fr/", server.url)).await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let third_parties = server.third_parties.clone().expect("the demo has third parties");
    assert!(page.text().contains(&third_parties) && page.text().contains("/v1/sites/boreale/consent.js"));
    assert_eq!(get(format!("{third_parties}/counts")).await.text(), "{}");
    assert_eq!(get(format!("{third_parties}/audience.js")).await.status, 200);
    assert_eq!(get(format!("{third_parties}/counts")).await.text(), r#"{"/audience.js":1}"#);
    assert_eq!(get(format!("{}/demo/fr/none.html", server.url)).await.status, 404);
}
