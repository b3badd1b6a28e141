//! The rate limit: whom it counts as one, whom it leaves alone, and what it answers.

use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Answer, Api, SITE, SITE_ORIGIN, answer, client, site_path};
use constat_tests::consent;
use constat_tests::server::{Server, run};
use constat_tests::sites::Sites;
use reqwest::Method;
use reqwest::header::ORIGIN;

/// More requests than one client may send at once, of those that cost more.
const MANY: usize = 130;

fn behind(proxies: &[&str]) -> Api {
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    let data = tempfile::tempdir().unwrap();
    let named = proxies.iter().flat_map(|proxy| ["--trusted-proxy", proxy]);
    let args: Vec<_> = ["--sites", sites.arg()].into_iter().chain(named).collect();
    let server = Server::start(data.path(), &args);
    Api { server, sites, data, client: client() }
}

async fn asked(api: &Api, method: Method, path: &str, forwarded: &str) -> Answer {
    let request = api.request(method, path).header(ORIGIN, SITE_ORIGIN);
    answer(request.header("x-forwarded-for", forwarded).body("{")).await
}

/// Sends many requests, and returns the answers that refuse for the rate.
async fn refused(api: &Api, method: Method, path: &str, forwarded: &str, count: usize) -> Vec<Answer> {
    let mut refused = Vec::new();
    for _ in 0..count {
        let answer = asked(api, method.clone(), path, forwarded).await;
        if answer.status == 429 {
            refused.push(answer);
        }
    }
    refused
}

#[tokio::test]
async fn a_visitor_behind_a_named_proxy_has_a_limit_of_their_own() {
    let api = behind(&["127.0.0.1"]);
    let posts = site_path("consents");
    let one = refused(&api, Method::POST, &posts, "203.0.113.9, 192.0.2.1", MANY).await;
    assert!(!one.is_empty() && one.len() <= MANY - 100, "{} were refused", one.len());
    for answer in &one {
        answer.assert_problem("too many", "too_many_requests", "");
        let wait: u64 = answer.header("retry-after").parse().unwrap();
        assert!((1..=10).contains(&wait), "{wait}");
        // The page of the site can read it, so that its record waits.
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
    // Another visitor, with the same address in front of theirs, is not limited; nor is what costs little.
    assert!(refused(&api, Method::POST, &posts, "203.0.113.9, 192.0.2.2", 5).await.is_empty());
    assert!(refused(&api, Method::GET, &site_path("vendors"), "192.0.2.1", 5).await.is_empty());
    // One who is refused may go on a little later.
    let start = tokio::time::Instant::now();
    while asked(&api, Method::POST, &posts, "192.0.2.1").await.status == 429 {
        assert!(start.elapsed().as_secs() < 10);
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn what_is_one_visitors_and_the_proofs_of_the_log_are_limited_like_writing() {
    let api = behind(&["127.0.0.1"]);
    let id = consent::uuid();
    for (number, (method, path)) in [
        (Method::GET, site_path(&format!("consents/{id}"))),
        (Method::DELETE, site_path(&format!("consents/{id}"))),
        (Method::GET, site_path("log/2026-11/proof/0")),
        // The routes decode the path, and so does the limit.
        (Method::GET, site_path(&format!("%63onsents/{id}"))),
        (Method::OPTIONS, site_path("consents")),
    ]
    .into_iter()
    .enumerate()
    {
        let forwarded = format!("192.0.2.{number}");
        let count = refused(&api, method.clone(), &path, &forwarded, MANY).await.len();
        assert!(count > 0, "{method} {path} is not limited");
    }
    // An IPv6 network of 64 bits is one visitor.
    let mut count = 0;
    for number in 0..MANY {
        let forwarded = format!("2001:db8:1:2::{number:x}");
        count += refused(&api, Method::POST, &site_path("consents"), &forwarded, 1).await.len();
    }
    assert!(count > 0, "each address has a limit of its own");
}

#[tokio::test]
async fn health_is_never_limited_and_what_is_the_same_for_all_ten_times_later() {
    let api = behind(&["127.0.0.1"]);
    for path in ["/healthz", "/readyz", "/verify/none", "/v1/sites/none/consent.js"] {
        assert!(refused(&api, Method::GET, path, "192.0.2.1", MANY).await.is_empty(), "{path}");
    }
    let mut all = Vec::new();
    for _ in 0..1200 {
        all.push(tokio::spawn(answer(
            api.request(Method::GET, "/none").header("x-forwarded-for", "192.0.2.2"),
        )));
    }
    let mut statuses = Vec::new();
    for one in all {
        statuses.push(one.await.unwrap().status);
    }
    let count = statuses.iter().filter(|status| **status == 429).count();
    assert!(count > 0 && count <= 200, "{count} of 1200");
}

#[tokio::test]
async fn without_a_named_proxy_nobody_on_the_machine_is_limited_and_the_log_says_so_once() {
    let api = behind(&[]);
    for forwarded in ["192.0.2.1", "192.0.2.2"] {
        let refused = refused(&api, Method::POST, &site_path("consents"), forwarded, MANY).await;
        assert!(refused.is_empty(), "all visitors of a proxy could be this one");
    }
    let (_, log) = api.server.stop_with_log();
    assert_eq!(log.matches("--trusted-proxy").count(), 1, "{log}");
    assert!(!log.contains("192.0.2."), "{log}");
}

#[tokio::test]
async fn a_peer_that_is_not_a_named_proxy_counts_itself_whatever_it_forwards() {
    let api = behind(&["10.0.0.0/8", "fd00::1"]);
    let mut count = 0;
    for number in 0..MANY {
        let forwarded = format!("192.0.2.{number}");
        count += refused(&api, Method::POST, &site_path("consents"), &forwarded, 1).await.len();
    }
    assert!(count > 0, "it makes addresses up");
}

#[tokio::test]
async fn a_named_proxy_that_forwards_nothing_counts_itself_and_the_log_says_so_once() {
    let api = behind(&["127.0.0.0/8"]);
    let mut count = 0;
    for number in 0..MANY {
        let forwarded = ["", "nonsense", "192.0.2.1, nonsense", "unknown"][number % 4];
        count += refused(&api, Method::POST, &site_path("consents"), forwarded, 1).await.len();
    }
    assert!(count > 0);
    let (_, log) = api.server.stop_with_log();
    assert_eq!(log.matches("X-Forwarded-For").count(), 1, "{log}");
    assert!(log.contains("over_rate=") && !log.contains("192.0.2."), "{log}");
}

#[tokio::test]
async fn a_proxy_that_is_no_address_is_refused_by_name() {
    let output = run(["serve", "--demo", "--trusted-proxy", "proxy.example"]).await;
    assert_eq!(output.status.code(), Some(2));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.contains("--trusted-proxy") && complaint.contains("10.0.0.0/8"), "{complaint}");
}
