//! What is true of every body the server makes once and serves many times.

use constat_tests::api::{Answer, Api, answer};
use reqwest::Method;
use std::io::Read;

/// What a client accepts, and the form it must get. `br` is smaller than `gzip`.
const ACCEPTED: [(Option<&str>, &str); 13] = [
    (None, ""),
    (Some(""), ""),
    (Some("br"), "br"),
    (Some("gzip"), "gzip"),
    (Some("GZIP"), "gzip"),
    (Some("gzip, deflate, br, zstd"), "br"),
    (Some("br;q=0"), ""),
    (Some("br;q=0, gzip"), "gzip"),
    (Some("gzip;q=0, br;q=0.0"), ""),
    (Some("*;q=0, gzip;q=0.5"), "gzip"),
    (Some("identity"), ""),
    (Some("deflate, zstd"), ""),
    (Some("br;q=nonsense"), ""),
];

/// GETs a path with one request header.
pub async fn get_with(api: &Api, path: &str, name: &str, value: &str) -> Answer {
    answer(api.request(Method::GET, path).header(name, value)).await
}

/// Every form has the same content and the same entity tag.
pub async fn is_served_in_the_form_asked_for(api: &Api, path: &str) {
    let plain = api.get(path).await;
    for (accepted, encoding) in ACCEPTED {
        let answer = match accepted {
            Some(accepted) => get_with(api, path, "accept-encoding", accepted).await,
            None => api.get(path).await,
        };
        let what = format!("{path} {accepted:?}");
        assert_eq!((answer.status, answer.header("content-encoding")), (200, encoding), "{what}");
        assert!(answer.header("vary").to_lowercase().contains("accept-encoding"), "{what}");
        assert!(decoded(&answer) == plain.body, "{what}: another body");
        for header in ["etag", "content-type", "cache-control"] {
            assert_eq!(answer.header(header), plain.header(header), "{what}");
        }
        if !encoding.is_empty() {
            assert!(answer.body.len() < plain.body.len(), "{what}: {} bytes", answer.body.len());
        }
    }
}

fn decoded(answer: &Answer) -> Vec<u8> {
    let mut plain = Vec::new();
    let body = &answer.body[..];
    match answer.header("content-encoding") {
        "br" => brotli::BrotliDecompress(&mut &*body, &mut plain).map(|()| 0),
        "gzip" => flate2::read::GzDecoder::new(body).read_to_end(&mut plain),
        _ => return body.to_vec(),
    }
    .expect("the body has the encoding of its header");
    plain
}

/// A client that has it gets 304 without the body.
pub async fn is_not_sent_again(api: &Api, path: &str) {
    let whole = api.get(path).await;
    let tag = whole.header("etag");
    let strong = tag.trim_start_matches("W/");
    assert!(strong.starts_with('"') && strong.len() > 10, "{path}: {tag}");
    for known in [tag, strong, "*", &format!("\"other\", {tag}")] {
        let answer = get_with(api, path, "if-none-match", known).await;
        assert_eq!((answer.status, answer.body.len()), (304, 0), "{path} {known}");
        for header in ["etag", "cache-control"] {
            assert_eq!(answer.header(header), whole.header(header), "{path} {known}");
        }
    }
    for other in ["\"other\"", "nonsense", &strong[1..strong.len() - 1]] {
        assert_eq!(get_with(api, path, "if-none-match", other).await.status, 200, "{path} {other}");
    }
}

/// HEAD is GET without the body.
pub async fn answers_head_as_get(api: &Api, path: &str) {
    let get = api.get(path).await;
    let head = answer(api.request(Method::HEAD, path)).await;
    assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
    for header in ["etag", "content-type", "content-length", "cache-control", "vary"] {
        assert_eq!(head.header(header), get.header(header), "{path}");
    }
}

/// Any other method is refused, and the answer names those that are not.
pub async fn answers_no_other_method(api: &Api, path: &str) {
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = answer(api.request(method.clone(), path)).await;
        let what = format!("{method} {path}");
        assert_eq!(answer.status, 405, "{what}");
        answer.assert_problem(&what, "method_not_allowed", "");
        let allowed: Vec<_> = answer.header("allow").split(',').map(str::trim).collect();
        assert_eq!(allowed, ["GET", "HEAD"], "{what}");
    }
}

/// A cache may keep it for a while and has to ask again afterwards.
pub fn may_change(answer: &Answer) {
    let cache = answer.header("cache-control");
    assert!(cache.contains("max-age=") && !cache.contains("immutable"), "{cache}");
}

/// A cache may keep it for ever: its address names its content.
pub fn is_immutable(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
}
