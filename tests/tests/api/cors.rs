//! Which pages may read what the server answers.

use constat_tests::api::{Answer, Api, SITE, SITE_ORIGIN, answer};
use reqwest::Method;

const OTHER_ORIGIN: &str = "https://evil.example";

async fn preflight(api: &Api, origin: &str, method: &str, headers: &str) -> Answer {
    let request = api.request(Method::OPTIONS, &format!("/v1/sites/{SITE}/consents"));
    let request = request.header("origin", origin).header("access-control-request-method", method);
    answer(request.header("access-control-request-headers", headers)).await
}

async fn get_from(api: &Api, origin: &str, path: &str) -> Answer {
    answer(api.request(Method::GET, path).header("origin", origin)).await
}

fn site_paths() -> [String; 4] {
    ["notice/fr", "banner/nl", "vendors", "consent.js"].map(|path| format!("/v1/sites/{SITE}/{path}"))
}

#[tokio::test]
async fn the_sites_own_pages_may_read_its_answers() {
    let api = Api::shared().await;
    for path in site_paths() {
        let answer = get_from(&api, SITE_ORIGIN, &path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), SITE_ORIGIN, "{path}");
        // A cache keeps answers to other origins, and in other forms, apart.
        let vary = answer.headers.get_all("vary").iter().map(|value| value.to_str().unwrap().to_lowercase());
        let vary: String = vary.collect();
        assert!(vary.contains("origin") && vary.contains("accept-encoding"), "{path}: {vary}");
    }
    let stored = api.post(&api.consent("allow_all").await).await;
    assert_eq!((stored.status, stored.header("access-control-allow-origin")), (201, SITE_ORIGIN));
}

#[tokio::test]
async fn the_sites_own_pages_may_read_why_they_were_refused() {
    let api = Api::shared().await;
    let refused = api.post_to(SITE, "{").await;
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (400, SITE_ORIGIN));
    let absent = get_from(&api, SITE_ORIGIN, &format!("/v1/sites/{SITE}/notice/it")).await;
    assert_eq!((absent.status, absent.header("access-control-allow-origin")), (404, SITE_ORIGIN));
}

#[tokio::test]
async fn other_pages_may_not() {
    let api = Api::shared().await;
    for origin in
        [OTHER_ORIGIN, "null", "http://www.polaire.example", "https://www.polaire.example.evil.example"]
    {
        for path in site_paths() {
            let answer = get_from(&api, origin, &path).await;
            assert_eq!(answer.header("access-control-allow-origin"), "", "{origin} {path}");
        }
        let answer = preflight(&api, origin, "POST", "content-type").await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
    }
    // A site that does not exist has no origins.
    let answer = get_from(&api, SITE_ORIGIN, "/v1/sites/australe/notice/fr").await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn a_preflight_of_the_site_is_answered_with_what_the_site_may_send() {
    let api = Api::shared().await;
    let answer = preflight(&api, SITE_ORIGIN, "POST", "content-type").await;
    assert!((200..300).contains(&answer.status), "{answer:?}");
    assert_eq!(answer.header("access-control-allow-origin"), SITE_ORIGIN);
    assert!(answer.header("access-control-allow-methods").contains("POST"), "{answer:?}");
    assert!(
        answer.header("access-control-allow-headers").to_lowercase().contains("content-type"),
        "{answer:?}"
    );
    assert!(!answer.header("access-control-max-age").is_empty());
    // Nothing here needs cookies of the server's own, and none are sent.
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    for (method, headers) in [("PUT", "content-type"), ("POST", "x-secret")] {
        let answer = preflight(&api, SITE_ORIGIN, method, headers).await;
        let allowed =
            (answer.header("access-control-allow-methods"), answer.header("access-control-allow-headers"));
        assert!(!allowed.0.contains("PUT") && !allowed.1.contains("x-secret"), "{allowed:?}");
    }
}

#[tokio::test]
async fn what_is_the_same_for_every_site_may_be_read_by_anybody() {
    let api = Api::shared().await;
    let notice = format!("/v1/notices/{}", api.notice_hash().await);
    assert_eq!(get_from(&api, OTHER_ORIGIN, &notice).await.header("access-control-allow-origin"), "*");
}
