//! Nothing of a visitor but their answer reaches a file or a log line (invariant 5).

use constat_shared::Hash;
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Api, SITE, SITE_ORIGIN, answer, client};
use constat_tests::consent::uuid;
use constat_tests::server::Server;
use constat_tests::sites::Sites;
use reqwest::header::HeaderValue;
use reqwest::{Method, RequestBuilder};
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

/// An address of this machine that no one else uses: where the visitor comes from.
const VISITOR: Ipv4Addr = Ipv4Addr::new(127, 34, 56, 78);
const MARKERS: [&str; 6] =
    ["Marker-Agent", "marker-referrer", "203.0.113.77", "marker-cookie", "marker-query", "marker-account"];

/// Adds everything about the visitor that a request can contain.
fn identified(request: RequestBuilder) -> RequestBuilder {
    request
        .header("user-agent", "Marker-Agent/1.0")
        .header("referer", "https://www.polaire.example/marker-referrer?contract=12")
        .header("x-forwarded-for", "203.0.113.77")
        .header("forwarded", "for=203.0.113.77")
        .header("x-real-ip", "203.0.113.77")
        .header("cookie", "session=marker-cookie; constat-polaire=2.marker-cookie; constat=1.marker-cookie")
        .header("authorization", "Basic marker-account")
        .header("origin", SITE_ORIGIN)
        .header("host", "www.polaire.example")
}

/// Requests every address, and what the server refuses.
async fn visit(api: &Api) {
    let visitor = reqwest::Client::builder().no_proxy().local_address(IpAddr::V4(VISITOR)).build().unwrap();
    let request = |method: Method, path: &str| {
        identified(visitor.request(method, format!("{}{path}?q=marker-query", api.server.url)))
    };
    let site = format!("/v1/sites/{SITE}");
    let notice = format!("/v1/notices/{}", api.notice_hash().await);
    let paths = ["consent.js", "banner/fr", "notice/nl", "vendors", "marker-query"]
        .map(|path| format!("{site}/{path}"));
    let others = ["/healthz", "/readyz", "/assets/marker-query", "/marker-query", &notice];
    for path in paths.iter().map(String::as_str).chain(others) {
        for method in [Method::GET, Method::HEAD, Method::PUT] {
            answer(request(method, path)).await;
        }
    }
    let post = format!("{site}/consents");
    let consent = api.consent("allow_all").await;
    let mut conflict = consent.clone();
    conflict["consent_id"] = serde_json::json!(uuid());
    let mut unknown = consent.clone();
    unknown["notice_hash"] = serde_json::json!("0".repeat(64));
    let mut malformed = consent.clone();
    malformed["marker-account"] = serde_json::json!("marker-account");
    let expected = [(&consent, 201), (&consent, 401), (&conflict, 409), (&unknown, 422), (&malformed, 400)];
    for (body, status) in expected {
        let answer = answer(request(Method::POST, &post).body(body.to_string())).await;
        assert_eq!(answer.status, status, "{answer:?}");
        let set: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
        let is_own = |cookie: &&HeaderValue| cookie.as_bytes().starts_with(b"constat-polaire=2.");
        assert!(set.iter().all(is_own) && set.len() == usize::from(status == 201), "{set:?}");
        assert!(set.iter().all(|cookie| !contains(cookie.as_bytes(), b"marker")), "{set:?}");
    }
    let answer = answer(request(Method::POST, &post).body("marker-account".repeat(2000))).await;
    assert_eq!(answer.status, 413);
    broken_off(api, &post);
}

/// Requests that the HTTP layer itself refuses, or that end in the middle.
fn broken_off(api: &Api, path: &str) {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, api.server.port()));
    let requests = [
        "GET /marker-query HTTP/1.1\r\nUser-Agent: Marker-Agent\r\nmarker-account\r\n\r\n".to_owned(),
        format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nOrigin: {SITE_ORIGIN}\r\nCookie: marker-cookie\r\nContent-Length: 99\r\n\r\n{{"
        ),
    ];
    for request in requests {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        // Whatever it answers, it has read the request.
        let _ = stream.read_to_end(&mut Vec::new());
    }
}

fn files_in(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    // The folder of the keys is written before the first visitor comes.
    let files = entries.filter(|path| path.is_file());
    files.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window.eq_ignore_ascii_case(needle))
}

#[tokio::test]
async fn nothing_that_identifies_a_visitor_reaches_a_file_or_the_log() {
    nothing_is_kept(start(&[])).await;
}

/// A server of a site in first-party mode, whose console is named `localhost`, so that 127.0.0.1 is a visitor's address wherever it stands.
fn start(more: &[&str]) -> Api {
    let site = format!("first_party = true\n{}", with_shipped_vendors(SITE, SITE_ORIGIN));
    let sites = Sites::with(SITE, &site);
    let data = tempfile::tempdir().unwrap();
    let args = [&["--sites", sites.arg(), "--public-url", "http://localhost:8090"], more].concat();
    let server = Server::start(data.path(), &args);
    Api { server, sites, data, client: client() }
}

#[tokio::test]
async fn nor_does_the_address_that_a_named_proxy_forwards() {
    let api = start(&["--trusted-proxy", "127.0.0.0/8"]);
    // So many that the rest is refused for their rate.
    let mut refused = 0;
    while refused < 3 {
        let path = format!("{}/v1/sites/{SITE}/consents", api.server.url);
        refused += u32::from(answer(identified(client().post(path)).body("{")).await.status == 429);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    nothing_is_kept(api).await;
}

async fn nothing_is_kept(api: Api) {
    visit(&api).await;
    // While it runs, the log of changes is there too.
    let mut places = files_in(api.data.path());
    let Api { server, data, .. } = api;
    let (stopped_well, log) = server.stop_with_log();
    assert!(stopped_well);
    places.extend(files_in(data.path()));
    places.push(("the log".to_owned(), log.into_bytes()));

    let address = VISITOR.to_string();
    let hash = Hash::of(address.as_bytes());
    let mut needles: Vec<Vec<u8>> = MARKERS.iter().map(|marker| marker.as_bytes().to_vec()).collect();
    needles.extend([address.into_bytes(), VISITOR.octets().to_vec()]);
    needles.extend([hash.as_bytes().to_vec(), hash.to_string().into_bytes()]);
    for (place, content) in &places {
        for needle in &needles {
            assert!(!contains(content, needle), "{place} holds {:?}", String::from_utf8_lossy(needle));
        }
    }
    // The folder was looked through, and the server's own address alone may be named.
    assert!(places.iter().any(|(place, content)| place.ends_with("constat.db-wal") && !content.is_empty()));
    for (place, content) in places.iter().filter(|(place, _)| place != "the log") {
        assert!(!contains(content, b"127.0.0.1"), "{place}");
    }
    let log = String::from_utf8_lossy(&places[places.len() - 1].1);
    let lines: Vec<_> = log.lines().filter(|line| line.contains("127.0.0.1")).collect();
    assert!(lines.iter().all(|line| line.contains("listening on: 127.0.0.1:")), "{lines:?}");
}

#[tokio::test]
async fn no_answer_sets_a_cookie_or_repeats_who_asked() {
    let api = Api::shared().await;
    let client = client();
    for path in
        [format!("/v1/sites/{SITE}/consent.js"), format!("/v1/sites/{SITE}/notice/it"), "/none".to_owned()]
    {
        let answer = answer(identified(client.get(format!("{}{path}?marker-query", api.server.url)))).await;
        assert_eq!(answer.header("set-cookie"), "", "{path}");
        for marker in MARKERS {
            assert!(!contains(&answer.body, marker.as_bytes()), "{path} {marker}");
        }
    }
}
