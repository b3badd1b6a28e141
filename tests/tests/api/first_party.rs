//! First-party mode: what the answer to a page on the site's own host does to the browser's cookies.

use constat_shared::{ConsentCookie, Notice, Record};
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Answer, Api, SITE, SITE_ORIGIN, answer, client, site_path};
use constat_tests::consent::{request, secret_of, uuid};
use constat_tests::sites::Sites;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

const HOST: &str = "www.polaire.example";

/// The sample site in first-party mode, with more keys at the top, and two vendors whose cookies a page cannot
/// remove.
fn site(id: &str, keys: &str) -> String {
    let cookie = |name: &str, keys: &str| {
        format!(
            "[vendors.cookies.{name}]\nduration_days = 30\npurpose = \"audience-measurement\"\nstorage = \"cookie\"\nfirst_party = true\n{keys}\n"
        )
    };
    let hidden = [
        cookie("_ga_secure", "http_only = true"),
        cookie("_ga_shop", "path = \"/shop\""),
        cookie("_ga_part", "partitioned = true"),
        cookie("\"_ga_any_*\"", "http_only = true"),
        cookie("shared", "http_only = true"),
    ];
    let text = with_shipped_vendors(id, SITE_ORIGIN);
    let text = text.replacen(
        "[[vendors]]\nid = \"youtube\"",
        &format!("{}[[vendors]]\nid = \"youtube\"\n{}", hidden.concat(), cookie("shared", "")),
        1,
    );
    format!("first_party = true\n{keys}\n{text}")
}

fn serve(keys: &str) -> Api {
    Api::serve(Sites::with(SITE, &site(SITE, keys)))
}

/// As a browser asks through the site's own host.
fn through(request: RequestBuilder) -> RequestBuilder {
    request.header("origin", SITE_ORIGIN).header("host", HOST)
}

fn post(api: &Api, consent: &Value) -> RequestBuilder {
    let request = api.request(Method::POST, &site_path("consents"));
    through(request).bearer_auth(secret_of(consent)).body(consent.to_string())
}

/// The cookies that an answer sets, in order.
fn set(answer: &Answer) -> Vec<String> {
    let values = answer.headers.get_all("set-cookie").iter();
    values.map(|value| value.to_str().unwrap().to_owned()).collect()
}

/// The cookies that an answer sets or ends, by name, and the rest of the line.
fn named<'a>(lines: &'a [String], name: &str) -> Vec<&'a str> {
    let start = format!("{name}=");
    lines.iter().filter_map(|line| line.strip_prefix(&start)).collect()
}

fn value_of(line: &str) -> &str {
    line.split(';').next().unwrap()
}

async fn notice(api: &Api) -> Notice {
    let path = format!("/v1/notices/{}", api.notice_hash().await);
    serde_json::from_value(api.get(&path).await.json()).unwrap()
}

#[tokio::test]
async fn the_answer_sets_the_cookie_of_its_record_and_no_later_end() {
    let api = serve("");
    let consent = api.consent("allow_all").await;
    let first = answer(post(&api, &consent)).await;
    assert_eq!(first.status, 201, "{first:?}");
    let record: Record = serde_json::from_value(first.json()["record"].clone()).unwrap();
    let lines = set(&first);
    assert_eq!(lines.len(), 1, "{lines:?}");
    let line = named(&lines, "constat-polaire")[0];
    let cookie = ConsentCookie::of(&record, &notice(&api).await);
    assert_eq!(value_of(line), cookie.encode());
    let attributes: Vec<_> = line.split("; ").skip(1).collect();
    for expected in ["SameSite=Lax", "Secure", "Path=/"] {
        assert!(attributes.contains(&expected), "{line}");
    }
    assert!(!line.contains("Domain") && !line.contains("HttpOnly"), "{line}");
    let ends = attributes.iter().find_map(|one| one.strip_prefix("Expires=")).unwrap();
    let end = time::OffsetDateTime::parse(
        &ends.replace("GMT", "+0000"),
        &time::format_description::well_known::Rfc2822,
    )
    .unwrap();
    assert_eq!(end.unix_timestamp(), record.choice_expires_at.unix_ms() / 60_000 * 60);
    let age: i64 = attributes.iter().find_map(|one| one.strip_prefix("Max-Age=")).unwrap().parse().unwrap();
    let most = (record.choice_expires_at.unix_ms() - record.recorded_at.unix_ms()) / 1000;
    assert!((most - 120..=most).contains(&age), "{age} of {most}");
    assert_eq!(first.header("cache-control"), "no-store");

    // Sent again, it is the same cookie, with the end of the first time.
    let repeated = answer(post(&api, &consent)).await;
    assert_eq!((repeated.status, repeated.header("cache-control")), (200, "no-store"));
    assert_eq!(value_of(named(&set(&repeated), "constat-polaire")[0]), cookie.encode());

    // Under an earlier notice, the cookie is one of that notice.
    let late = api.consent("refuse_all").await;
    let before = notice(&api).await;
    api.sites.write(
        SITE,
        &site(SITE, "").replace(
            "[[vendors]]\nid = \"recaptcha\"\n",
            "[[vendors]]\nid = \"matomo\"\n[[vendors]]\nid = \"recaptcha\"\n",
        ),
    );
    api.server.signal(rustix::process::Signal::HUP);
    api.server.logs("the site files were read again", 1).await;
    let late = answer(post(&api, &late)).await;
    let record: Record = serde_json::from_value(late.json()["record"].clone()).unwrap();
    assert_eq!(
        value_of(named(&set(&late), "constat-polaire")[0]),
        ConsentCookie::of(&record, &before).encode()
    );
}

#[tokio::test]
async fn no_cookie_is_set_but_for_a_page_of_the_site_on_its_own_host() {
    let api = serve("");
    let usual = Api::shared().await;
    let consent = api.consent("allow_all").await;
    let url = format!("{}{}", api.server.url, site_path("consents"));
    let asked = |host: &str| {
        let request = client().post(&url).bearer_auth(secret_of(&consent)).body(consent.to_string());
        request.header("origin", SITE_ORIGIN).header("host", host)
    };
    let forwarded =
        asked("consent.example").header("x-forwarded-host", HOST).header("forwarded", format!("host={HOST}"));
    for request in [
        asked("consent.example"),
        asked("polaire.example"),
        asked("www.polaire.example.evil.example"),
        forwarded,
    ] {
        let answer = answer(request).await;
        assert!(answer.status < 300 && set(&answer).is_empty(), "{answer:?}");
    }
    // Neither do wrong words of a proxy keep it from being set, and ports do not count for cookies.
    for host in [HOST, "www.polaire.example:8443", "WWW.polaire.example"] {
        let wrong =
            asked(host).header("x-forwarded-host", "evil.example").header("x-forwarded-proto", "http");
        let answer = answer(wrong).await;
        assert!(set(&answer).len() == 1 && set(&answer)[0].contains("; Secure"), "{answer:?}");
    }
    let foreign = asked(HOST).header("origin", "https://evil.example");
    let unknown = json!({ "event_id": uuid() });
    let elsewhere = through(usual.request(Method::POST, &site_path("consents")));
    let refused_or_read = [
        (foreign, 403),
        (post(&api, &unknown), 400),
        (through(api.request(Method::GET, &site_path("consent.js"))), 200),
        (through(api.request(Method::GET, &site_path("notice/fr"))), 200),
        (through(api.request(Method::GET, "/assets/none")), 404),
        (elsewhere.body(request(&usual.notice_hash().await, "refuse_all").to_string()), 201),
    ];
    for (request, status) in refused_or_read {
        let answer = answer(request).await;
        assert_eq!((answer.status, set(&answer)), (status, Vec::new()), "{answer:?}");
    }
}

#[tokio::test]
async fn a_refusal_deletes_the_cookies_that_a_page_cannot_remove() {
    let api = serve("");
    let mut consent = api.consent("allow_all").await;
    let allowed = set(&answer(post(&api, &consent)).await);
    assert_eq!(allowed.len(), 1, "{allowed:?}");
    // Only Google Analytics is refused; YouTube has the shared name, too.
    let first = consent["event_id"].clone();
    consent["event_id"] = json!(uuid());
    consent["previous_event_id"] = first;
    consent["action"] = json!("save");
    consent["layer"] = json!("configuration");
    consent["vendors"]["google-analytics"] = json!(false);
    let lines = set(&answer(post(&api, &consent)).await);
    let domains = ["", "; Domain=polaire.example", "; Domain=www.polaire.example"];
    for (name, path, rest) in
        [("_ga_secure", "/", ""), ("_ga_shop", "/shop", ""), ("_ga_part", "/", "; Partitioned")]
    {
        let found = named(&lines, name);
        assert_eq!(found.len(), domains.len(), "{lines:?}");
        for (line, domain) in found.iter().zip(domains) {
            for part in ["; Max-Age=0", &format!("; Path={path}"), "; Secure", domain, rest] {
                assert!(line.starts_with(';') && line.contains(part), "{name}: {line} has no {part}");
            }
            assert!(!domain.is_empty() || !line.contains("Domain"), "{line}");
        }
    }
    assert!(
        named(&lines, "shared").is_empty() && lines.iter().all(|line| !line.contains("_ga_any")),
        "{lines:?}"
    );

    consent["previous_event_id"] = consent["event_id"].clone();
    consent["event_id"] = json!(uuid());
    consent["action"] = json!("withdraw");
    for kind in ["categories", "vendors"] {
        consent[kind].as_object_mut().unwrap().iter_mut().for_each(|(id, on)| *on = json!(id == "essential"));
    }
    let withdrawn = answer(post(&api, &consent)).await;
    let lines = set(&withdrawn);
    let cookie = ConsentCookie::decode(value_of(named(&lines, "constat-polaire")[0])).unwrap();
    assert!(!cookie.category(constat_shared::Category::Audience), "{cookie:?}");
    assert_eq!(named(&lines, "shared").len(), 3, "{lines:?}");
    let head: usize =
        withdrawn.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    assert!(head < 4096, "a proxy takes a head of {head} bytes");
}

#[tokio::test]
async fn an_erasure_ends_the_cookie_and_those_of_vendors() {
    let api = serve("cookie_domain = \"polaire.example\"");
    let consent = api.consent("allow_all").await;
    let id = consent["consent_id"].as_str().unwrap();
    let kept = answer(post(&api, &consent)).await;
    let value = value_of(named(&set(&kept), "constat-polaire")[0]).to_owned();
    let path = site_path(&format!("consents/{id}"));
    let erase = |cookie: &str| {
        let request = through(api.request(Method::DELETE, &path)).bearer_auth(secret_of(&consent));
        answer(request.header("cookie", cookie))
    };
    // Nobody who does not hold it ends anything.
    let stranger = answer(through(api.request(Method::DELETE, &path)).bearer_auth("x".repeat(32))).await;
    assert_eq!((stranger.status, set(&stranger)), (401, Vec::new()));
    let version_1 = format!("constat=1{}", &value[1..]);
    let erased = erase(&format!("session=x; constat-polaire={value}; {version_1}")).await;
    assert!(matches!(erased.status, 200 | 202), "{erased:?}");
    assert_eq!(erased.header("cache-control"), "no-store");
    let lines = set(&erased);
    for name in ["constat-polaire", "constat", "_ga_secure", "shared"] {
        let found = named(&lines, name);
        assert_eq!(found.len(), 3, "{name}: {lines:?}");
        assert!(found.iter().all(|line| line.starts_with(';') && line.contains("; Max-Age=0")), "{lines:?}");
        assert!(found.iter().any(|line| !line.contains("Domain")), "{lines:?}");
        assert!(found.iter().any(|line| line.contains("Domain=polaire.example")), "{lines:?}");
    }
    assert!(lines.iter().all(|line| !line.starts_with("session")), "{lines:?}");
    // The browser has a choice of another consent id by now; and version 1 may be another site's.
    let other = format!(
        "constat-polaire={}; constat=1{}",
        value.replace(id, &uuid()),
        &value.replace(id, &uuid())[1..]
    );
    assert_eq!(set(&erase(&other).await), Vec::<String>::new());
}

#[tokio::test]
async fn subdomains_share_the_cookie_and_the_newer_answer_counts() {
    let api = serve("cookie_domain = \"polaire.example\"");
    let (older, newer) = (api.consent("allow_all").await, api.consent("refuse_all").await);
    let kept = answer(post(&api, &newer)).await;
    let lines = set(&kept);
    let [shared, own] = named(&lines, "constat-polaire")[..] else { panic!("{lines:?}") };
    assert!(
        shared.contains("; Domain=polaire.example;") || shared.ends_with("; Domain=polaire.example"),
        "{shared}"
    );
    assert!(own.starts_with(';') && own.contains("; Max-Age=0") && !own.contains("Domain"), "{own}");
    // The answer before it, delivered late by another host of the domain, changes nothing.
    let late = post(&api, &older).header("cookie", format!("a=b; constat-polaire={}; c", value_of(shared)));
    let late = answer(late).await;
    assert_eq!((late.status, set(&late)), (201, Vec::new()));
    let script = api.get(&site_path("consent.js")).await;
    assert!(script.text().contains("\"domain\":\"polaire.example\""));
}

#[tokio::test]
async fn two_sites_behind_one_host_do_not_mix() {
    let sites = Sites::with(SITE, &site(SITE, ""));
    sites.write("shop", &site("shop", ""));
    let api = Api::serve(sites);
    let hash = api.get("/v1/sites/shop/notice/fr").await.json()["notice_hash"].as_str().unwrap().to_owned();
    let (one, two) = (api.consent("allow_all").await, request(&hash, "refuse_all"));
    let mut jar = String::new();
    for (site, consent) in [(SITE, &one), ("shop", &two), (SITE, &one)] {
        let request = through(api.request(Method::POST, &format!("/v1/sites/{site}/consents")));
        let request =
            request.bearer_auth(secret_of(consent)).header("cookie", &jar).body(consent.to_string());
        let lines = set(&answer(request).await);
        assert!(
            lines
                .iter()
                .all(|line| !line.starts_with("constat") || line.starts_with(&format!("constat-{site}="))),
            "{lines:?}"
        );
        let pair = format!("constat-{site}={}; ", value_of(named(&lines, &format!("constat-{site}"))[0]));
        jar.push_str(&pair);
    }
}
