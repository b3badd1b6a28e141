//! `GET /v1/sites/{site}/notice/{language}` and `…/banner/{language}`, and
//! `GET /v1/notices/{notice_hash}`.

use super::lookup::{find_site, notice_hash, notice_unknown};
use crate::http::app::App;
use crate::http::deadline::{aside, on_store};
use crate::http::negotiation::{for_ever, respond};
use crate::http::problem::ApiError;
use crate::render::body::Body;
use crate::render::pages::Pages;
use crate::store::{NoticeStore, notice_of_site};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Language, canonical};
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
    shown(&app, &path.0, &path.1, &query, |pages| respond(&request, &pages.notice)).await
}

/// The first layer in one language, as HTML with the loader's own texts.
pub async fn banner(
    request: HttpRequest,
    app: Data<App>,
    path: Path<(String, String)>,
    query: Query<Shown>,
) -> Result<HttpResponse, ApiError> {
    shown(&app, &path.0, &path.1, &query, |pages| respond(&request, &pages.banner)).await
}

/// A whole notice in every language, as canonical JSON: what its hash is the hash of.
pub async fn get_by_hash(
    request: HttpRequest,
    app: Data<App>,
    hash: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let hash = notice_hash(&hash)?;
    let notice =
        on_store(&app, move |store| NoticeStore::notice(store, &hash)).await?.ok_or_else(notice_unknown)?;
    Ok(respond(&request, &Body::immutable_plain("application/json", canonical::to_vec(&notice))))
}

/// Answers with what a site shows in a language, by the notice asked for.
async fn shown(
    app: &App,
    site: &str,
    language: &str,
    query: &Shown,
    answer: impl FnOnce(&Pages) -> HttpResponse,
) -> Result<HttpResponse, ApiError> {
    let site = find_site(app, site)?;
    let language = Language::parse(language).ok_or_else(ApiError::language_unknown)?;
    let hash = match &query.notice {
        None => site.notice().notice_hash(),
        Some(text) => notice_hash(text)?,
    };
    if hash == site.notice().notice_hash() {
        let response = site.pages.get(&language).map(answer).ok_or_else(ApiError::language_unknown)?;
        return Ok(if query.notice.is_some() { for_ever(response) } else { response });
    }
    let id = site.notice().site.clone();
    let earlier =
        on_store(app, move |store| notice_of_site(store, &id, hash)).await?.ok_or_else(notice_unknown)?;
    let pages = aside(move || Pages::new(&earlier, language, Body::immutable_plain)).await?;
    pages.as_ref().map(answer).ok_or_else(ApiError::language_unknown)
}
