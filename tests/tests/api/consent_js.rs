//! `GET /v1/sites/{site}/consent.js`: the loader with the site's settings.

use constat_tests::api::{Api, SITE, site_path};

#[tokio::test]
async fn the_loader_carries_the_sites_settings_and_nothing_to_fill_in() {
    let api = Api::shared().await;
    let loader = api.get(&site_path("consent.js")).await;
    let text = loader.text();
    assert!(!text.contains("__CONSTAT_SETTINGS__"));
    for part in [api.notice_hash().await.as_str(), SITE, "google-analytics", "Tout refuser"] {
        assert!(text.contains(part), "{part}");
    }
}
