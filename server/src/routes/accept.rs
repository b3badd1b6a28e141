//! Which of two forms of an answer a client wants (RFC 9110, section 12.5.1).

use actix_web::HttpRequest;
use actix_web::http::header::{Accept, Header, Quality};

/// Whether the client prefers `other` to `usual`, both media types without
/// parameters. One that says nothing, or nothing that can be read, gets the usual.
pub fn prefers(request: &HttpRequest, other: &str, usual: &str) -> bool {
    let Ok(accept) = Accept::parse(request) else { return false };
    quality(&accept, other) > quality(&accept, usual)
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
