//! `GET /verify/`: the verifier as a page, for files that never leave the reader's computer.

use crate::http::app::App;
use crate::http::negotiation::respond;
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, X_FRAME_OPTIONS,
};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

/// The page. It may run its own script and nothing else, fetch nothing, send
/// nothing, and stand in no other page's frame.
pub async fn get(request: HttpRequest, app: Data<App>) -> HttpResponse {
    let mut response = respond(&request, &app.assets.verify);
    let policy = format!("{}; frame-ancestors 'none'", app.assets.verify_policy);
    let headers = [
        (CONTENT_SECURITY_POLICY, HeaderValue::from_str(&policy)),
        (X_FRAME_OPTIONS, Ok(HeaderValue::from_static("DENY"))),
        (REFERRER_POLICY, Ok(HeaderValue::from_static("no-referrer"))),
        (HeaderName::from_static("cross-origin-opener-policy"), Ok(HeaderValue::from_static("same-origin"))),
    ];
    for (name, value) in headers {
        // xtask writes the policy in ASCII; without it the page must not go out.
        match value {
            Ok(value) => drop(response.headers_mut().insert(name, value)),
            Err(_) => return HttpResponse::InternalServerError().finish(),
        }
    }
    response
}
