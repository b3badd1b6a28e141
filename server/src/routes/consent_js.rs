//! `GET /v1/sites/{site}/consent.js`: the loader with the site's settings.

use super::problem::ApiError;
use crate::app::App;
use crate::served::ServedSite;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::SiteId;
use std::sync::Arc;

/// The script of the script tag.
pub async fn get(request: HttpRequest, app: Data<App>, site: Path<String>) -> Result<HttpResponse, ApiError> {
    Ok(find_site(&app, &site)?.consent_js.respond(&request))
}

/// The site of an address.
pub fn find_site(app: &App, id: &str) -> Result<Arc<ServedSite>, ApiError> {
    let id = SiteId::parse(id).map_err(|_| ApiError::site_unknown())?;
    app.sites.get(&id).ok_or_else(ApiError::site_unknown)
}
