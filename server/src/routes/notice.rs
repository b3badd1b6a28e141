//! `GET /v1/sites/{site}/notice/{language}` and `GET /v1/notices/{notice_hash}`.

use super::blocking::{aside, on_store, published};
use super::consent_js::find_site;
use super::problem::ApiError;
use crate::app::App;
use crate::body::{self, Body};
use crate::served::Pages;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Code, Hash, Language, canonical};
use serde::Deserialize;

/// Which notice is asked for.
#[derive(Deserialize)]
pub struct Shown {
    /// Its hash; without it the current one. A page that was loaded before the
    /// notice changed goes on showing the one its records will name.
    notice: Option<String>,
}

/// The notice in one language, as the widget shows it.
pub async fn get(
    request: HttpRequest,
    app: Data<App>,
    path: Path<(String, String)>,
    query: Query<Shown>,
) -> Result<HttpResponse, ApiError> {
    shown(&app, &path.0, &path.1, &query, |pages| pages.notice.respond(&request)).await
}

/// A whole notice in every language, as canonical JSON: what its hash is the hash of.
pub async fn get_by_hash(
    request: HttpRequest,
    app: Data<App>,
    hash: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let hash = Hash::parse(&hash).map_err(|_| notice_unknown())?;
    let notice = on_store(&app, move |store| store.notice(&hash)).await?;
    let json = canonical::to_vec(&notice.ok_or_else(notice_unknown)?);
    let mut response = Body::immutable_plain("application/json", json).respond(&request);
    // What a site shows everybody, anybody may read.
    let anyone = actix_web::http::header::HeaderValue::from_static("*");
    response.headers_mut().insert(actix_web::http::header::ACCESS_CONTROL_ALLOW_ORIGIN, anyone);
    Ok(response)
}

/// Answers with what a site shows in a language, by the notice asked for.
pub async fn shown(
    app: &App,
    site: &str,
    language: &str,
    query: &Shown,
    respond: impl FnOnce(&Pages) -> HttpResponse,
) -> Result<HttpResponse, ApiError> {
    let site = find_site(app, site)?;
    let language = Language::parse(language).ok_or_else(ApiError::language_unknown)?;
    let hash = match &query.notice {
        None => site.notice().notice_hash(),
        Some(text) => Hash::parse(text).map_err(|_| notice_unknown())?,
    };
    if hash == site.notice().notice_hash() {
        let response = site.pages.get(&language).map(respond).ok_or_else(ApiError::language_unknown)?;
        return Ok(if query.notice.is_some() { body::for_ever(response) } else { response });
    }
    let earlier = published(app, &site.notice().site, hash).await?.ok_or_else(notice_unknown)?;
    let pages = aside(move || Pages::new(&earlier, language, Body::immutable_plain)).await?;
    pages.as_ref().map(respond).ok_or_else(ApiError::language_unknown)
}

fn notice_unknown() -> ApiError {
    ApiError::new(Code::NoticeUnknown, "Take the hash from a record or from the notice route.")
}
