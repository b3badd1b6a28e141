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

/// The cookies that a request carries, by name and value. What is no pair is passed over.
pub fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lines = headers.get_all(COOKIE).filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='))
}
