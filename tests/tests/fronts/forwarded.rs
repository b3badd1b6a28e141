//! What a front passes on, and what comes back: every public address, as the server itself answers it.

use crate::world::{World, mark, report};
use constat_tests::api::{Answer, Api, SITE, SITE_ORIGIN, answer, site_path};
use constat_tests::consent::secret_of;
use constat_tests::fronts::{File, Front, OTHER_SITE, PREFIX, SITE_HOST};
use constat_tests::routes::{filled_for, is_forwarded, routes};
use reqwest::header::{ACCEPT_ENCODING, HOST, IF_NONE_MATCH, ORIGIN, SET_COOKIE};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

/// The headers of an answer that a front leaves as they are.
const KEPT: [&str; 9] = [
    "access-control-allow-origin",
    "cache-control",
    "content-encoding",
    "content-security-policy",
    "content-type",
    "cross-origin-resource-policy",
    "etag",
    "vary",
    "x-content-type-options",
];

/// Every public address, of both sites, with real values of a new visitor of the first, and what it is asked with.
async fn addresses(api: &Api) -> Vec<(Method, String, Option<String>)> {
    let (record, receipt) = api.record("refuse_all").await;
    let mut all = Vec::new();
    for (method, path, readers) in routes() {
        if !is_forwarded(&path) {
            continue;
        }
        let path = filled_for(api, &path, &record, &record.consent_id.to_string()).await;
        // The erasure is tried without its token, so that the visitor stays.
        let bearer = (method == "GET" && readers == "the site").then(|| receipt.clone());
        let other = path.replace(&format!("/sites/{SITE}/"), &format!("/sites/{OTHER_SITE}/"));
        let others = (other != path).then(|| (method.parse().unwrap(), other, bearer.clone()));
        all.push((method.parse().unwrap(), path, bearer));
        all.extend(others);
    }
    all
}

fn marked(path: &str, mark: &str) -> String {
    format!("{path}{}{mark}=1", if path.contains('?') { '&' } else { '?' })
}

async fn asked(request: RequestBuilder, bearer: Option<&String>) -> Answer {
    let request = request.header(ORIGIN, SITE_ORIGIN).header(ACCEPT_ENCODING, "br");
    answer(bearer.into_iter().fold(request, RequestBuilder::bearer_auth)).await
}

fn header(answer: &Answer, name: &str) -> String {
    let values = answer.headers.get_all(name).iter().map(|value| value.to_str().unwrap().to_lowercase());
    let values = values.collect::<Vec<_>>().join(",");
    values.split(',').map(str::trim).collect::<Vec<_>>().join(", ")
}

#[tokio::test]
async fn every_public_address_is_forwarded_and_answered_as_by_the_server() {
    let world = World::shared().await;
    let mut faults = Vec::new();
    for (method, path, bearer) in addresses(&world.api).await {
        let direct = world.api.request(method.clone(), &path).header(HOST, SITE_HOST);
        let direct = asked(direct, bearer.as_ref()).await;
        for front in &world.fronts {
            let (name, mark) = (front.name, mark());
            let target = marked(&path, &mark);
            let answer = asked(front.request(method.clone(), &target), bearer.as_ref()).await;
            let head = front.wire.head(&mark).unwrap_or_default();
            if !head.starts_with(&format!("{target} HTTP/1.1\r\n")) {
                faults.push(format!("{name}: {method} {path} came to the server as {head:?}"));
            }
            if !head.lines().any(|line| line.eq_ignore_ascii_case(&format!("host: {SITE_HOST}"))) {
                faults.push(format!("{name}: {method} {path} has another host: {head:?}"));
            }
            let differs = KEPT.iter().find(|kept| header(&answer, kept) != header(&direct, kept));
            // The log grows with the answers of the other tests.
            let is_same = answer.body == direct.body || path.contains("/log/");
            if answer.status != direct.status || !is_same || differs.is_some() {
                faults.push(format!("{name}: {method} {path}, {differs:?}: {answer:?} and not {direct:?}"));
            }
        }
    }
    report(&faults);
}

#[test]
fn every_public_address_is_named_in_the_file_for_traefik() {
    let file: toml::Value = toml::from_str(File::read("traefik-first-party.toml").text()).unwrap();
    let rule = file["http"]["routers"]["constat"]["rule"].as_str().unwrap();
    let pattern = rule.split("PathRegexp(`").nth(1).and_then(|rest| rest.strip_suffix("`)")).unwrap();
    let nginx = File::read("nginx-first-party.conf");
    let of_nginx = nginx.text().split("(?<constat_path>").nth(1).and_then(|rest| rest.split(")$ {").next());
    // The same paths as in the file for nginx, which is run: only groups are written in another way.
    assert_eq!(pattern, format!("^{PREFIX}({})$", of_nginx.unwrap().replace("(?:", "(")));
    let headers = &file["http"]["middlewares"]["constat-headers"]["headers"]["customRequestHeaders"];
    for dropped in ["Cookie", "Forwarded", "Referer", "X-Forwarded-Host", "X-Forwarded-Proto"] {
        assert_eq!(headers[dropped].as_str(), Some(""), "{dropped}");
    }
    assert_eq!(
        file["http"]["middlewares"]["constat-nobody"]["ipAllowList"]["rejectStatusCode"].as_integer(),
        Some(404)
    );
}

/// A request with what no front passes on.
fn made_up(request: RequestBuilder) -> RequestBuilder {
    let fields = ["User-Agent", "Referer", "X-Forwarded-Host", "X-Forwarded-For", "X-Real-IP", "Forwarded"];
    fields.iter().fold(request, |request, name| request.header(*name, "made-up"))
}

#[tokio::test]
async fn whether_the_site_honours_gpc_is_answered_at_the_root_of_its_host() {
    let world = World::shared().await;
    for front in &world.fronts {
        let answer = constat_tests::api::answer(made_up(
            front.request_at_root(Method::GET, "/.well-known/gpc.json?from=root"),
        ))
        .await;
        assert_eq!((answer.status, &answer.json()["gpc"]), (200, &true.into()), "{}: {answer:?}", front.name);
        let head = front.wire.head("from=root").unwrap();
        assert!(head.starts_with("/.well-known/gpc.json?from=root HTTP/1.1"), "{}: {head}", front.name);
        assert!(!head.contains("made-up"), "{}: {head}", front.name);
        for other in ["/.well-known/jwks.json", "/.well-known/gpc.json/x", "/.well-known/gpcxjson"] {
            let answer = constat_tests::api::answer(front.request_at_root(Method::GET, other)).await;
            assert_ne!(answer.status, 200, "{}: {other}", front.name);
        }
    }
}

#[tokio::test]
async fn a_client_that_has_an_answer_gets_304_and_a_head_has_no_body() {
    let world = World::shared().await;
    for front in &world.fronts {
        let path = site_path("consent.js");
        let first = answer(front.request(Method::GET, &path)).await;
        let tag = first.header("etag");
        assert!(!first.body.is_empty() && !tag.is_empty(), "{}", front.name);
        let again = answer(front.request(Method::GET, &path).header(IF_NONE_MATCH, tag)).await;
        assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, tag), "{}", front.name);
        let head = answer(front.request(Method::HEAD, &path)).await;
        assert_eq!((head.status, head.body.len(), head.header("etag")), (200, 0, tag), "{}", front.name);
    }
}

async fn posted(front: &Front, site: &str, consent: &Value) -> Answer {
    let path = format!("/v1/sites/{site}/consents");
    let request = front.request(Method::POST, &path).header(ORIGIN, SITE_ORIGIN);
    answer(request.bearer_auth(secret_of(consent)).body(consent.to_string())).await
}

#[tokio::test]
async fn an_answer_goes_through_whole_and_one_that_is_too_large_is_refused() {
    let world = World::shared().await;
    for front in &world.fronts {
        let (name, consent) = (front.name, world.api.consent("refuse_all").await);
        let stored = posted(front, SITE, &consent).await;
        assert_eq!(stored.status, 201, "{name}: {stored:?}");
        let (id, receipt) = (consent["consent_id"].as_str().unwrap(), stored.json()["receipt"].clone());
        let path = site_path(&format!("consents/{id}"));
        let read = answer(front.request(Method::GET, &path).bearer_auth(receipt.as_str().unwrap())).await;
        assert_eq!(read.json()["records"].as_array().map(Vec::len), Some(1), "{name}: {read:?}");
        let erased = front.request(Method::DELETE, &path).header(ORIGIN, SITE_ORIGIN);
        let erased = answer(erased.bearer_auth(receipt.as_str().unwrap())).await;
        assert!([200, 202].contains(&erased.status), "{name}: {erased:?}");
        // Padded to the most that the server reads, and beyond.
        let mut largest = world.api.consent("refuse_all").await.to_string();
        largest.insert_str(1, &" ".repeat(16 * 1024 - largest.len()));
        let whole: Value = serde_json::from_str(&largest).unwrap();
        for (body, status) in [(largest.clone(), 201), (largest.clone() + " ", 413)] {
            let request = front.request(Method::POST, &site_path("consents")).header(ORIGIN, SITE_ORIGIN);
            let answer = answer(request.bearer_auth(secret_of(&whole)).body(body)).await;
            assert_eq!(answer.status, status, "{name}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn two_sites_behind_one_host_keep_their_answers_apart() {
    let world = World::shared().await;
    for front in &world.fronts {
        let name = front.name;
        for site in [SITE, OTHER_SITE] {
            let notice = front.request(Method::GET, &format!("/v1/sites/{site}/notice/fr"));
            let hash = answer(notice).await.json()["notice_hash"].as_str().unwrap().to_owned();
            let consent = constat_tests::consent::request(&hash, "allow_all");
            let stored = posted(front, site, &consent).await;
            assert_eq!(stored.status, 201, "{name}: {stored:?}");
            assert_eq!(stored.json()["record"]["site"], site, "{name}");
            let cookie = stored.header(SET_COOKIE.as_str());
            assert!(cookie.starts_with(&format!("constat-{site}=2.")), "{name}: {stored:?}");
        }
    }
}

#[tokio::test]
async fn a_front_brings_the_cookies_that_the_server_sets_and_no_others() {
    let world = World::shared().await;
    for front in &world.fronts {
        let consent = world.api.consent("allow_all").await;
        let through = posted(front, SITE, &consent).await;
        let direct = world.api.request(Method::POST, &site_path("consents")).header(HOST, SITE_HOST);
        let direct = direct.header(ORIGIN, SITE_ORIGIN).bearer_auth(secret_of(&consent));
        let direct = answer(direct.body(consent.to_string())).await;
        let cookies = |answer: &Answer| {
            let values = answer.headers.get_all(SET_COOKIE).iter();
            values.map(|value| without_age(value.to_str().unwrap())).collect::<Vec<_>>()
        };
        assert_eq!((through.status, direct.status), (201, 200), "{}", front.name);
        assert!(!cookies(&through).is_empty(), "{}: {through:?}", front.name);
        assert_eq!(cookies(&through), cookies(&direct), "{}", front.name);
        for answer in [&through, &direct] {
            assert_eq!(answer.header("cache-control"), "no-store", "{}: {answer:?}", front.name);
        }
    }
}

/// A cookie without the seconds that are left, which pass.
fn without_age(cookie: &str) -> String {
    cookie.split("; ").filter(|part| !part.starts_with("Max-Age=")).collect::<Vec<_>>().join("; ")
}
