//! The bearer token that a request shows.

use super::request_head::only;
use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;

/// The bearer token of a request (RFC 6750, section 2.1). One header: of several, nobody could say which
/// counts. Another scheme, such as the password of a test site, is not for Constat.
pub fn bearer(request: &HttpRequest) -> Option<String> {
    let (scheme, token) = only(request.headers(), &AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::credential::Credential;
    use actix_web::test::TestRequest;

    fn request(headers: &[&str]) -> HttpRequest {
        let request = headers
            .iter()
            .fold(TestRequest::default(), |request, value| request.append_header((AUTHORIZATION, *value)));
        request.to_http_request()
    }

    #[test]
    fn one_header_of_the_bearer_scheme_is_a_token() {
        assert_eq!(bearer(&request(&["bEaReR  a.b.c "])).as_deref(), Some("a.b.c"));
        for none in [&[][..], &["Basic YTpi"], &["Bearer"], &["a.b.c"]] {
            assert_eq!(bearer(&request(none)), None, "{none:?}");
        }
    }

    #[test]
    fn of_two_headers_none_counts_for_visitors_and_for_programs() {
        for pair in [["Bearer a.b.c", "Bearer d.e.f"], ["Basic YTpi", "Bearer a.b.c"], ["Bearer a.b.c", ""]] {
            assert_eq!(bearer(&request(&pair)), None, "{pair:?}");
            assert!(matches!(Credential::of(bearer(&request(&pair))), Credential::Nothing), "{pair:?}");
        }
        assert!(matches!(Credential::of(bearer(&request(&["Bearer a.b.c"]))), Credential::Receipt(_)));
    }
}
