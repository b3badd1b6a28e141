//! In which language somebody reads a page whose address names no site.

use super::query;
use actix_web::HttpRequest;
use actix_web::http::header::{AcceptLanguage, Header};
use constat_shared::Language;

/// The language of the address (`?language=fr`), else the one that the browser prefers, else English.
pub fn of(request: &HttpRequest) -> Language {
    let chosen = query::value(request, "language").and_then(|code| Language::parse(&code));
    chosen.or_else(|| preferred(request)).unwrap_or(Language::En)
}

/// The first language that the browser names and Constat speaks (RFC 9110, section 12.5.4).
fn preferred(request: &HttpRequest) -> Option<Language> {
    let accepted = AcceptLanguage::parse(request).ok()?;
    let tags = accepted.ranked();
    tags.into_iter().find_map(|tag| {
        let tag = tag.item()?.as_str().to_ascii_lowercase();
        Language::parse(tag.split('-').next().unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn the_address_comes_before_the_browser_and_the_browser_before_english() {
        let ask = |path: &str, accepts: &str| {
            let request = TestRequest::with_uri(path).insert_header(("Accept-Language", accepts));
            of(&request.to_http_request())
        };
        assert_eq!(ask("/console/sign-in?language=de", "fr"), Language::De);
        assert_eq!(ask("/console/sign-in", "es, nl-BE;q=0.8, fr;q=0.9"), Language::Fr);
        assert_eq!(ask("/console/sign-in?language=xx", "NL-be"), Language::Nl);
        assert_eq!(ask("/console/sign-in", "es"), Language::En);
        assert_eq!(ask("/console/sign-in", ",;q=x"), Language::En);
    }
}
