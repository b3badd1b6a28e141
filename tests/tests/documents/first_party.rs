//! What docs/first-party.md states about caches is what the server answers.

use crate::addresses::{address, addresses};
use crate::markdown::report;
use constat_testkit::sample_site::in_first_party_mode;
use constat_tests::api::{Api, SITE, SITE_ORIGIN, answer};
use constat_tests::consent::secret_of;
use constat_tests::routes::{filled_for, is_forwarded, routes};
use constat_tests::sites::Sites;
use reqwest::Method;
use reqwest::header::{HOST, ORIGIN, SET_COOKIE};
use std::collections::BTreeSet;

const FIRST_PARTY: &str = "docs/first-party.md";

#[test]
fn every_public_address_has_its_row() {
    let rows = addresses(FIRST_PARTY);
    let rows = rows.iter().map(|(_, method, path)| address(method.as_str(), path, ""));
    let routes = routes().into_iter().filter(|(_, path, _)| is_forwarded(path));
    let routes = routes.map(|(method, path, _)| address(&method, &path, ""));
    assert_eq!(rows.collect::<BTreeSet<_>>(), routes.collect::<BTreeSet<_>>());
}

#[tokio::test]
async fn every_public_answer_is_kept_as_the_table_states() {
    let file = format!("gpc = \"refuse\"\n{}", in_first_party_mode(SITE, SITE_ORIGIN));
    let api = Api::serve(Sites::with(SITE, &file));
    let mut faults = Vec::new();
    for (row, method, path) in addresses(FIRST_PARTY) {
        let consent = api.consent("refuse_all").await;
        let stored = api.post(&consent).await.json();
        let record = serde_json::from_value(stored["record"].clone()).expect("a record was made");
        let path = filled_for(&api, &path, &record, &record.consent_id.to_string()).await;
        let body = if method == Method::POST { consent.to_string() } else { String::new() };
        let request = api
            .request(method.clone(), &path)
            .header(ORIGIN, SITE_ORIGIN)
            .header(HOST, "www.polaire.example")
            .body(body);
        let answer = answer(request.bearer_auth(secret_of(&consent))).await;
        assert!((200..300).contains(&answer.status), "{method} {path}: {answer:?}");
        let vary = answer.headers.get_all("vary").iter().filter_map(|value| value.to_str().ok());
        let vary = vary.collect::<Vec<_>>().join(", ");
        let real = [answer.header("cache-control"), vary.as_str()];
        if [&row.cells[2].text, &row.cells[3].text] != real {
            faults.push(format!("{FIRST_PARTY}:{}: {method} {path} has {real:?}", row.line));
        }
        let sets_a_cookie = answer.headers.contains_key(SET_COOKIE);
        if sets_a_cookie != row.cells[1].text.contains("the cookie") {
            faults
                .push(format!("{FIRST_PARTY}:{}: {method} {path} sets a cookie: {sets_a_cookie}", row.line));
        }
        let is_kept = row.cells[1].text.starts_with("by every cache");
        if is_kept != real[0].starts_with("public") || is_kept == (real[0] == "no-store") {
            faults
                .push(format!("{FIRST_PARTY}:{}: {method} {path} is kept by caches: {}", row.line, !is_kept));
        }
    }
    report(&faults);
}
