//! How long a request waits for the store.

use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{SITE, SITE_ORIGIN, notice_hash, post, record_count};
use constat_tests::consent;
use constat_tests::server::{Server, run};
use constat_tests::sites::Sites;
use std::path::Path;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_request_waits_for_the_store_no_longer_than_its_deadline() {
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--sites", sites.arg(), "--deadline", "1"]);
    let consent = consent::request(&notice_hash(&server).await, "refuse_all");
    // Another process locks the file for longer than the deadline.
    let other = rusqlite::Connection::open(data.path().join("constat.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let start = Instant::now();
    let refused = post(&server, &consent).await;
    let waited = start.elapsed();
    assert!((Duration::from_secs(1)..Duration::from_secs(3)).contains(&waited), "{waited:?}");
    assert_eq!((refused.status, refused.header("retry-after")), (503, "5"), "{refused:?}");
    refused.assert_problem("late", "store_unavailable", "");
    other.execute_batch("COMMIT").unwrap();
    // The refused record may have been stored meanwhile.
    let again = post(&server, &consent).await;
    assert!(matches!(again.status, 200 | 201), "{again:?}");
    assert_eq!(record_count(data.path()), 1);
    let complaint = failed_parse(data.path(), "0").await;
    assert!(complaint.contains("--deadline") && complaint.contains("1..=60"), "{complaint}");
}

/// The error message about a deadline on the command line.
async fn failed_parse(data: &Path, deadline: &str) -> String {
    let output = run(["serve", "--data", data.to_str().unwrap(), "--deadline", deadline]).await;
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stderr).unwrap()
}
