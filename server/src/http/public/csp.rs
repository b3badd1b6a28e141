//! `GET /v1/sites/{site}/csp`: the Content Security Policy of the visitor's choice, for the server of the site's
//! pages (`docs/csp.md`).

use super::lookup::find_site;
use crate::consent::carried;
use crate::http::app::App;
use crate::http::problem::ApiError;
use crate::http::request_head;
use crate::render::policy::{POLICY_BYTES_MAX, policy};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, VARY};
use actix_web::http::uri::Authority;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::Code;

/// By which the loader knows in the page that it was delivered with such a policy.
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// The policy of the request's consent cookie, as a header and as text. The site's server copies the header.
pub async fn get(request: HttpRequest, app: Data<App>, site: Path<String>) -> Result<HttpResponse, ApiError> {
    let served = find_site(&app, &site)?;
    let headers = request.headers();
    let allowed = carried::allowed(request_head::cookies(headers), &served, app.clock.best_time());
    let policy = policy(&served.site, &allowed, plain_host(headers).as_ref().map(Authority::as_str));
    if policy.len() > POLICY_BYTES_MAX {
        let detail = "Name whole domains in `hosts` and `csp_hosts` of the site file, such as *.example.com.";
        return Err(ApiError::new(Code::PolicyTooLong, detail));
    }
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_SECURITY_POLICY, policy.clone()))
        .insert_header((SERVER_TIMING, "constat"))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((VARY, "Cookie"))
        .content_type("text/plain; charset=utf-8")
        .body(policy))
}

/// The host that was asked, where it is nothing but a host.
fn plain_host(headers: &HeaderMap) -> Option<Authority> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    request_head::host(headers).filter(|asked| asked.as_str().chars().all(is_plain))
}
