//! Which form of an answer a client gets: media type, compression, or 304 when
//! it has it already (RFC 9110, sections 12 and 13).

use crate::render::body::Body;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    self, Accept, AcceptEncoding, CacheControl, CacheDirective, ContentEncoding, ETag, EntityTag, Header,
    IfNoneMatch, Quality, TryIntoHeaderValue,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};

/// How long a browser may use an answer that can change, in seconds.
const FRESH_S: u32 = 300;
const YEAR_S: u32 = 31_536_000;

/// Answers a request with a body: in the best form that the client accepts, or
/// with 304 when the client has it.
pub fn respond(request: &HttpRequest, body: &Body) -> HttpResponse {
    let tag = EntityTag::new_weak(body.hash().to_string()[..16].to_owned());
    let mut response = HttpResponse::Ok();
    response.insert_header(ETag(tag.clone()));
    response.insert_header(cache_control(body));
    response.insert_header((header::VARY, "Accept-Encoding"));
    let known = match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => request.headers().contains_key(header::IF_NONE_MATCH),
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
        Err(_) => false,
    };
    if known {
        return response.status(StatusCode::NOT_MODIFIED).finish();
    }
    let (encoding, bytes) = best_form(request, body);
    if encoding != ContentEncoding::Identity {
        response.insert_header(encoding);
    }
    response.content_type(body.mime()).body(bytes)
}

fn cache_control(body: &Body) -> CacheControl {
    if body.is_immutable() {
        return CacheControl(immutable());
    }
    CacheControl(vec![CacheDirective::Public, CacheDirective::MaxAge(FRESH_S)])
}

fn best_form(request: &HttpRequest, body: &Body) -> (ContentEncoding, Bytes) {
    let accepted = AcceptEncoding::parse(request).unwrap_or_else(|_| AcceptEncoding(Vec::new()));
    let is_accepted = |encoding: &ContentEncoding| {
        let form = header::Encoding::Known(*encoding);
        !accepted.0.is_empty() && accepted.negotiate([form.clone()].iter()) == Some(form)
    };
    for encoding in [ContentEncoding::Brotli, ContentEncoding::Gzip].into_iter().filter(is_accepted) {
        // The form is made now, if nobody has asked for it before.
        let form = if encoding == ContentEncoding::Brotli { body.brotli() } else { body.gzip() };
        if !form.is_empty() {
            return (encoding, form.clone());
        }
    }
    (ContentEncoding::Identity, body.plain().clone())
}

/// Marks an answer as immutable: its address contains the hash of the notice.
pub fn never_changes(mut response: HttpResponse) -> HttpResponse {
    if let Ok(value) = CacheControl(immutable()).try_into_value() {
        response.headers_mut().insert(header::CACHE_CONTROL, value);
    }
    response
}

fn immutable() -> Vec<CacheDirective> {
    let immutable = CacheDirective::Extension("immutable".into(), None);
    vec![CacheDirective::Public, CacheDirective::MaxAge(YEAR_S), immutable]
}

/// Whether the client prefers `other` to `usual`, both media types without
/// parameters. One without a readable `Accept` header gets the usual.
pub fn prefers(request: &HttpRequest, other: &str, usual: &str) -> bool {
    preferred(request, &[usual, other]) == other
}

/// The media type that the client prefers, of those without parameters that there are. The first one is the
/// usual: it is given where none is preferred, and to a client without a readable `Accept` header.
pub fn preferred<'a>(request: &HttpRequest, types: &[&'a str]) -> &'a str {
    let Ok(accept) = Accept::parse(request) else { return types[0] };
    // Of equals `max_by_key` takes the last.
    types.iter().rev().copied().max_by_key(|media| quality(&accept, media)).unwrap_or_default()
}

/// How much a media type is wanted: by the most specific range that it falls in.
fn quality(accept: &Accept, wanted: &str) -> Quality {
    let specificity = |range: &str| match range.strip_suffix('*') {
        None => (range == wanted).then_some(2),
        Some("*/") => Some(0),
        Some(kind) => wanted.starts_with(kind).then_some(1),
    };
    let matching =
        accept.iter().filter_map(|range| Some((specificity(range.item.essence_str())?, range.quality)));
    matching.max().map_or(Quality::ZERO, |(_, quality)| quality)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    const JSON: &str = "application/json";
    const JSON_LD: &str = "application/ld+json";

    #[test]
    fn the_form_with_the_higher_quality_is_chosen_and_the_usual_one_when_they_are_equal() {
        let cases = [
            ("application/ld+json", true),
            ("application/ld+json; profile=\"http://www.w3.org/ns/json-ld#expanded\"", true),
            ("APPLICATION/LD+JSON", true),
            ("application/ld+json, application/json;q=0.9", true),
            ("text/html, application/ld+json;q=0.1", true),
            ("application/ld+json, */*;q=0.5", true),
            ("application/json;q=0.2, application/*;q=0.4", true),
            ("application/json, application/ld+json", false),
            ("application/json, application/ld+json;q=0.9", false),
            ("application/ld+json;q=0", false),
            ("application/*, application/ld+json;q=0", false),
            ("application/*", false),
            ("*/*", false),
            ("text/html", false),
            ("", false),
            ("ld+json", false),
        ];
        for (accept, expected) in cases {
            let request = TestRequest::default().insert_header(("accept", accept)).to_http_request();
            assert_eq!(prefers(&request, JSON_LD, JSON), expected, "{accept}");
        }
        assert!(!prefers(&TestRequest::default().to_http_request(), JSON_LD, JSON));
    }

    #[test]
    fn several_headers_are_one_list() {
        let request = TestRequest::default()
            .append_header(("accept", "application/json;q=0.5"))
            .append_header(("accept", "application/ld+json"))
            .to_http_request();
        assert!(prefers(&request, JSON_LD, JSON));
    }
}
