//! `GET /v1/sites/{site}/vendors`.

use constat_tests::api::{Api, SITE, site_path};
use serde_json::json;

#[tokio::test]
async fn the_vendors_come_by_category_with_everything_declared() {
    let api = Api::shared().await;
    let vendors = api.get(&site_path("vendors?lang=nl")).await.json();
    assert_eq!((&vendors["site"], &vendors["language"]), (&json!(SITE), &json!("nl")));
    assert_eq!(vendors["notice_hash"], json!(api.notice_hash().await));
    let named = |category: usize| -> Vec<&str> {
        let vendors = vendors["categories"][category]["vendors"].as_array().unwrap();
        vendors.iter().filter_map(|vendor| vendor["id"].as_str()).collect()
    };
    assert_eq!((named(2), named(4)), (vec!["google-analytics"], vec!["recaptcha", "youtube"]));
    let analytics = &vendors["categories"][2]["vendors"][0];
    for field in ["name", "company", "policy_url", "country", "transfer"] {
        assert!(analytics[field].as_str().is_some_and(|value| !value.is_empty()), "{field}: {analytics}");
    }
    assert!(!analytics["purposes"][0]["title"].as_str().unwrap().is_empty());
    let cookies = analytics["cookies"].as_array().unwrap();
    let ga = cookies.iter().find(|cookie| cookie["name"] == "_ga").unwrap();
    assert_eq!((&ga["duration_days"], &ga["storage"]), (&json!(390), &json!("cookie")));
    // Without a language, the site's main one.
    assert_eq!(
        api.get(&site_path("vendors")).await.json(),
        api.get(&site_path("vendors?lang=fr")).await.json()
    );
}
