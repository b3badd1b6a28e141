//! `GET /v1/sites/{site}/csp`: the policy of the request's consent cookie.

use constat_shared::{Category, Choices, ConsentCookie, ConsentId, EventId, Months, Notice, Timestamp};
use constat_testkit::sample_site::{in_first_party_mode, with_one_vendor_more, with_shipped_vendors};
use constat_tests::api::{Answer, Api, SITE, SITE_ORIGIN, answer, site_path};
use constat_tests::sites::Sites;
use reqwest::Method;
use reqwest::header::{COOKIE, HOST, HeaderValue};
use std::time::{SystemTime, UNIX_EPOCH};

/// Hosts of the sample's vendors: of audience measurement, and twice of third-party content.
const GA: &str = "*.google-analytics.com";
const YOUTUBE: &str = "*.youtube.com";
const RECAPTCHA: &str = "www.gstatic.com";

async fn asked(api: &Api, cookie: &str) -> Answer {
    answer(api.request(Method::GET, &site_path("csp")).header(COOKIE, cookie)).await
}

/// The sources of the policy, which is the same in the header and as text.
fn sources(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let policy = answer.header("content-security-policy");
    assert_eq!(policy, answer.text());
    let sources = policy.strip_prefix("default-src ").expect("there is one directive");
    assert!(!sources.contains(';'), "{sources}");
    sources.split(' ').map(str::to_owned).collect()
}

/// Which of the three vendors the policy allows, over https and over WebSockets.
fn allowed(answer: &Answer) -> [bool; 3] {
    let sources = sources(answer);
    [GA, YOUTUBE, RECAPTCHA].map(|host| {
        let [plain, socket] =
            ["", "ws://"].map(|scheme| sources.iter().any(|source| *source == format!("{scheme}{host}:*")));
        assert_eq!(plain, socket, "{host}: {sources:?}");
        plain
    })
}

fn now() -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_unix_ms(now.as_millis().try_into().unwrap())
}

fn days_ago(days: i64) -> Timestamp {
    Timestamp::from_unix_ms(now().unix_ms() - days * 86_400_000)
}

async fn notice(api: &Api) -> Notice {
    let path = format!("/v1/notices/{}", api.notice_hash().await);
    serde_json::from_value(api.get(&path).await.json()).unwrap()
}

/// The value of a cookie, in which these vendors are allowed.
fn value(notice: &Notice, vendors: &[&str], decided: Timestamp) -> String {
    let mut choices = Choices::uniform(notice, false);
    for (id, on) in &mut choices.vendors {
        *on = vendors.contains(&id.as_str());
    }
    let id = |last: u8| format!("0372a000-0000-7000-8000-0000000000{last:02}");
    let ids = (ConsentId::parse(&id(1)).unwrap(), EventId::parse(&id(2)).unwrap());
    ConsentCookie::new(ids, notice, &choices, decided, Months::MIN.after(decided)).encode()
}

#[tokio::test]
async fn without_a_choice_that_holds_only_own_hosts_are_allowed_and_what_a_page_may_use_always() {
    let api = Api::start();
    let notice = notice(&api).await;
    let all = value(&notice, &["google-analytics", "youtube", "recaptcha"], now());
    let expired = value(&notice, &["google-analytics"], days_ago(400));
    let port = api.server.port();
    for cookie in [
        String::new(),
        "session=1".to_owned(),
        format!("constat-{SITE}=2.nonsense"),
        format!("constat-{SITE}={expired}"),
        // Of another site, and under a name that none has.
        format!("constat-polaire-shop={all}"),
        format!("constat={all}"),
        format!("constat-{SITE}=1{}", &all[1..]),
        format!("constat-{SITE}={}", value(&notice, &[], now())),
    ] {
        let answer = asked(&api, &cookie).await;
        let always = ["'self'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"].map(str::to_owned);
        let own =
            [format!("127.0.0.1:{port}"), SITE_ORIGIN.to_owned(), SITE_ORIGIN.replacen("https", "wss", 1)];
        assert_eq!(sources(&answer), [&always[..], &own].concat(), "{cookie}");
        assert_eq!(answer.header("cache-control"), "private, no-store");
        assert_eq!((answer.header("vary"), answer.header("server-timing")), ("Cookie", "constat"));
        assert!(answer.header("content-type").starts_with("text/plain"));
    }
}

#[tokio::test]
async fn the_hosts_of_what_is_allowed_are_those_of_the_newest_answer() {
    let api = Api::start();
    let notice = notice(&api).await;
    let own = |vendors: &[&str], days| format!("constat-{SITE}={}", value(&notice, vendors, days_ago(days)));
    let first =
        |vendors: &[&str], days| format!("constat=1{}", &value(&notice, vendors, days_ago(days))[1..]);
    for (cookies, expected) in [
        (own(&["youtube"], 1), [false, true, false]),
        (own(&["google-analytics", "recaptcha"], 1), [true, false, true]),
        (format!("session=s; {}; other=o", own(&["recaptcha"], 1)), [false, false, true]),
        (first(&["youtube"], 1), [false, true, false]),
        // Of two cookies of a name, the newer; of two versions, the second.
        (format!("{}; {}", own(&["youtube"], 5), own(&["recaptcha"], 1)), [false, false, true]),
        (format!("{}; {}", own(&["recaptcha"], 1), own(&["youtube"], 5)), [false, false, true]),
        (format!("{}; {}", first(&["recaptcha"], 1), own(&["youtube"], 5)), [false, true, false]),
        (format!("{}; {}", own(&["youtube"], 5), first(&["recaptcha"], 1)), [false, true, false]),
    ] {
        assert_eq!(allowed(&asked(&api, &cookies).await), expected, "{cookies}");
    }
}

#[tokio::test]
async fn cookies_of_the_page_s_own_with_any_bytes_do_not_hide_the_choice() {
    let api = Api::start();
    let own = format!("constat-{SITE}={}", value(&notice(&api).await, &["youtube"], days_ago(1)));
    for other in ["name=Zo\u{eb}".as_bytes(), b"name=Zo\xeb", b"\xff\xfe", b"=\t\xa0", b"\xc3=1"] {
        for cookies in [[other, b"; ", own.as_bytes()].concat(), [own.as_bytes(), b"; ", other].concat()] {
            let request = api.request(Method::GET, &site_path("csp"));
            let answer = answer(request.header(COOKIE, HeaderValue::from_bytes(&cookies).unwrap())).await;
            assert_eq!(allowed(&answer), [false, true, false], "{other:?}");
        }
    }
}

#[tokio::test]
async fn a_choice_under_earlier_terms_counts_as_in_the_page() {
    // First one vendor more, which then goes: its positions are others, and the choice holds.
    let before = with_one_vendor_more(SITE, SITE_ORIGIN);
    let api = Api::serve(Sites::with(SITE, &before));
    let of_before = value(&notice(&api).await, &["youtube"], days_ago(1));
    api.sites.write(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    let api = api.restart();
    let cookie = format!("constat-{SITE}={of_before}");
    assert_eq!(allowed(&asked(&api, &cookie).await), [false, true, false]);
    // When it comes again, a choice without it is void, and the other one holds again.
    let without = value(&notice(&api).await, &["youtube"], days_ago(1));
    api.sites.write(SITE, &before);
    let api = api.restart();
    assert_eq!(allowed(&asked(&api, &cookie).await), [false, true, false]);
    assert_eq!(allowed(&asked(&api, &format!("constat-{SITE}={without}")).await), [false; 3]);
}

#[tokio::test]
async fn what_is_exempt_is_allowed_whatever_the_cookie_says() {
    let exemption = "[categories.audience]\nexempt = true\n[categories.audience.exemption]\nown_use_only = true\n\
        anonymous_statistics_only = true\nno_cross_site_tracking = true\nno_merging_or_sharing = true\n\
        visitors_informed = true\ntracker_months = 13\ndata_months = 25\n";
    let file = with_shipped_vendors(SITE, SITE_ORIGIN).replace("[categories.audience]\n", exemption);
    let api = Api::serve(Sites::with(SITE, &file));
    assert!(notice(&api).await.is_exempt(Category::Audience));
    assert_eq!(allowed(&asked(&api, "").await), [true, false, false]);
}

#[tokio::test]
async fn the_file_s_own_hosts_are_allowed_with_the_domain_that_a_star_stands_for() {
    let keys = "csp_hosts = [\"cdn.polaire.example\", \"*.fonts.example\"]\n";
    let api = Api::serve(Sites::with(SITE, &format!("{keys}{}", in_first_party_mode(SITE, SITE_ORIGIN))));
    let request = api.request(Method::GET, &site_path("csp")).header(HOST, "www.polaire.example");
    let own = sources(&answer(request).await);
    for host in ["cdn.polaire.example", "fonts.example", "*.fonts.example"] {
        assert!(own.contains(&format!("{host}:*")) && own.contains(&format!("ws://{host}:*")), "{own:?}");
    }
    // In first-party mode Constat has no host of its own.
    assert_eq!(own.iter().filter(|source| source.contains("www.polaire.example")).count(), 2, "{own:?}");
    for (host, named) in [("consent.example:8443", true), ("a,b", false), ("x y", false)] {
        let request = api.request(Method::GET, &site_path("csp")).header(HOST, host);
        let answer = answer(request).await;
        assert!(
            answer.status != 200 || sources(&answer).iter().any(|source| source == host) == named,
            "{host}"
        );
    }
}

#[tokio::test]
async fn a_policy_that_servers_would_not_pass_on_is_a_problem() {
    let hosts: Vec<_> = (0..64).map(|number| format!("\"{}{number}.example\"", "h".repeat(55))).collect();
    let file = format!("csp_hosts = [{}]\n{}", hosts.join(", "), with_shipped_vendors(SITE, SITE_ORIGIN));
    let api = Api::serve(Sites::with(SITE, &file));
    asked(&api, "").await.assert_problem("long", "policy_too_long", "");
}

#[tokio::test]
async fn only_sites_that_use_the_policy_get_the_part_that_reloads() {
    let api = Api::serve(Sites::with(
        SITE,
        &format!("csp_hosts = []\n{}", with_shipped_vendors(SITE, SITE_ORIGIN)),
    ));
    let (with, without) =
        (api.get(&site_path("consent.js")).await, Api::start().get(&site_path("consent.js")).await);
    assert!(with.text().contains("serverTiming") && !without.text().contains("serverTiming"));
    assert_eq!(Api::start().get("/v1/sites/nobody/csp").await.status, 404);
}
