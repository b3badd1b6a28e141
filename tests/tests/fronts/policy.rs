//! The policy of the visitor's choice as a header of the site's pages.

use crate::world::{World, report};
use constat_tests::api::{Answer, SITE_ORIGIN, answer, site_path};
use constat_tests::consent::secret_of;
use constat_tests::fronts::{Front, SITE_HOST, WITH_POLICY};
use reqwest::Method;
use reqwest::header::{COOKIE, HOST, ORIGIN};

/// The number of the first of these fronts among the visitors.
const NUMBER: u8 = 50;
/// The policy of a page whose server gets no answer from Constat.
const WITHOUT: &str = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:";

fn fronts(server: u16) -> Vec<Front> {
    (NUMBER..).zip(&WITH_POLICY).map(|(number, kind)| Front::start(kind, number, server)).collect()
}

/// The site's page, for a browser that sends these cookies and asks for this.
async fn page(front: &Front, path: &str, cookies: &str, asked_for: &str) -> Answer {
    let request = front.request_at_root(Method::GET, path).header("Sec-Fetch-Dest", asked_for);
    answer(request.header(COOKIE, cookies)).await
}

#[tokio::test]
async fn a_page_comes_with_the_policy_of_its_visitor_and_a_picture_without_a_request() {
    let world = World::shared().await;
    let consent = world.api.consent("allow_all").await;
    let posted = world.api.request(Method::POST, &site_path("consents")).header(HOST, SITE_HOST);
    let posted =
        posted.header(ORIGIN, SITE_ORIGIN).bearer_auth(secret_of(&consent)).body(consent.to_string());
    let set = answer(posted).await.header("set-cookie").to_owned();
    let own = set.split(';').next().unwrap();
    let mut faults = Vec::new();
    for front in &fronts(world.api.server.port()) {
        let others = format!("session=secret; {own}; other=1");
        for (cookies, sent) in [("", ""), (own, own), (&others, own), ("session=secret", "")] {
            let direct = world.api.request(Method::GET, &site_path("csp")).header(HOST, SITE_HOST);
            let policy = answer(direct.header(COOKIE, sent)).await.text().to_owned();
            assert_eq!(policy.contains("google-analytics"), !sent.is_empty());
            let page = page(front, "/", cookies, "document").await;
            let found = (page.status, page.header("content-security-policy"), page.header("server-timing"));
            if found != (200, policy.as_str(), "constat") || !page.header("vary").contains("Cookie") {
                faults.push(format!("{}: {cookies:?}: {page:?} and not {policy}", front.name));
            }
        }
        let asked = front.wire.head("/csp").unwrap_or_default().to_lowercase();
        for gone in ["secret", "other=1"] {
            assert!(!asked.contains(gone), "{}: {asked}", front.name);
        }
        assert!(asked.contains(&format!("host: {SITE_HOST}")), "{}: {asked}", front.name);
        let picture = page(front, "/index.html?picture", own, "image").await;
        if picture.status != 200 || picture.headers.contains_key("content-security-policy") {
            faults.push(format!("{}: {picture:?}", front.name));
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
            let page = page(front, "/", "", "document").await;
            if (page.status, page.header("content-security-policy")) != (200, WITHOUT) {
                faults.push(format!("{}: {page:?}", front.name));
            }
        }
    }
    report(&faults);
}
