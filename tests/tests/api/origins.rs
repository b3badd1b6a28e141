//! Whose pages may post: the site's own, and the server's own under the hosts that its operator named.

use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{SITE, SITE_ORIGIN, answer, client, notice_hash};
use constat_tests::consent;
use constat_tests::server::{Server, run};
use constat_tests::sites::Sites;
use reqwest::header::{HOST, ORIGIN};

/// Serves the sample site with these arguments.
struct Posts {
    server: Server,
    notice_hash: String,
    _sites: Sites,
    _data: tempfile::TempDir,
}

impl Posts {
    async fn start(args: &[&str]) -> Posts {
        let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(data.path(), &[&["--sites", sites.arg()], args].concat());
        Posts { notice_hash: notice_hash(&server).await, server, _sites: sites, _data: data }
    }

    /// The status of an answer that is posted to a host, from a page of each of these origins.
    async fn post(&self, host: &str, origins: &[&str]) -> u16 {
        let url = format!("{}/v1/sites/{SITE}/consents", self.server.url);
        let request = client().post(url).header(HOST, host);
        let request = origins.iter().fold(request, |request, origin| request.header(ORIGIN, *origin));
        let body = consent::request(&self.notice_hash, "refuse_all").to_string();
        let answer = answer(request.body(body)).await;
        if answer.status == 403 {
            answer.assert_problem(&origins.join(" "), "origin_not_allowed", "");
        }
        answer.status
    }
}

#[tokio::test]
async fn a_host_that_only_the_request_names_is_not_the_servers_own() {
    let posts = Posts::start(&[]).await;
    let port = posts.server.port();
    // A name that somebody lets point to this machine, and the names that every machine has for itself.
    for name in ["rebound.example", "localhost", "127.0.0.1", "[::1]", "ftp.example"] {
        let host = format!("{name}:{port}");
        for scheme in ["http", "https", "ftp", "javascript", "ws"] {
            let origin = format!("{scheme}://{host}");
            assert_eq!(posts.post(&host, &[&origin]).await, 403, "{origin}");
        }
    }
    assert_eq!(posts.post("rebound.example", &[SITE_ORIGIN]).await, 201);
}

#[tokio::test]
async fn an_origin_is_one_and_whole() {
    let posts = Posts::start(&["--public-host", "consent.example"]).await;
    let host = "consent.example";
    for origin in [
        "ftp://www.polaire.example",
        "HTTPS://www.polaire.example",
        "https://www.polaire.example/",
        "https://www.polaire.example:443",
        "https://www.polaire.example.",
        "https://u@www.polaire.example",
        "https://consent.example:8443",
        "ftp://consent.example",
        "javascript://consent.example",
        "consent.example",
        "https://consent.example@evil.example",
        "https://a.consent.example",
        "null",
        "",
    ] {
        assert_eq!(posts.post(host, &[origin]).await, 403, "{origin}");
    }
    assert_eq!(posts.post(host, &[SITE_ORIGIN, "https://evil.example"]).await, 403);
    assert_eq!(posts.post(host, &["https://evil.example", SITE_ORIGIN]).await, 403);
    assert_eq!(posts.post(host, &[]).await, 403);
}

#[tokio::test]
async fn the_hosts_that_the_operator_named_are_the_servers_own() {
    let args = ["--public-host", "consent.example", "--public-host", "Other.example:8443"];
    let posts = Posts::start(&args).await;
    for origin in ["https://consent.example", "http://consent.example", "https://other.example:8443"] {
        // What the request calls the server does not matter: a proxy may change it.
        assert_eq!(posts.post("10.0.0.7:8080", &[origin]).await, 201, "{origin}");
    }
    let own = format!("http://127.0.0.1:{}", posts.server.port());
    assert_eq!(posts.post("consent.example", &[&own]).await, 403);
}

#[tokio::test]
async fn the_demo_has_the_names_of_its_machine_at_its_own_port() {
    let posts = Posts::start(&["--demo"]).await;
    let port = posts.server.port();
    for name in ["localhost", "127.0.0.1", "[::1]"] {
        assert_eq!(posts.post("x.example", &[&format!("http://{name}:{port}")]).await, 201, "{name}");
        assert_eq!(posts.post("x.example", &[&format!("http://{name}:1")]).await, 403, "{name}");
        assert_eq!(posts.post("x.example", &[&format!("http://{name}")]).await, 403, "{name}");
    }
    let third_parties = posts.server.third_parties.clone().unwrap();
    assert_eq!(posts.post("x.example", &[&third_parties]).await, 403);
    let rebound = format!("rebound.example:{port}");
    assert_eq!(posts.post(&rebound, &[&format!("http://{rebound}")]).await, 403);
}

#[tokio::test]
async fn a_public_host_that_is_none_stops_the_start() {
    for host in ["https://consent.example", "*.consent.example", "consent.example/x", ""] {
        let output = run(["serve", "--demo", "--public-host", host]).await;
        assert_eq!(output.status.code(), Some(2), "{host}");
        assert!(
            String::from_utf8_lossy(&output.stderr).contains("such as consent.example.org"),
            "{output:?}"
        );
    }
}

/// The lines of the log about origins that are not listed.
fn named(log: &str) -> Vec<&str> {
    log.lines().filter(|line| line.contains("the page's origin is not in `origins`")).collect()
}

#[tokio::test]
async fn an_origin_that_is_not_listed_has_one_line_in_the_log_whatever_is_sent() {
    let posts = Posts::start(&[]).await;
    let forgotten = "https://polaire.example";
    for _ in 0..5 {
        assert_eq!(posts.post("x", &[forgotten]).await, 403);
        assert_eq!(posts.post("x", &["null"]).await, 403);
    }
    // What no browser writes may be anything, such as the address of a page.
    for other in ["https://polaire.example/claims", "moz-extension://c0ffee", "marker", ""] {
        assert_eq!(posts.post("x", &[other]).await, 403);
    }
    assert_eq!(posts.post("x", &[]).await, 403);
    let log = posts.server.stop_with_log().1;
    let lines = named(&log);
    assert_eq!(lines.len(), 2, "{log}");
    for (line, origin) in lines.iter().zip([forgotten, "null"]) {
        assert!(line.contains("WARN") && line.contains(&format!("site={SITE} origin={origin}")), "{line}");
    }
    for word in ["claims", "moz-extension", "marker"] {
        assert!(!log.contains(word), "{word}: {log}");
    }
}

#[tokio::test]
async fn origins_without_end_fill_no_log() {
    let posts = Posts::start(&[]).await;
    for number in 0..105 {
        assert_eq!(posts.post("x", &[&format!("https://{number}.evil.example")]).await, 403);
    }
    let log = posts.server.stop_with_log().1;
    assert_eq!(named(&log).len(), 100);
    assert_eq!(log.matches("answers of more origins that no site file lists").count(), 1);
}
