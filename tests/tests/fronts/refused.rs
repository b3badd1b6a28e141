//! What a front does not forward: everything but the public addresses, however it is written.

use crate::world::{World, mark, report};
use constat_tests::fronts::{Front, SITE_HOST};

/// What the operator's own screens, programs and probes ask for.
const OTHERS: [&str; 9] = [
    "healthz",
    "readyz",
    "console/",
    "v1/admin/sites",
    "v1/openapi.json",
    "metrics",
    "demo/",
    "catalogue/",
    "v1/catalogue/matomo",
];

/// The ways of writing an address below a prefix.
fn ways(prefix: &str, path: &str) -> Vec<String> {
    let above = prefix.trim_matches('/').replace(|c| c != '/', "").len() + 1;
    let up = "../".repeat(above);
    let (first, rest) = path.split_at(1);
    let escaped = format!("%{:02x}{rest}", first.as_bytes()[0]);
    vec![
        format!("{prefix}{path}"),
        format!("{prefix}/{path}"),
        format!("/{prefix}{path}"),
        format!("{prefix}{}", path.to_uppercase()),
        format!("{}{path}", prefix.to_uppercase()),
        format!("{prefix}{escaped}"),
        format!("{prefix}v1/../{path}"),
        format!("{prefix}assets/../{path}"),
        format!("{prefix}assets/..%2f{path}"),
        format!("{prefix}assets/%2e%2e/{path}"),
        format!("{prefix}assets/..%5c{path}"),
        format!("{prefix}assets/..;/{path}"),
        format!("{prefix}verify/..%2f{path}"),
        format!("{prefix}v1/sites/polaire/consent.js/../../../../{path}"),
        format!("{prefix}v1/sites/polaire/consent.js%2f..%2f..%2f..%2f..%2f{path}"),
        format!("{prefix}v1/sites/polaire/consents/%2e%2e/%2e%2e/%2e%2e/%2e%2e/{path}"),
        format!("{prefix}{up}{}{path}", prefix.trim_start_matches('/')),
        format!("{prefix}v1/notices/0/%252e%252e/%252e%252e/{path}"),
        format!("{prefix}{path}%00v1/sites/polaire/vendors"),
        format!("{prefix}{path}%0a{prefix}v1/sites/polaire/vendors"),
        format!("http://{SITE_HOST}{prefix}{path}"),
        format!("http://{SITE_HOST}{prefix}v1/../{path}"),
    ]
}

async fn faults(front: &Front) -> Vec<String> {
    let mut faults = Vec::new();
    for path in OTHERS {
        for way in ways(front.prefix, path) {
            let mark = mark();
            let head = format!("GET {way}?{mark} HTTP/1.1\r\nHost: {SITE_HOST}\r\nConnection: close\r\n\r\n");
            let (status, answer) = front.raw(&head).await;
            let came = front.wire.head(&mark);
            // A front that knows no such address may say so of its form.
            if !matches!(status, 400 | 404) || came.is_some() {
                faults.push(format!("{}: {way}: {answer:?}, the server saw {came:?}", front.name));
            }
        }
    }
    faults
}

#[tokio::test]
async fn nothing_but_the_public_addresses_reaches_the_server() {
    let world = World::shared().await;
    let mut all = Vec::new();
    for front in &world.fronts {
        all.extend(faults(front).await);
        // As it is written, it is not there: no front says anything else.
        let head = format!(
            "GET {}console/ HTTP/1.1\r\nHost: {SITE_HOST}\r\nConnection: close\r\n\r\n",
            front.prefix
        );
        assert_eq!(front.raw(&head).await.0, 404, "{}", front.name);
    }
    report(&all);
}

#[tokio::test]
async fn two_requests_in_one_are_not_forwarded_as_two() {
    let world = World::shared().await;
    for front in &world.fronts {
        let (mark, path) = (mark(), format!("{}v1/sites/polaire/consents", front.prefix));
        let hidden = format!("GET /healthz?{mark} HTTP/1.1\r\nHost: x\r\n\r\n");
        let both = format!(
            "POST {path} HTTP/1.1\r\nHost: {SITE_HOST}\r\nConnection: close\r\nContent-Length: {}\r\n\
             Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}",
            5 + hidden.len()
        );
        let upgraded = format!(
            "GET {}v1/sites/polaire/vendors HTTP/1.1\r\nHost: {SITE_HOST}\r\nConnection: close, Upgrade\r\n\
             Upgrade: h2c\r\n\r\n{hidden}",
            front.prefix
        );
        for bytes in [both, upgraded] {
            let (_, answer) = front.raw(&bytes).await;
            assert_eq!(front.wire.head(&format!("/healthz?{mark}")), None, "{}: {answer:?}", front.name);
        }
    }
}
