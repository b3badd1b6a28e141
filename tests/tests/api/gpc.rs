//! `GET /.well-known/gpc.json`, and what a site that honours a signal shows more than others.

use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Answer, Api, SITE, SITE_ORIGIN, answer, site_path};
use constat_tests::sites::Sites;
use reqwest::Method;
use reqwest::header::HOST;
use serde_json::json;

/// The sample site with these keys at the top of its file.
fn with(keys: &str) -> Api {
    Api::serve(Sites::with(SITE, &format!("{keys}\n{}", with_shipped_vendors(SITE, SITE_ORIGIN))))
}

async fn at(api: &Api, host: &str) -> Answer {
    answer(api.request(Method::GET, "/.well-known/gpc.json").header(HOST, host)).await
}

#[tokio::test]
async fn the_host_of_a_site_that_honours_the_signal_says_so_since_the_day_of_its_notice() {
    let before = today();
    let api = with("gpc = \"refuse\"");
    for host in ["www.polaire.example", "WWW.polaire.example:8443"] {
        let said = at(&api, host).await;
        assert_eq!((said.status, said.header("content-type")), (200, "application/json"), "{said:?}");
        let day = said.json()["lastUpdate"].as_str().unwrap().to_owned();
        assert_eq!(said.json(), json!({ "gpc": true, "lastUpdate": day }));
        assert!([before.clone(), today()].contains(&day), "{day}");
    }
    for host in ["polaire.example", "www.polaire.example.evil.example", "127.0.0.1"] {
        at(&api, host).await.assert_problem(host, "gpc_not_honoured", "");
    }
}

/// Today, in UTC, by the clock of the machine.
fn today() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = constat_shared::Timestamp::from_unix_ms(now.as_millis().try_into().unwrap());
    now.to_string()[..10].to_owned()
}

#[tokio::test]
async fn a_site_that_honours_another_signal_or_none_says_nothing() {
    for api in [with("dnt = \"refuse\""), Api::start()] {
        at(&api, "www.polaire.example").await.assert_problem("another", "gpc_not_honoured", "");
    }
}

#[tokio::test]
async fn the_notice_in_place_of_the_banner_travels_only_for_sites_that_honour_a_signal() {
    let (with, without) = (with("gpc = \"refuse\"\ndnt = \"refuse\""), Api::start());
    for path in ["consent.js", "banner/en", "notice/en"] {
        let [shown, not] =
            [&with, &without].map(|api| async { api.get(&site_path(path)).await.text().to_owned() });
        let (shown, not) = (shown.await, not.await);
        assert!(shown.contains("signal"), "{path}");
        assert!(!not.contains("signal_t") && !not.contains("\"signal\":"), "{path}");
    }
    let banner = with.get(&site_path("banner/de")).await.json();
    let html = banner["signal"].as_str().unwrap();
    assert!(
        html.contains("(Global Privacy Control oder Do Not Track)") && html.contains("lang=\"de\""),
        "{html}"
    );
    // The whole notice, of which the hash is.
    let [with, without] = [&with, &without]
        .map(|api| async { api.get(&format!("/v1/notices/{}", api.notice_hash().await)).await.json() });
    let (with, without) = (with.await, without.await);
    assert_eq!(with["refusal_signals"], json!(["gpc", "dnt"]));
    assert!(without.get("refusal_signals").is_none() && without["texts"]["fr"].get("signal_text").is_none());
    assert!(with["texts"]["fr"]["signal_text"].as_str().unwrap().contains("{signal}"));
}
