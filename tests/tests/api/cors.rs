//! Which pages may read what the server answers, and what their own code may add to a request.

use constat_tests::api::{Answer, Api, SITE, SITE_ORIGIN, answer, site_path};
use reqwest::Method;
use reqwest::header::ORIGIN;

const OTHER_ORIGIN: &str = "https://evil.example";
/// What monitoring scripts add to every request of a page.
const ADDED: &str = "authorization,baggage,content-type,traceparent,x-datadog-trace-id";

async fn preflight(api: &Api, path: &str, origin: &str, method: &str, headers: &str) -> Answer {
    let request = api.request(Method::OPTIONS, path).header(ORIGIN, origin);
    let request = request.header("access-control-request-method", method);
    answer(request.header("access-control-request-headers", headers)).await
}

async fn get_from(api: &Api, origin: &str, path: &str) -> Answer {
    answer(api.request(Method::GET, path).header(ORIGIN, origin)).await
}

fn allowed_origin(answer: &Answer) -> &str {
    answer.header("access-control-allow-origin")
}

/// What an answer depends on.
fn vary(answer: &Answer) -> String {
    let lines = answer.headers.get_all("vary").iter().map(|value| value.to_str().unwrap().to_lowercase());
    lines.collect::<Vec<_>>().join(", ")
}

/// Every public address; those with a parameter have a value of each kind, also one that does not exist.
async fn public_paths(api: &Api) -> Vec<String> {
    let (record, _) = api.record("refuse_all").await;
    let month = &record.recorded_at.to_string()[..7];
    let of_site = [
        "consent.js",
        "banner/nl",
        "notice/fr",
        "notice/it",
        "vendors",
        &format!("log/{month}/checkpoint"),
        &format!("log/{month}/proof/0"),
        &format!("log/{month}/consistency?from=1&to=1"),
    ]
    .map(site_path);
    let others = [
        format!("/v1/notices/{}", api.notice_hash().await),
        format!("/v1/notices/{}", "0".repeat(64)),
        "/.well-known/jwks.json".to_owned(),
        "/v1/sites/australe/consent.js".to_owned(),
        "/assets/none.js".to_owned(),
    ];
    of_site.into_iter().chain(others).collect()
}

#[tokio::test]
async fn what_is_public_may_be_read_by_every_page_and_does_not_depend_on_the_origin() {
    let api = Api::shared().await;
    for path in public_paths(&api).await {
        let without = api.get(&path).await;
        assert_eq!(allowed_origin(&without), "*", "{path}");
        assert!(!vary(&without).contains("origin"), "{path}: {}", vary(&without));
        for origin in [SITE_ORIGIN, OTHER_ORIGIN, "null", "no origin"] {
            let with = get_from(&api, origin, &path).await;
            assert_eq!((with.status, &with.body), (without.status, &without.body), "{origin} {path}");
            assert_eq!((allowed_origin(&with), vary(&with)), ("*", vary(&without)), "{origin} {path}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_cached_says_so_to_every_page() {
    let api = Api::shared().await;
    let path = site_path("consent.js");
    let first = api.get(&path).await;
    let request = api.request(Method::GET, &path).header("if-none-match", first.header("etag"));
    let again = answer(request).await;
    assert_eq!((again.status, allowed_origin(&again)), (304, "*"));
}

#[tokio::test]
async fn a_page_of_the_site_may_send_whatever_its_monitoring_adds() {
    let api = Api::shared().await;
    let one = site_path(&format!("consents/{}", constat_tests::consent::uuid()));
    for (path, method, origin) in [
        (site_path("consents"), "POST", SITE_ORIGIN),
        (one.clone(), "GET", SITE_ORIGIN),
        (one, "DELETE", SITE_ORIGIN),
        (site_path("notice/fr"), "GET", "*"),
        ("/v1/notices/none".to_owned(), "GET", "*"),
    ] {
        let answer = preflight(&api, &path, SITE_ORIGIN, method, ADDED).await;
        assert_eq!(answer.status, 204, "{path}: {answer:?}");
        assert_eq!(allowed_origin(&answer), origin, "{path}");
        assert!(answer.header("access-control-allow-methods").contains(method), "{path}: {answer:?}");
        assert_eq!(answer.header("access-control-allow-headers").replace(", ", ","), ADDED, "{path}");
        assert_eq!(answer.header("access-control-max-age"), "86400", "{path}");
        assert!(vary(&answer).contains("access-control-request-headers"), "{path}: {}", vary(&answer));
        assert_eq!(vary(&answer).contains("origin"), origin != "*", "{path}: {}", vary(&answer));
        // Nothing here needs cookies of the server's own, and none are sent.
        assert_eq!(answer.header("access-control-allow-credentials"), "", "{path}");
    }
}

#[tokio::test]
async fn a_preflight_allows_no_other_method_and_only_names_of_headers() {
    let api = Api::shared().await;
    let many = (0..100).map(|number| format!("x-{number}")).collect::<Vec<_>>().join(",");
    let headers = format!("good,b@d,{},{many}", "x".repeat(100));
    let answer = preflight(&api, &site_path("consents"), SITE_ORIGIN, "PUT", &headers).await;
    assert_eq!(answer.header("access-control-allow-methods"), "POST");
    let allowed: Vec<_> = answer.header("access-control-allow-headers").split(", ").collect();
    assert_eq!((allowed.len(), allowed[0], allowed[1]), (32, "good", "x-0"));
    let no_preflight = constat_tests::api::answer(api.request(Method::OPTIONS, &site_path("consents"))).await;
    assert_eq!(no_preflight.status, 405);
    no_preflight.assert_problem("it asks for nothing", "method_not_allowed", "");
}

#[tokio::test]
async fn the_sites_own_pages_may_read_their_answers_and_why_they_were_refused() {
    let api = Api::shared().await;
    let stored = api.post(&api.consent("allow_all").await).await;
    assert_eq!((stored.status, allowed_origin(&stored)), (201, SITE_ORIGIN));
    assert!(vary(&stored).contains("origin"));
    let refused = api.post_to(SITE, "{").await;
    assert_eq!((refused.status, allowed_origin(&refused)), (400, SITE_ORIGIN));
}

/// Nothing is stored, read or erased for another page, which may read why.
#[tokio::test]
async fn a_page_of_another_origin_may_only_read_that_it_is_refused() {
    let api = Api::start();
    let (record, receipt) = api.record("allow_all").await;
    let consent = api.consent("refuse_all").await.to_string();
    let one = site_path(&format!("consents/{}", record.consent_id));
    for origin in
        [OTHER_ORIGIN, "null", "http://www.polaire.example", "https://www.polaire.example.evil.example"]
    {
        for (method, path) in
            [(Method::POST, site_path("consents")), (Method::GET, one.clone()), (Method::DELETE, one.clone())]
        {
            let allowed = preflight(&api, &path, origin, method.as_str(), ADDED).await;
            assert_eq!((allowed.status, allowed_origin(&allowed)), (204, origin), "{method}");
            let request = api.request(method.clone(), &path).header(ORIGIN, origin).bearer_auth(&receipt);
            let refused = answer(request.body(consent.clone())).await;
            assert_eq!((refused.status, allowed_origin(&refused)), (403, origin), "{method}");
            assert!(vary(&refused).contains("origin"), "{method}");
            refused.assert_problem(origin, "origin_not_allowed", "");
            assert!(!refused.text().contains(&record.consent_id.to_string()), "{method}");
        }
    }
    assert_eq!(api.record_count(), 1);
    let own = api.history(Method::GET, &record.consent_id.to_string(), &receipt).await;
    assert_eq!((own.status, own.json()["records"].as_array().map(Vec::len)), (200, Some(1)));
}

#[tokio::test]
async fn a_site_that_does_not_exist_has_no_pages() {
    let api = Api::shared().await;
    let absent = api.post_to("australe", "{}").await;
    assert_eq!(absent.status, 404);
    absent.assert_problem("there is no such site", "site_unknown", "");
}
