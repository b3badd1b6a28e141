//! `GET /v1/sites/{site}/…`: what is true of everything that a site serves.

use crate::bodies;
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Api, SITE, SITE_ORIGIN, site_path};
use constat_tests::sites::Sites;

/// Everything a site serves, with its content type.
fn all() -> [(String, &'static str); 5] {
    [
        (site_path("consent.js"), "text/javascript; charset=utf-8"),
        (site_path("banner/fr"), "application/json"),
        (site_path("notice/nl"), "application/json"),
        (site_path("vendors"), "application/json"),
        (site_path("vendors?lang=de"), "application/json"),
    ]
}

#[tokio::test]
async fn everything_of_a_site_has_its_type_and_is_open_to_its_pages() {
    let api = Api::shared().await;
    for (path, content_type) in all() {
        let answer = api.get(&path).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, content_type), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "cross-origin", "{path}");
        assert_eq!(answer.header("set-cookie"), "", "{path}");
        bodies::may_change(&answer);
    }
}

#[tokio::test]
async fn everything_of_a_site_comes_in_the_form_asked_for() {
    let api = Api::shared().await;
    for (path, _) in all() {
        bodies::is_served_in_the_form_asked_for(&api, &path).await;
    }
}

#[tokio::test]
async fn everything_of_a_site_is_sent_once_and_then_confirmed() {
    let api = Api::shared().await;
    for (path, _) in all() {
        bodies::is_not_sent_again(&api, &path).await;
    }
}

#[tokio::test]
async fn everything_of_a_site_is_read_and_nothing_else() {
    let api = Api::shared().await;
    for (path, _) in all() {
        bodies::answers_head_as_get(&api, &path).await;
        bodies::answers_no_other_method(&api, &path).await;
    }
    let answer = api.get(&site_path("consents")).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "POST"));
    answer.assert_problem("GET consents", "method_not_allowed", "");
}

#[tokio::test]
async fn an_unknown_site_or_language_is_not_found() {
    let file = with_shipped_vendors(SITE, SITE_ORIGIN).replace(r#"["fr", "nl", "de", "en"]"#, r#"["fr"]"#);
    let api = Api::serve(Sites::with(SITE, &file));
    for rest in ["consent.js", "banner/fr", "notice/fr", "vendors"] {
        for site in ["australe", "Polaire", "%20", "%ff"] {
            let answer = api.get(&format!("/v1/sites/{site}/{rest}")).await;
            assert_eq!(answer.status, 404, "{site} {rest}");
            answer.assert_problem(site, "site_unknown", "");
        }
    }
    for rest in
        ["banner/nl", "notice/en", "vendors?lang=de", "notice/it", "banner/FR", "notice/%ff", "vendors?lang="]
    {
        let answer = api.get(&site_path(rest)).await;
        assert_eq!(answer.status, 404, "{rest}");
        answer.assert_problem(rest, "language_unknown", "");
    }
    for rest in ["", "notice", "notice/fr/x", "consent.css", "vendors/"] {
        let answer = api.get(&site_path(rest)).await;
        assert_eq!(answer.status, 404, "{rest}");
        answer.assert_problem(rest, "not_found", "");
    }
}

#[tokio::test]
async fn a_query_with_a_repeated_key_is_refused() {
    let api = Api::shared().await;
    let hash = api.notice_hash().await;
    let queries = ["vendors?lang=fr&lang=nl".to_owned(), format!("banner/fr?notice={hash}&notice={hash}")];
    for query in queries {
        let answer = api.get(&site_path(&query)).await;
        assert_eq!(answer.status, 400, "{query}");
        answer.assert_problem(&query, "invalid_field", "");
    }
}

#[tokio::test]
async fn a_site_is_found_among_others() {
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    sites.write("other", &with_shipped_vendors("other", "https://other.example"));
    let api = Api::serve(sites);
    for site in [SITE, "other"] {
        assert_eq!(api.get(&format!("/v1/sites/{site}/vendors")).await.json()["site"], site);
    }
}
