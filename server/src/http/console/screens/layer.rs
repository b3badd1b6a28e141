//! The first layer of a notice, drawn again: by the banner's own component, with the style that visitors got.

use super::notices::{hash_of, site_of};
use crate::access::error::Refusal;
use crate::http::console::answer::refused;
use crate::http::console::state::{Console, console, on_console};
use crate::http::console::view::notice::{DrawnLayer, LayerFiles};
use crate::http::console::who::{May, NoticesRead};
use crate::render::consent_js::css;
use crate::render::pages;
use crate::render::site::{files_that_show, show_the_same};
use crate::store::notice_of_site;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Hash, Language, PublishedNotice};
use std::collections::BTreeMap;

/// The style of the first layer, byte for byte as the log has its SHA-256 (`first_layer.css`) if this program
/// is the one that served it.
pub async fn style(
    may: May<NoticesRead>,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> HttpResponse {
    let (site, hash) = path.into_inner();
    let site = site_of(&site);
    let console = console(&request);
    let read = on_console(&console, move |console, _| {
        let hash = hash_of(&hash)?;
        let notice = notice_of_site(&*console.app.store, &site, hash)?.ok_or(Refusal::SiteUnknown)?;
        Ok(css(&notice))
    });
    match read.await {
        Ok(css) => HttpResponse::Ok().content_type("text/css; charset=utf-8").body(css),
        Err(error) => refused(&request, Some(&may.session), &error),
    }
}

/// Draws the first layer of a notice in a language that it speaks.
pub fn drawn(notice: &PublishedNotice, language: Language, files: LayerFiles) -> Option<DrawnLayer> {
    let html = pages::first_layer(notice, language)?;
    let (site, hash) = (&notice.site, notice.notice_hash());
    let style_href = format!("/console/sites/{site}/notices/{hash}/first_layer.css");
    Some(DrawnLayer { html, style_href, files })
}

/// Whether this program shows a notice by the files that the log names.
pub fn compared(
    console: &Console,
    notice: &PublishedNotice,
    logged: Option<&BTreeMap<String, Hash>>,
) -> LayerFiles {
    match logged.filter(|files| !files.is_empty()) {
        None => LayerFiles::Unknown,
        Some(files) if show_the_same(files, &files_that_show(notice, &console.app.assets)) => {
            LayerFiles::Same
        }
        Some(_) => LayerFiles::Changed,
    }
}
