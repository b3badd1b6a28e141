//! `GET /v1/sites/{site}/debug.js`: the overlay of the owner's view.

use constat_tests::api::{Api, site_path};

#[tokio::test]
async fn it_knows_the_hosts_of_the_site_and_of_the_catalogue() {
    let api = Api::shared().await;
    let answer = api.get(&site_path("debug.js")).await;
    let text = answer.text();
    assert!(!text.contains("__CONSTAT_HOSTS__"));
    let declared = text.find("\"declared\"").unwrap();
    let known = text.find("\"known\"").unwrap();
    let place =
        |host: &str| text.find(&format!("\"{host}\"")).unwrap_or_else(|| panic!("{host} is not there"));
    assert!((declared..known).contains(&place("*.google-analytics.com")));
    assert!(place("*.hotjar.com") > known);
}

#[tokio::test]
async fn a_key_that_is_not_the_owners_opens_nothing() {
    let api = Api::shared().await;
    let refused = api.get(&site_path("debug.js?key=0123456789abcdef")).await;
    assert_eq!(refused.status, 404);
    refused.assert_problem("a wrong key", "not_found", "");
}
