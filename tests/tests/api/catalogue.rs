//! The catalogue: for programs, and as pages.

use constat_tests::api::{Api, client};
use serde_json::json;

#[tokio::test]
async fn a_vendor_of_the_catalogue_comes_with_the_source_of_each_fact() {
    let api = Api::shared().await;
    let answer = api.get("/v1/catalogue/google-analytics").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    let vendor = answer.json();
    assert_eq!((&vendor["id"], &vendor["level"]), (&json!("google-analytics"), &json!("ready")));
    let facts = ["company", "hosts", "cookies", "country", "transfer", "policy_url", "purposes"];
    for fact in facts {
        assert!(!vendor[fact].is_null(), "{fact}: {vendor}");
        let cited = &vendor["sources"][fact];
        assert!(
            cited["source"].as_str().is_some_and(|source| source.starts_with("https://")),
            "{fact}: {vendor}"
        );
        assert_eq!(cited["read"].as_str().map(str::len), Some("2026-11-28".len()), "{fact}: {vendor}");
    }
    let cookies = vendor["cookies"].as_array().unwrap();
    assert!(cookies.iter().any(|cookie| cookie["name"] == "_ga_*" && cookie["duration_days"] == 730));

    let tag = answer.header("etag").to_owned();
    let again = client()
        .get(format!("{}/v1/catalogue/google-analytics", api.server.url))
        .header("if-none-match", tag);
    assert_eq!(constat_tests::api::answer(again).await.status, 304);
}

#[tokio::test]
async fn what_no_source_says_is_not_there_and_an_unknown_vendor_is_a_problem() {
    let api = Api::shared().await;
    let vendor = api.get("/v1/catalogue/ab-tasty").await.json();
    assert_eq!(vendor["level"], "recognised");
    for absent in ["country", "transfer"] {
        assert!(
            vendor.get(absent).is_none() && vendor["sources"].get(absent).is_none(),
            "{absent}: {vendor}"
        );
    }
    for unknown in ["nobody", "Google-Analytics", "..%2fetc"] {
        let answer = api.get(&format!("/v1/catalogue/{unknown}")).await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (404, &json!("catalogue_vendor_unknown")),
            "{unknown}"
        );
    }
}

#[tokio::test]
async fn people_browse_and_search_it_without_a_script() {
    let api = Api::shared().await;
    let page = |path: &str, language: &'static str| {
        let asked = client().get(format!("{}{path}", api.server.url)).header("accept-language", language);
        async move { constat_tests::api::answer(asked).await }
    };
    let all = page("/catalogue/", "fr").await;
    assert!(all.header("content-security-policy").starts_with("default-src 'none'"), "{all:?}");
    assert!(all.text().contains("<html lang=\"fr\"") && !all.text().contains("<script"), "{all:?}");
    assert!(all.text().matches("data-vendor=").count() >= 400);
    for (query, found) in [
        ("q=www.googletagmanager.com", "google-tag-manager"),
        ("q=_hjSession_123", "hotjar"),
        ("q=Facebook+Pixel", "meta-pixel"),
        ("q=zz%3Cscript%3E", "none"),
    ] {
        let answer = page(&format!("/catalogue/?{query}"), "de").await;
        assert!(answer.text().contains(&format!("data-found=\"{found}\"")), "{query}: {answer:?}");
        assert!(!answer.text().contains("<script"), "{answer:?}");
    }
    let ready = page("/catalogue/?category=audience&ready=yes", "en").await;
    let count = ready.text().matches("data-vendor=").count();
    assert!((5..100).contains(&count) && ready.text().contains("data-vendor=\"matomo\""), "{count}");

    let vendor = page("/catalogue/google-analytics", "nl").await;
    assert!(vendor.text().contains("https://policies.google.com/privacy/frameworks"), "{vendor:?}");
    assert!(vendor.text().contains("730\u{a0}dagen"), "{vendor:?}");
    assert_eq!(page("/catalogue/nobody", "en").await.status, 404);
    assert_eq!(
        page("/catalogue/catalogue.css", "en").await.header("content-type"),
        "text/css; charset=utf-8"
    );
}
