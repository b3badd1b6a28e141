//! Which pages may speak for a site: CORS, and the `Origin` of what is posted.

use super::app::App;
use super::problem::ApiError;
use crate::site::Site;
use actix_cors::Cors;
use actix_web::HttpRequest;
use actix_web::http::{Method, header};
use actix_web::web::Data;
use constat_shared::{Code, SiteId};

/// Allows the origins of the site in the address and no others (Fetch, section 3.2).
pub fn cors(app: Data<App>) -> Cors {
    Cors::default()
        .allowed_origin_fn(move |origin, request| {
            let site = request.uri.path().split('/').nth(3).and_then(|id| SiteId::parse(id).ok());
            let site = site.and_then(|id| app.sites.get(&id));
            site.is_some_and(|site| origin.to_str().is_ok_and(|origin| site.site.allows_origin(origin)))
        })
        .allowed_methods([Method::GET, Method::POST, Method::DELETE])
        .allowed_headers([header::CONTENT_TYPE, header::AUTHORIZATION])
        .max_age(86_400)
}

/// Compares the page's origin, which browsers name with every POST; it is never kept.
///
/// # Errors
/// A problem, when it is no origin of the site.
pub fn check(request: &HttpRequest, site: &Site) -> Result<(), ApiError> {
    let origin = request.headers().get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    // A page served by this very server, as the demo is, belongs to it.
    let own = |origin: &str| origin.split_once("://").is_some_and(|(_, authority)| Some(authority) == host);
    if origin.is_some_and(|origin| site.allows_origin(origin) || own(origin)) {
        return Ok(());
    }
    Err(ApiError::new(Code::OriginNotAllowed, "Name the page's origin in `origins` of the site file."))
}
