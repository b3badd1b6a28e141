//! `GET /v1/sites/{site}/consent.js`: the loader with the site's settings.

use super::lookup::find_site;
use crate::http::app::App;
use crate::http::negotiation::respond;
use crate::http::problem::ApiError;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// The script of the script tag.
pub async fn get(request: HttpRequest, app: Data<App>, site: Path<String>) -> Result<HttpResponse, ApiError> {
    Ok(respond(&request, &find_site(&app, &site)?.consent_js))
}
