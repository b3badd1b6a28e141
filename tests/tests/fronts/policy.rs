//! The policy of the visitor's choice as a header of the site's pages.

use crate::world::{World, report};
use constat_tests::api::{Answer, SITE_ORIGIN, answer};
use constat_tests::consent::secret_of;
use constat_tests::fronts::{Front, OTHER_SITE, OWN_POLICY, SITE_HOST, WITH_POLICY};
use reqwest::Method;
use reqwest::header::{COOKIE, HOST, HeaderValue, ORIGIN};

/// The number of the first of these fronts among the visitors.
const NUMBER: u8 = 50;
/// The policy of a page whose server gets no answer from Constat.
const WITHOUT: &str = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:";

fn fronts(server: u16) -> Vec<Front> {
    (NUMBER..).zip(&WITH_POLICY).map(|(number, kind)| Front::start(kind, number, server)).collect()
}

/// The site's page, for a browser that sends these cookies and asks for this.
async fn page(front: &Front, path: &str, cookies: &[u8], asked_for: &str) -> Answer {
    let request = front.request_at_root(Method::GET, path).header("Sec-Fetch-Dest", asked_for);
    answer(request.header(COOKIE, HeaderValue::from_bytes(cookies).unwrap())).await
}

/// The policy of the visitor's choice that a page came with; empty without one, or without the site's own beside it.
fn policy_of(page: &Answer) -> &str {
    let policies = page.headers.get_all("content-security-policy").iter();
    let mut policies: Vec<_> = policies.map(|policy| policy.to_str().unwrap()).collect();
    policies.sort_unstable();
    match policies[..] {
        [policy, OWN_POLICY] => policy,
        _ => "",
    }
}

/// The consent cookie that an answer of a new visitor sets: its name and value.
async fn cookie(world: &World, action: &str) -> String {
    let notice = world.api.get(&format!("/v1/sites/{OTHER_SITE}/notice/fr")).await.json();
    let consent = constat_tests::consent::request(notice["notice_hash"].as_str().unwrap(), action);
    let posted = world.api.request(Method::POST, &format!("/v1/sites/{OTHER_SITE}/consents"));
    let posted = posted.header(HOST, SITE_HOST).header(ORIGIN, SITE_ORIGIN).bearer_auth(secret_of(&consent));
    let set = answer(posted.body(consent.to_string())).await.header("set-cookie").to_owned();
    set.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_page_comes_with_the_policy_of_its_visitor_and_a_picture_without_a_request() {
    let world = World::shared().await;
    let (own, refused) = (cookie(&world, "allow_all").await, cookie(&world, "refuse_all").await);
    let of_version_1 = own.replace(&format!("constat-{OTHER_SITE}=2."), "constat=1.");
    let cases = [
        ("".into(), String::new()),
        (own.clone(), own.clone()),
        (format!("session=secret; {own}; other=1"), own.clone()),
        ("session=secret".into(), String::new()),
        (of_version_1.clone(), of_version_1.clone()),
        // Of the host alone, and of the domain.
        (format!("{refused}; session=secret; {own}"), format!("{refused}; {own}")),
        (
            format!("{of_version_1}; x=1; {of_version_1}; {refused};{own}"),
            format!("{of_version_1}; {of_version_1}; {refused}; {own}"),
        ),
        (format!("constat-polaire=2.secret; a{own}; {refused}"), refused.clone()),
        // Bytes that are no ASCII, of the page's own.
        (format!("name=Zo\u{eb}; {own}"), own.clone()),
    ];
    let mut faults = Vec::new();
    for front in &fronts(world.api.server.port()) {
        for (cookies, sent) in &cases {
            let direct = world.api.request(Method::GET, &format!("/v1/sites/{OTHER_SITE}/csp"));
            let policy = answer(direct.header(HOST, SITE_HOST).header(COOKIE, sent)).await.text().to_owned();
            let is_allowed = sent.contains(&own) || sent.contains(&of_version_1);
            assert_eq!(policy.contains("google-analytics"), is_allowed, "{sent}");
            let page = page(front, "/", cookies.as_bytes(), "document").await;
            let found = (page.status, policy_of(&page), page.header("server-timing"));
            if found != (200, policy.as_str(), "constat") || !page.header("vary").contains("Cookie") {
                faults.push(format!("{}: {cookies:?}: {page:?} and not {policy}", front.name));
            }
        }
        let asked = front.wire.head("/csp").unwrap_or_default().to_lowercase();
        for gone in ["secret", "other=1"] {
            assert!(!asked.contains(gone), "{}: {asked}", front.name);
        }
        assert!(asked.contains(&format!("host: {SITE_HOST}")), "{}: {asked}", front.name);
        // A page that is prefetched, or that a service worker asks for.
        let ahead = page(front, "/", own.as_bytes(), "empty").await;
        let policy = policy_of(&ahead);
        if !policy.contains("google-analytics") || !ahead.header("vary").contains("Cookie") {
            faults.push(format!("{}: {ahead:?}", front.name));
        }
        let vendors = page(front, &format!("/constat/v1/sites/{OTHER_SITE}/vendors"), b"", "document").await;
        let policies = vendors.headers.get_all("content-security-policy").iter();
        let without =
            policies.map(|policy| policy.to_str().unwrap()).all(|policy| !policy.contains("default-src"));
        if vendors.status != 200 || !without || vendors.header("vary").contains("Cookie") {
            faults.push(format!("{}: {vendors:?}", front.name));
        }
        for kind in ["image", "script", "style", "font"] {
            let file = page(front, &format!("/index.html?{kind}"), own.as_bytes(), kind).await;
            if file.status != 200
                || file.header("content-security-policy") != OWN_POLICY
                || file.header("vary").contains("Cookie")
            {
                faults.push(format!("{}: {kind}: {file:?}", front.name));
            }
        }
    }
    report(&faults);
}

#[tokio::test]
async fn without_constat_the_site_answers_with_the_policy_of_its_own_host() {
    // Nobody listens there.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut faults = Vec::new();
    for front in &fronts(nobody) {
        for _ in 0..2 {
            let page = page(front, "/", b"", "document").await;
            let varies = page.header("vary").contains("Cookie");
            if (page.status, policy_of(&page), varies) != (200, WITHOUT, true) {
                faults.push(format!("{}: {page:?}", front.name));
            }
        }
    }
    report(&faults);
}
