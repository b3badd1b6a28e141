//! `GET /v1/sites/{site}/vendors`: the third parties, by category.

use super::lookup::find_site;
use crate::http::app::App;
use crate::http::negotiation::respond;
use crate::http::problem::ApiError;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::Language;
use serde::Deserialize;

/// In which language.
#[derive(Deserialize)]
pub struct InLanguage {
    /// The code; without it the site's main language.
    lang: Option<String>,
}

/// The site's vendors with everything declared about them.
pub async fn get(
    request: HttpRequest,
    app: Data<App>,
    site: Path<String>,
    query: Query<InLanguage>,
) -> Result<HttpResponse, ApiError> {
    let site = find_site(&app, &site)?;
    let language = match &query.lang {
        None => site.notice().main_language(),
        Some(code) => Language::parse(code).ok_or_else(ApiError::language_unknown)?,
    };
    let pages = site.pages.get(&language).ok_or_else(ApiError::language_unknown)?;
    Ok(respond(&request, &pages.vendors))
}
