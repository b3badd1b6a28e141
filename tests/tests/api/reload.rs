//! SIGHUP: site files are read again while the server runs.

use crate::bodies;
use constat_shared::Hash;
use constat_testkit::sample_site::{with_one_vendor_more, with_shipped_vendors};
use constat_tests::api::{Api, SITE, SITE_ORIGIN};
use constat_tests::consent;
use rustix::process::Signal;
use serde_json::json;

const TAKEN: &str = "the site files were read again";
const NOT_TAKEN: &str = "the site files were not taken";

fn small() -> String {
    with_shipped_vendors(SITE, SITE_ORIGIN)
}

fn larger() -> String {
    with_one_vendor_more(SITE, SITE_ORIGIN)
}

async fn reload(api: &Api, count: usize) {
    api.server.signal(Signal::HUP);
    api.server.logs(TAKEN, count).await;
}

#[tokio::test]
async fn a_changed_site_file_is_served_and_the_earlier_notice_still_shown_and_answered() {
    let api = Api::start();
    let earlier = api.notice_hash().await;
    let shown_before = api.get(&format!("/v1/sites/{SITE}/banner/nl")).await;
    let loader_before = api.get(&format!("/v1/sites/{SITE}/consent.js")).await;
    api.sites.write(SITE, &larger());
    reload(&api, 1).await;

    let current = api.notice_hash().await;
    assert_ne!(current, earlier);
    let loader = api.get(&format!("/v1/sites/{SITE}/consent.js")).await;
    assert!(loader.text().contains(&current) && !loader.text().contains(&earlier));
    assert_ne!(loader.header("etag"), loader_before.header("etag"));

    let shown = api.get(&format!("/v1/sites/{SITE}/banner/nl?notice={earlier}")).await;
    assert_eq!(shown.body, shown_before.body);
    bodies::is_immutable(&shown);
    let notice = api.get(&format!("/v1/sites/{SITE}/notice/nl?notice={earlier}")).await.json();
    assert_eq!(notice["notice_hash"], json!(earlier));
    for hash in [&earlier, &current] {
        let notice = api.get(&format!("/v1/notices/{hash}")).await;
        assert_eq!(&Hash::of(&notice.body).to_string(), hash);
    }

    // A page that was loaded before the change answers what it showed.
    let answered = api.post(&consent::request(&earlier, "allow_all")).await;
    assert_eq!(answered.status, 201, "{answered:?}");
    assert_eq!(answered.json()["record"]["notice_hash"], json!(earlier));
    let incomplete = api.post(&consent::request(&current, "allow_all")).await;
    incomplete.assert_problem("the new notice has one more vendor", "vendor_missing", "vendors.matomo");
    let mut complete = consent::request(&current, "allow_all");
    complete["vendors"]["matomo"] = json!(true);
    assert_eq!(api.post(&complete).await.status, 201);

    // Also when the server has been restarted since.
    let api = api.restart();
    assert_eq!(api.notice_hash().await, current);
    assert_eq!(api.post(&consent::request(&earlier, "refuse_all")).await.status, 201);
}

#[tokio::test]
async fn what_an_earlier_notice_shows_is_made_once() {
    let api = Api::start();
    let earlier = api.notice_hash().await;
    api.sites.write(SITE, &larger());
    api.sites.write("other", &with_shipped_vendors("other", SITE_ORIGIN));
    reload(&api, 1).await;
    let paths = [
        format!("/v1/sites/{SITE}/banner/nl?notice={earlier}"),
        format!("/v1/sites/{SITE}/notice/nl?notice={earlier}"),
        format!("/v1/notices/{earlier}"),
    ];
    let mut before = Vec::new();
    for path in &paths {
        before.push(api.get(path).await.body);
    }
    // Without the notice nothing can be made again.
    let store = rusqlite::Connection::open(api.data.path().join("constat.db")).unwrap();
    let hash = Hash::parse(&earlier).unwrap();
    store.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    assert_eq!(store.execute("DELETE FROM notices WHERE notice_hash = ?1", [hash.as_bytes()]).unwrap(), 1);
    for (path, before) in paths.iter().zip(&before) {
        let again = api.get(path).await;
        assert_eq!((again.status, &again.body), (200, before), "{path}");
        bodies::is_immutable(&again);
    }
    let absent = [
        format!("/v1/sites/{SITE}/banner/de?notice={earlier}"),
        format!("/v1/sites/other/banner/nl?notice={earlier}"),
    ];
    for path in &absent {
        assert_eq!(api.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn new_words_change_the_notice_and_not_the_terms() {
    let api = Api::start();
    let terms = |api: &Api| {
        let notice = api.request(reqwest::Method::GET, &format!("/v1/sites/{SITE}/notice/fr"));
        async { constat_tests::api::answer(notice).await.json() }
    };
    let before = terms(&api).await;
    let words = "\n[texts]\nfr.title = \"Vos choix\"\nnl.title = \"Uw keuze\"\nde.title = \"Ihre Wahl\"\nen.title = \"Your choice\"\n";
    api.sites.write(SITE, &format!("{}{words}", small()));
    reload(&api, 1).await;
    let after = terms(&api).await;
    assert_eq!(after["texts"]["title"], "Vos choix");
    assert_ne!(after["notice_hash"], before["notice_hash"]);
    assert_eq!(after["terms_hash"], before["terms_hash"]);
}

#[tokio::test]
async fn a_broken_site_file_is_not_taken_and_the_log_names_the_mistake() {
    let api = Api::start();
    let before = api.notice_hash().await;
    api.sites.write("other", &with_shipped_vendors("other", SITE_ORIGIN));
    let broken = larger().replace("authority = \"cnil\"", "authority = \"cnill\"");
    api.sites.write(SITE, &broken);
    api.server.signal(Signal::HUP);
    api.server.logs(NOT_TAKEN, 1).await;
    assert_eq!(api.notice_hash().await, before);
    assert_eq!(api.get("/v1/sites/other/consent.js").await.status, 404, "all files are taken or none");
    let log = api.server.log();
    let line = 1 + broken.lines().position(|line| line.contains("cnill")).unwrap();
    for words in [&format!("polaire.toml:{line}"), "authority", "cnill"] {
        assert!(log.contains(words), "{words}: {log}");
    }
    // The corrected file is taken.
    api.sites.write(SITE, &larger());
    reload(&api, 1).await;
    assert_ne!(api.notice_hash().await, before);
    assert_eq!(api.get("/v1/sites/other/consent.js").await.status, 200);
}

#[tokio::test]
async fn a_folder_without_site_files_is_not_taken() {
    let api = Api::start();
    std::fs::remove_file(api.sites.file(SITE)).unwrap();
    api.server.signal(Signal::HUP);
    api.server.logs(NOT_TAKEN, 1).await;
    assert_eq!(api.get(&format!("/v1/sites/{SITE}/consent.js")).await.status, 200);
}

#[tokio::test]
async fn a_site_whose_file_is_gone_is_served_no_more() {
    let api = Api::start();
    api.sites.write("other", &with_shipped_vendors("other", SITE_ORIGIN));
    reload(&api, 1).await;
    std::fs::remove_file(api.sites.file("other")).unwrap();
    reload(&api, 2).await;
    assert_eq!(api.get("/v1/sites/other/consent.js").await.status, 404);
    assert_eq!(api.get(&format!("/v1/sites/{SITE}/consent.js")).await.status, 200);
}

#[tokio::test]
async fn a_reload_that_changes_nothing_serves_the_same_notice() {
    let api = Api::start();
    let before = api.get(&format!("/v1/sites/{SITE}/consent.js")).await;
    reload(&api, 1).await;
    assert_eq!(api.get(&format!("/v1/sites/{SITE}/consent.js")).await.body, before.body);
}
