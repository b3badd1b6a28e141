//! `GET /v1/sites/{site}/notice/{language}` and `…/banner/{language}`, and
//! `GET /v1/notices/{notice_hash}`.

use super::lookup::{find_site, notice_hash, notice_unknown};
use crate::http::app::App;
use crate::http::deadline::on_store;
use crate::http::negotiation::{never_changes, respond};
use crate::http::problem::ApiError;
use crate::render::earlier::Earlier;
use crate::render::pages::Pages;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::Language;
use serde::Deserialize;
use std::sync::Arc;

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
    let body = match app.earlier.kept_whole(hash) {
        Some(body) => body,
        None => {
            let earlier = Arc::clone(&app.earlier);
            on_store(&app, move |store| earlier.whole(store, hash)).await?.ok_or_else(notice_unknown)?
        }
    };
    Ok(respond(&request, &body))
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
    let asked = query.notice.as_deref().map(notice_hash).transpose()?;
    let Some(hash) = asked.filter(|hash| *hash != site.notice().notice_hash()) else {
        let response = site.pages.get(&language).map(answer).ok_or_else(ApiError::language_unknown)?;
        return Ok(if asked.is_some() { never_changes(response) } else { response });
    };
    let id = site.notice().site.clone();
    if let Some(pages) = app.earlier.kept(&id, hash, language) {
        return Ok(answer(&pages));
    }
    let earlier = Arc::clone(&app.earlier);
    match on_store(app, move |store| earlier.pages(store, &id, hash, language)).await? {
        Earlier::Pages(pages) => Ok(answer(&pages)),
        Earlier::NoticeUnknown => Err(notice_unknown()),
        Earlier::LanguageUnknown => Err(ApiError::language_unknown()),
    }
}
