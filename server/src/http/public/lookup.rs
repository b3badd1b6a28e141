//! What an address names (a site, a log, a notice), and what its request shows.

use crate::consent::credential::Credential;
use crate::http::app::App;
use crate::http::bearer::bearer;
use crate::http::problem::ApiError;
use crate::render::site::ServedSite;
use actix_web::HttpRequest;
use constat_shared::{Code, Hash, LogId, SiteId};
use std::sync::Arc;

/// What a request shows.
pub fn credential(request: &HttpRequest) -> Credential {
    Credential::of(bearer(request))
}

/// The site of an address.
pub fn find_site(app: &App, id: &str) -> Result<Arc<ServedSite>, ApiError> {
    let id = SiteId::parse(id).map_err(|_| ApiError::site_unknown())?;
    app.sites.get(&id).ok_or_else(ApiError::site_unknown)
}

/// The log of an address, whether it has leaves or not.
pub fn find_log(app: &App, site: &str, name: &str) -> Result<LogId, ApiError> {
    let site = find_site(app, site)?.notice().site.clone();
    LogId::named(site, name).ok_or_else(log_unknown)
}

/// No log of that name, or no such leaf or size of it.
pub fn log_unknown() -> ApiError {
    ApiError::new(
        Code::LogUnknown,
        "Ask for a month in which the site took records (2026-03, or 2026-03/2of4 where it has \
         several logs a month), and for leaves and sizes it has.",
    )
}

/// The notice hash of an address.
pub fn notice_hash(text: &str) -> Result<Hash, ApiError> {
    Hash::parse(text).map_err(|_| notice_unknown())
}

/// No notice of that hash.
pub fn notice_unknown() -> ApiError {
    ApiError::new(Code::NoticeUnknown, "Take the hash from a record or from the notice route.")
}
