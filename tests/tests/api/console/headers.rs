//! What every answer of the console carries, and what no page of it contains.

use constat_tests::api::{Answer, answer, client};
use constat_tests::console::{House, OWN};

/// An answer for nobody but who asked, in no other page, without a script or a style in it.
fn closed(what: &str, answer: &Answer) {
    assert_eq!(answer.header("cache-control"), "no-store", "{what}: {answer:?}");
    assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{what}");
    assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{what}");
    assert_eq!(answer.header("referrer-policy"), "no-referrer", "{what}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
    assert!(answer.header("access-control-allow-origin").is_empty(), "{what}");
    let policy = answer.header("content-security-policy");
    assert!(
        policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"),
        "{what}: {policy}"
    );
    assert!(!policy.contains("unsafe-"), "{what}: {policy}");
    if answer.header("content-type").starts_with("text/html") {
        plain(what, answer.text());
    }
}

fn plain(what: &str, html: &str) {
    assert!(html.contains("<body data-screen=\""), "{what}");
    for tag in html.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
        // Without the values of its attributes.
        let tag: String = tag.split('"').step_by(2).collect::<String>().to_lowercase();
        assert!(!tag.starts_with("script") && !tag.starts_with("style"), "{what}: {tag}");
        assert!(!tag.contains(" style=") && !tag.contains(" on"), "{what}: {tag}");
    }
    for loaded in ["src=\"http", "src=\"//", "<link rel=\"stylesheet\" href=\"http"] {
        assert!(!html.contains(loaded), "{what}: {loaded}");
    }
}

#[tokio::test]
async fn every_answer_is_for_who_asked_alone_and_has_no_script_or_style_in_it() {
    let house = House::start();
    let (mut visitor, _) = house.person("ana@helvia.example", "dpo", "*").await;
    let link = house.link("new@helvia.example", "owner", OWN).await;
    let path = constat_tests::console::path_of(&link).to_owned();
    let notices = visitor.get("/console/sites/polaire/notices").await;
    let hash =
        constat_tests::console::between(notices.text(), "/console/sites/polaire/notices/", "\"").to_owned();
    let hash = &hash[..64];
    let screens = [
        "/console/",
        "/console/sign-in",
        "/console/account",
        "/console/sites/polaire",
        "/console/sites/polaire/notices",
        "/console/sites/polaire/notices?on=2026-11-24",
        &format!("/console/sites/polaire/notices/{hash}"),
        &format!("/console/sites/polaire/notices/compare?from={hash}&to={hash}"),
        "/console/sites/polaire/log",
        "/console/tokens",
        "/console/audit-trail",
        &path,
    ];
    for screen in screens {
        let shown = visitor.get(screen).await;
        assert_eq!(shown.status, 200, "{screen}: {shown:?}");
        assert_eq!(shown.header("content-type"), "text/html; charset=utf-8", "{screen}");
        closed(screen, &shown);
    }
    for (path, status) in [
        ("/", 303),
        ("/console", 303),
        ("/console/console.css", 200),
        ("/console/icon.svg", 200),
        ("/console/people", 403),
        ("/console/sites/none", 404),
        ("/console/none", 404),
        ("/none", 404),
        ("/v1/sites/polaire/consent.js", 404),
        ("/console/sites/polaire/notices/x", 404),
        ("/console/sites/polaire/notices?on=x", 422),
        ("/console/audit-trail?from=x", 422),
    ] {
        let refused = visitor.get(path).await;
        assert_eq!(refused.status, status, "{path}: {refused:?}");
        closed(path, &refused);
    }
    let stranger = house.visitor().get("/console/account").await;
    assert_eq!(stranger.status, 401);
    closed("a stranger", &stranger);
}

#[tokio::test]
async fn what_is_no_request_for_a_screen_is_refused_with_the_same_headers() {
    let house = House::start();
    let url = house.visitor().url;
    for (method, path) in
        [("PUT", "/console/account"), ("OPTIONS", "/console/"), ("DELETE", "/none"), ("POST", "/console/")]
    {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = client().request(method, format!("{url}{path}")).header("Origin", "https://x.example");
        let refused = answer(request).await;
        assert!([401, 404, 405].contains(&refused.status), "{path}: {refused:?}");
        closed(path, &refused);
    }
}

#[tokio::test]
async fn the_public_address_has_no_console() {
    let house = House::start();
    for path in ["/console/", "/console/sign-in", "/console/console.css"] {
        let none = answer(client().get(format!("{}{path}", house.server.url))).await;
        assert_eq!(none.status, 404, "{path}");
    }
}
