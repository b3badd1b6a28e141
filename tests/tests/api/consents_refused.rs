//! `POST /v1/sites/{site}/consents`: what is refused, with a problem document
//! that names the field, and without any trace in the store (invariant 10).

use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Answer, Api, SITE, SITE_ORIGIN, Shared, answer};
use constat_tests::consent::{request, uuid};
use constat_tests::sites::Sites;
use reqwest::Method;
use reqwest::header::ORIGIN;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

/// A server with one record; at the end it must still be the only one.
struct Refusals {
    api: Api,
    notice_hash: String,
}

impl Refusals {
    async fn start() -> Arc<Refusals> {
        static REFUSALS: Shared<Refusals> = Shared::new();
        REFUSALS.get(Refusals::make).await
    }

    async fn make() -> Refusals {
        let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
        let french = with_shipped_vendors("french", SITE_ORIGIN).replace("[categories.advertising]\n", "");
        sites.write("french", &french.replace(r#"["fr", "nl", "de", "en"]"#, r#"["fr"]"#));
        let api = Api::serve(sites);
        let first = api.consent("refuse_all").await;
        assert_eq!(api.post(&first).await.status, 201);
        Refusals { notice_hash: api.notice_hash().await, api }
    }

    fn check(&self, what: &str, answer: &Answer, status: u16, code: &str, field: &str) {
        assert_eq!(answer.status, status, "{what}: {answer:?}");
        answer.assert_problem(what, code, field);
        assert_eq!(self.api.record_count(), 1, "{what}: something was stored");
    }

    /// Sends an answer with the value at a JSON pointer changed, or removed.
    async fn with(&self, action: &str, pointer: &str, value: Option<Value>) -> Answer {
        let mut consent = request(&self.notice_hash, action);
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer begins with a slash");
        let parent = consent.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object");
        match value {
            Some(value) => parent.insert(name.to_owned(), value),
            None => parent.remove(name),
        };
        self.api.post(&consent).await
    }
}

fn field_of(pointer: &str) -> String {
    pointer[1..].replace('/', ".")
}

#[tokio::test]
async fn choices_that_do_not_answer_the_notice_are_refused() {
    let refusals = Refusals::start().await;
    let cases = [
        ("/categories/audience", None, "category_missing"),
        ("/categories/essential", None, "category_missing"),
        ("/vendors/youtube", None, "vendor_missing"),
        ("/vendors/hotjar", Some(false), "vendor_unknown"),
    ];
    for (pointer, value, code) in cases {
        let answer = refusals.with("save", pointer, value.map(Value::from)).await;
        refusals.check(pointer, &answer, 422, code, &field_of(pointer));
    }
    // A name that no notice could use is malformed rather than unknown.
    for pointer in ["/categories/comfort", "/vendors/You Tube"] {
        let answer = refusals.with("save", pointer, Some(json!(false))).await;
        refusals.check(pointer, &answer, 400, "invalid_field", &field_of(pointer));
    }
}

#[tokio::test]
async fn essential_cannot_be_refused_by_any_action() {
    let refusals = Refusals::start().await;
    for action in ["allow_all", "refuse_all", "continue_without_accepting", "save", "withdraw"] {
        let answer = refusals.with(action, "/categories/essential", Some(json!(false))).await;
        refusals.check(action, &answer, 422, "exempt_refused", "categories.essential");
    }
}

#[tokio::test]
async fn choices_that_contradict_the_action_are_refused() {
    let refusals = Refusals::start().await;
    for (action, value) in
        [("allow_all", false), ("refuse_all", true), ("continue_without_accepting", true), ("withdraw", true)]
    {
        for pointer in ["/categories/functional", "/categories/third_party", "/vendors/recaptcha"] {
            let answer = refusals.with(action, pointer, Some(json!(value))).await;
            refusals.check(action, &answer, 422, "action_contradicted", &field_of(pointer));
        }
    }
}

#[tokio::test]
async fn a_notice_that_was_never_published_for_the_site_is_refused() {
    let refusals = Refusals::start().await;
    let french = refusals.api.get("/v1/sites/french/notice/fr").await.json()["notice_hash"].clone();
    for hash in [json!("0".repeat(64)), french] {
        let answer = refusals.with("save", "/notice_hash", Some(hash)).await;
        refusals.check("notice_hash", &answer, 422, "notice_not_published", "notice_hash");
    }
}

#[tokio::test]
async fn what_the_site_does_not_speak_or_use_is_refused() {
    let refusals = Refusals::start().await;
    let notice = refusals.api.get("/v1/sites/french/notice/fr").await.json();
    let consent = request(notice["notice_hash"].as_str().unwrap(), "save");
    let answer = refusals.api.post_to("french", consent.to_string()).await;
    refusals.check("an unused category", &answer, 422, "category_unknown", "categories.advertising");
    let mut consent = consent;
    consent["language"] = json!("nl");
    let answer = refusals.api.post_to("french", consent.to_string()).await;
    refusals.check("Dutch", &answer, 422, "language_not_in_notice", "language");
}

#[tokio::test]
async fn a_malformed_value_is_refused_by_its_field() {
    let refusals = Refusals::start().await;
    let v4 = "936da01f-9abd-4d9d-80c7-02af85c822a8";
    let upper = uuid().to_uppercase();
    let cases = [
        ("/event_id", json!(v4)),
        ("/event_id", json!(upper)),
        ("/event_id", json!(uuid().replace('-', ""))),
        ("/event_id", json!("")),
        ("/event_id", json!(7)),
        ("/event_id", Value::Null),
        ("/consent_id", json!(v4)),
        ("/consent_id", json!(upper)),
        ("/consent_id", json!(format!("{} ", uuid()))),
        ("/previous_event_id", json!(v4)),
        ("/previous_event_id", json!("")),
        ("/action", json!("allow")),
        ("/action", json!("AllowAll")),
        ("/action", json!(true)),
        ("/layer", json!("footer")),
        ("/language", json!("it")),
        ("/language", json!("FR")),
        ("/notice_hash", json!("abc")),
        ("/notice_hash", json!("A".repeat(64))),
        ("/categories", json!([true])),
        ("/vendors", Value::Null),
        ("/vendors/youtube", Value::Null),
        ("/signals", json!(true)),
        ("/signals/gpc", json!("1")),
    ];
    for (pointer, value) in cases {
        let what = format!("{pointer} = {value}");
        let answer = refusals.with("save", pointer, Some(value)).await;
        refusals.check(&what, &answer, 400, "invalid_field", &field_of(pointer));
    }
    for value in [json!("true"), json!(1), Value::Null] {
        let answer = refusals.with("save", "/categories/audience", Some(value)).await;
        refusals.check("no boolean", &answer, 400, "invalid_field", "categories");
    }
}

#[tokio::test]
async fn a_missing_or_unknown_field_is_refused_by_its_name() {
    let refusals = Refusals::start().await;
    let required =
        ["event_id", "consent_id", "action", "layer", "language", "notice_hash", "categories", "vendors"];
    let required = required.map(|field| format!("/{field}"));
    for pointer in required.iter().map(String::as_str).chain(["/signals", "/signals/gpc", "/signals/dnt"]) {
        let answer = refusals.with("save", pointer, None).await;
        refusals.check(pointer, &answer, 400, "invalid_field", &field_of(pointer));
    }
    for pointer in ["/email", "/site", "/recorded_at", "/expires_at", "/signals/ip"] {
        let answer = refusals.with("save", pointer, Some(json!("2030-01-01T00:00:00.000Z"))).await;
        refusals.check(pointer, &answer, 400, "invalid_field", &field_of(pointer));
    }
}

#[tokio::test]
async fn a_body_with_a_repeated_key_is_refused() {
    let refusals = Refusals::start().await;
    let consent = request(&refusals.notice_hash, "save").to_string();
    let twice = consent.replacen('{', r#"{"action":"allow_all","#, 1);
    let answer = refusals.api.post_to(SITE, twice).await;
    refusals.check("two actions", &answer, 400, "invalid_field", "action");
    let twice = consent.replacen(r#""youtube":"#, r#""youtube":true,"youtube":"#, 1);
    let answer = refusals.api.post_to(SITE, twice).await;
    refusals.check("two choices for a vendor", &answer, 400, "invalid_field", "vendors.youtube");
    let twice = consent.replacen(r#""audience":"#, r#""audience":true,"audience":"#, 1);
    let answer = refusals.api.post_to(SITE, twice).await;
    refusals.check("two choices for a category", &answer, 400, "invalid_field", "categories.audience");
}

#[tokio::test]
async fn a_body_that_is_not_one_json_object_is_refused() {
    let refusals = Refusals::start().await;
    let consent = request(&refusals.notice_hash, "refuse_all").to_string();
    let bodies = [
        String::new(),
        "event_id=1&action=allow_all".to_owned(),
        consent[..consent.len() - 1].to_owned(),
        format!("{consent}x"),
        format!("{consent}{consent}"),
        format!("\u{feff}{consent}"),
        "[".repeat(10_000),
        consent.replace("refuse_all", "refuse\u{1}all"),
    ];
    for body in bodies {
        let what = body.chars().take(40).collect::<String>();
        let answer = refusals.api.post_to(SITE, body).await;
        refusals.check(&what, &answer, 400, "malformed_json", "");
    }
    let not_utf8 = consent.replace("refuse_all", "refuse?all").into_bytes();
    let not_utf8 =
        not_utf8.into_iter().map(|byte| if byte == b'?' { 0xff } else { byte }).collect::<Vec<_>>();
    let answer = refusals.api.post_to(SITE, not_utf8).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    // Values in the order of the fields are not the fields.
    let values: Vec<Value> = ["event_id", "consent_id", "previous_event_id", "action", "layer", "language"]
        .into_iter()
        .chain(["notice_hash", "categories", "vendors", "signals"])
        .map(|field| request(&refusals.notice_hash, "refuse_all")[field].clone())
        .collect();
    for body in [json!(values), json!([]), json!("x"), json!(1), Value::Null] {
        let answer = refusals.api.post_to(SITE, body.to_string()).await;
        refusals.check(&body.to_string(), &answer, 400, "invalid_field", "");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let refusals = Refusals::start().await;
    let consent = request(&refusals.notice_hash, "refuse_all").to_string();
    for len in [16 * 1024 + 1, 1024 * 1024] {
        let padded = format!("{consent}{}", " ".repeat(len - consent.len()));
        let answer = refusals.api.post_to(SITE, padded).await;
        refusals.check("too large", &answer, 413, "body_too_large", "");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_also_when_it_comes_in_pieces() {
    let refusals = Refusals::start().await;
    let consent = request(&refusals.notice_hash, "refuse_all").to_string();
    let padding = 16 * 1024 - consent.len() + 1;
    let reply = {
        let mut stream = TcpStream::connect(("127.0.0.1", refusals.api.server.port())).unwrap();
        let head = format!(
            "POST /v1/sites/{SITE}/consents HTTP/1.1\r\nHost: x\r\nOrigin: {SITE_ORIGIN}\r\n\
             Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let body = format!("{consent}{}", " ".repeat(padding));
        for piece in body.as_bytes().chunks(4000) {
            stream.write_all(format!("{:x}\r\n", piece.len()).as_bytes()).unwrap();
            stream.write_all(piece).unwrap();
            stream.write_all(b"\r\n").unwrap();
        }
        stream.write_all(b"0\r\n\r\n").unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply
    };
    assert!(reply.starts_with("HTTP/1.1 413 ") && reply.contains("body_too_large"), "{reply}");
    assert_eq!(refusals.api.record_count(), 1);
}

#[tokio::test]
async fn a_page_of_another_origin_or_of_none_is_refused() {
    let refusals = Refusals::start().await;
    let consent = request(&refusals.notice_hash, "refuse_all").to_string();
    let path = format!("/v1/sites/{SITE}/consents");
    let post = || refusals.api.request(Method::POST, &path).body(consent.clone());
    refusals.check("no origin", &answer(post()).await, 403, "origin_not_allowed", "");
    let others = [
        "https://evil.example",
        "http://www.polaire.example",
        "https://www.polaire.example.evil.example",
        "https://www.polaire.example:8443",
        "https://polaire.example",
        "null",
        "",
    ];
    for origin in others {
        let answer = answer(post().header(ORIGIN, origin)).await;
        refusals.check(origin, &answer, 403, "origin_not_allowed", "");
    }
}

#[tokio::test]
async fn an_unknown_site_is_refused() {
    let refusals = Refusals::start().await;
    let consent = request(&refusals.notice_hash, "refuse_all").to_string();
    for site in ["australe", "POLAIRE", "%ff", "a%2Fb", "%00"] {
        let answer = refusals.api.post_to(site, consent.clone()).await;
        refusals.check(site, &answer, 404, "site_unknown", "");
    }
}
