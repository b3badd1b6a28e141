//! CORS (Fetch, section 3.2): which pages may read an answer, and what the page's own code may add to a
//! request. What is public may be read by every page, and never depends on `Origin`, because caches on the
//! way keep one answer for all. What is a visitor's is given to the pages of the site; another page may
//! read why it is refused (`docs/decisions/0058-refusals-are-readable.md`).

use super::origin;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::guard::{Guard, GuardContext};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderValue,
    ORIGIN, VARY,
};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, ResponseError, Route, web};

/// The most headers that a preflight allows beside those that need none. Monitoring scripts add one to six.
const HEADERS_MAX: usize = 32;
/// The most bytes of the name of one.
const HEADER_BYTES_MAX: usize = 64;
/// How long a browser may keep the answer to a preflight, in seconds.
const MAX_AGE_S: u32 = 86_400;

/// Answers the preflights of an address with these methods. Which page asks does not matter: it learns
/// what is allowed, and the request itself is checked.
pub fn preflight(methods: &str) -> Route {
    let methods = methods.to_owned();
    let answer = move |request: HttpRequest| {
        let mut response = HttpResponse::NoContent();
        response.insert_header((ACCESS_CONTROL_ALLOW_METHODS, methods.clone()));
        response.insert_header((ACCESS_CONTROL_MAX_AGE, MAX_AGE_S));
        response.insert_header((VARY, "Access-Control-Request-Method, Access-Control-Request-Headers"));
        let headers = allowed_headers(&request);
        if !headers.is_empty() {
            response.insert_header((ACCESS_CONTROL_ALLOW_HEADERS, headers));
        }
        std::future::ready(response.finish())
    };
    web::route().guard(IsPreflight).to(answer)
}

struct IsPreflight;

impl Guard for IsPreflight {
    fn check(&self, context: &GuardContext<'_>) -> bool {
        let head = context.head();
        head.method == Method::OPTIONS && head.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
    }
}

/// The names of headers that a page wants to send, as far as they are names.
fn allowed_headers(request: &HttpRequest) -> String {
    let lines = request.headers().get_all(ACCESS_CONTROL_REQUEST_HEADERS);
    let names = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    let names = names.map(str::trim).filter(|name| is_header_name(name));
    names.take(HEADERS_MAX).collect::<Vec<_>>().join(", ")
}

/// A token (RFC 9110, section 5.6.2).
fn is_header_name(name: &str) -> bool {
    let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    (1..=HEADER_BYTES_MAX).contains(&name.len()) && name.bytes().all(is_of_token)
}

/// Lets every page read an answer, whatever it is.
///
/// # Errors
/// Those of the route.
pub async fn for_every_page(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    let mut response = next.call(request).await?;
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    Ok(response)
}

/// Refuses a page that is not the site's before anything is read or done, and lets every page read its
/// answer, which is then a refusal.
///
/// # Errors
/// Those of the route.
pub async fn for_pages_of_the_site(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> actix_web::Result<ServiceResponse<impl MessageBody>> {
    let origin = request.headers().get(ORIGIN).cloned();
    let checked = if *request.method() == Method::OPTIONS { Ok(()) } else { origin::check(&request) };
    let mut response = match checked {
        Ok(()) => next.call(request).await?.map_into_left_body(),
        Err(refused) => request.into_response(refused.error_response()).map_into_right_body(),
    };
    response.headers_mut().append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn allowed(lines: &[&str]) -> String {
        let request = lines.iter().fold(TestRequest::default(), |request, line| {
            request.append_header((ACCESS_CONTROL_REQUEST_HEADERS, *line))
        });
        allowed_headers(&request.to_http_request())
    }

    #[test]
    fn the_headers_that_a_page_wants_to_send_are_allowed_as_far_as_they_are_names() {
        assert_eq!(allowed(&["authorization,traceparent"]), "authorization, traceparent");
        assert_eq!(allowed(&["a", "b ,c"]), "a, b, c");
        assert_eq!(allowed(&["a b, , x:y, (z), \"q\", good", "é"]), "good");
        assert_eq!(allowed(&[]), "");
    }

    #[test]
    fn they_are_so_many_and_so_long_at_most() {
        let long = "x".repeat(HEADER_BYTES_MAX);
        assert_eq!(allowed(&[&format!("{long}, {long}y")]), long);
        let many: Vec<_> = (0..2 * HEADERS_MAX).map(|number| format!("x-{number}")).collect();
        assert_eq!(allowed(&[&many.join(",")]), many[..HEADERS_MAX].join(", "));
    }
}
