//! What the head of a request says, as several answers need it.

use actix_web::http::header::{COOKIE, HOST, HeaderMap, HeaderName};
use actix_web::http::uri::Authority;

/// The value of a field that is there once.
pub fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name);
    let value = values.next()?.to_str().ok();
    value.filter(|_| values.next().is_none())
}

/// The host that was asked, with its port. It is the browser's own word, where no proxy replaces it.
pub fn host(headers: &HeaderMap) -> Option<Authority> {
    only(headers, &HOST)?.parse().ok()
}

/// The cookies that a request carries, by name and value. What is no pair is passed over, and so is one with bytes that
/// are no text: a page may write any into a cookie of its own.
pub fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let pairs = headers.get_all(COOKIE).flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    pairs.filter_map(|pair| std::str::from_utf8(pair).ok()?.trim().split_once('='))
}
