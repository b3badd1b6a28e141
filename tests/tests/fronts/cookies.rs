//! Which cookies and addresses a front tells the server.

use crate::world::{World, mark, report};
use constat_tests::api::{SITE_ORIGIN, answer, site_path};
use constat_tests::fronts::{Front, OTHER_SITE, SITE_HOST};
use reqwest::Method;
use reqwest::header::ORIGIN;
use std::net::Ipv4Addr;
use tokio::task::JoinSet;

/// More requests than one visitor may send at once, also where that takes some seconds.
const MANY: usize = 200;

/// An address that nobody has who asks here.
const MADE_UP: &str = "203.0.113.9";

/// Sends a request with these header lines; returns the head that came to the server.
async fn head(front: &Front, method: &str, lines: &str) -> String {
    let (mark, path) = (mark(), format!("{}v1/sites/polaire/consents", front.prefix));
    let path = if method == "GET" { path.replace("consents", "vendors") } else { path };
    let (status, answer) = front
        .raw(&format!(
            "{method} {path}?{mark} HTTP/1.1\r\nHost: {SITE_HOST}\r\n{lines}Content-Length: 0\r\n\
             Connection: close\r\n\r\n"
        ))
        .await;
    assert!(status < 500, "{}: {answer}", front.name);
    front.wire.head(&mark).unwrap_or_else(|| panic!("{}: not forwarded: {answer}", front.name))
}

/// The values of a field of a head.
fn values<'a>(head: &'a str, name: &str) -> Vec<&'a str> {
    let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    lines.filter(|(named, _)| named.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).collect()
}

#[tokio::test]
async fn of_the_cookies_of_a_site_only_constats_own_reach_the_server() {
    let own = "constat-polaire=2.0a-b.c";
    let all = format!(
        "a=1; {own}; b=constat=2; aconstat-polaire=3; constat=1.old; CONSTAT-polaire=4; __Host-constat-x=5; \
         constat_x=6; {own}x; constat-{OTHER_SITE}=2.d; session=\"s; constat\"; d"
    );
    let kept = format!("{own}; constat=1.old; {own}x; constat-{OTHER_SITE}=2.d");
    let cases = [
        (format!("Cookie: {all}\r\n"), kept.as_str()),
        (format!("cookie: {own}\r\n"), own),
        (format!("Cookie: {own}; session=secret\r\n"), own),
        (format!("Cookie: session=secret; {own}\r\n"), own),
        (format!("Cookie: session=secret;{own}\r\n"), own),
        ("Cookie: session=secret; lang=fr\r\n".to_owned(), ""),
        ("Cookie: constat-polaire=a,session=secret\r\n".to_owned(), ""),
        ("Cookie: xconstat=secret\r\n".to_owned(), ""),
        ("Cookie: =; ;;secret\r\n".to_owned(), ""),
        (String::new(), ""),
    ];
    let world = World::shared().await;
    let mut faults = Vec::new();
    for front in &world.fronts {
        for (lines, kept) in &cases {
            let head = head(front, "POST", lines).await;
            // A front may cut what follows its own form of a value.
            let cookies = values(&head, "cookie").join("; ").replace("constat-polaire=a", "");
            if cookies != *kept || head.contains("secret") {
                faults.push(format!("{}: of {lines:?} came {cookies:?}, not {kept:?}", front.name));
            }
        }
        let two = format!("Cookie: session=secret\r\nCookie: {own}\r\nCookie: id=secret\r\n");
        let head = head(front, "DELETE", &two).await;
        if head.contains("secret") {
            faults.push(format!("{}: of several fields came {head:?}", front.name));
        }
    }
    report(&faults);
}

#[tokio::test]
async fn who_only_reads_sends_no_cookie_to_the_server() {
    let world = World::shared().await;
    for front in &world.fronts {
        let lines = "Cookie: constat-polaire=2.a; session=secret\r\nReferer: https://a.example/secret\r\n";
        let head = head(front, "GET", &format!("{lines}User-Agent: secret\r\n")).await;
        assert!(values(&head, "cookie").concat().is_empty(), "{}: {head}", front.name);
        assert!(!head.contains("secret"), "{}: {head}", front.name);
    }
}

#[tokio::test]
async fn the_server_hears_the_visitors_address_and_nothing_that_the_visitor_made_up() {
    let forged = format!(
        "X-Forwarded-For: {MADE_UP}\r\nx-forwarded-for: {MADE_UP}, {MADE_UP}\r\nX-Real-IP: {MADE_UP}\r\n\
         Forwarded: for={MADE_UP}\r\nX-Forwarded-Host: forged.example\r\nX-Forwarded-Proto: forged\r\n"
    );
    let world = World::shared().await;
    let mut faults = Vec::new();
    for front in &world.fronts {
        for connection in ["", "Connection: x-forwarded-for\r\n", "Connection: close, X-Forwarded-For\r\n"] {
            let head = head(front, "POST", &format!("{forged}{connection}")).await;
            if values(&head, "x-forwarded-for") != [front.visitor.to_string()]
                || head.contains(MADE_UP)
                || head.contains("forged")
                || values(&head, "connection").concat().to_lowercase().contains("forwarded")
            {
                faults.push(format!("{}: with {connection:?} came {head:?}", front.name));
            }
        }
    }
    report(&faults);
}

#[tokio::test]
async fn made_up_addresses_and_hosts_deceive_neither_the_rate_limit_nor_the_check_of_the_origin() {
    let world = World::shared().await;
    for (number, front) in (1..).zip(&world.fronts) {
        let ask = |last: u8, count: usize| {
            let visitor = Ipv4Addr::new(127, 0, 3, last);
            let request = front.request_by(visitor, Method::POST, &site_path("consents"));
            request
                .header(ORIGIN, SITE_ORIGIN)
                .header("X-Forwarded-For", format!("203.0.113.{count}"))
                .body("{")
        };
        let mut asking = JoinSet::new();
        for count in 0..MANY {
            asking.spawn(answer(ask(number, count)));
        }
        let refused = asking.join_all().await.iter().filter(|answer| answer.status == 429).count();
        assert!((1..=MANY - 100).contains(&refused), "{}: {refused} were refused", front.name);
        assert_eq!(answer(ask(100 + number, 0)).await.status, 400, "{}", front.name);
        let other =
            front.request(Method::POST, &site_path("consents")).header(ORIGIN, "https://evil.example");
        let other =
            other.header("X-Forwarded-Host", SITE_HOST).header("Forwarded", format!("host={SITE_HOST}"));
        answer(other.body("{")).await.assert_problem(front.name, "origin_not_allowed", "");
    }
}
