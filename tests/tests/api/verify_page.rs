//! `GET /verify/`: the verifier's page.

use crate::bodies;
use constat_tests::api::Api;

#[tokio::test]
async fn the_verifier_is_served_at_one_address_with_and_without_its_slash() {
    let api = Api::shared().await;
    let page = api.get("/verify/").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert_eq!(api.get("/verify").await.body, page.body);
    bodies::may_change(&page);
    for path in ["/verify", "/verify/"] {
        bodies::is_served_in_the_form_asked_for(&api, path).await;
        bodies::is_not_sent_again(&api, path).await;
        bodies::answers_head_as_get(&api, path).await;
        bodies::answers_no_other_method(&api, path).await;
    }
    assert_eq!(api.get("/verify/script.js").await.status, 404);
}

#[tokio::test]
async fn the_verifier_may_fetch_nothing_send_nothing_and_stand_in_no_frame() {
    let api = Api::shared().await;
    let page = api.get("/verify/").await;
    let policy = page.header("content-security-policy");
    let directives: Vec<&str> = policy.split("; ").collect();
    for wanted in ["default-src 'none'", "form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
        assert!(directives.contains(&wanted), "{wanted}: {policy}");
    }
    assert!(!policy.contains("connect-src") && !policy.contains("unsafe-inline") && !policy.contains("http"));
    let scripts = directives.iter().find(|directive| directive.starts_with("script-src")).unwrap();
    assert!(
        scripts.starts_with("script-src 'sha256-") && scripts.ends_with("' 'wasm-unsafe-eval'"),
        "{policy}"
    );
    assert_eq!(page.header("x-frame-options"), "DENY");
    // A copy on a disk has no headers: it carries the same policy itself.
    let own = policy.trim_end_matches("; frame-ancestors 'none'");
    assert!(page.text().contains(&format!("http-equiv=\"Content-Security-Policy\" content=\"{own}\"")));
    for outside in ["src=\"http", "href=\"http", "url(", "@import"] {
        assert!(!page.text().contains(outside), "{outside}");
    }
}
