//! The layers of a notice, drawn again: by the banner's own components, with the styles that visitors got.

use super::notices::{hash_of, site_of};
use crate::access::error::Refusal;
use crate::http::console::answer::refused;
use crate::http::console::state::{Console, console, on_console};
use crate::http::console::view::notice::{DrawnLayer, LayerFiles, Switches};
use crate::http::console::who::{May, NoticesRead};
use crate::render::consent_js::css;
use crate::render::pages;
use crate::render::site::{files_that_show, show_the_same};
use crate::store::notice_of_site;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Action, Choices, Hash, Language, PublishedNotice, Record};
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
pub fn first(notice: &PublishedNotice, language: Language, files: LayerFiles) -> Option<DrawnLayer> {
    let html = pages::first_layer(notice, language)?;
    Some(DrawnLayer { html, style_hrefs: vec![style_href(notice)], files, switches: None })
}

/// Draws the configuration layer of a notice in a language that it speaks, as on a first visit.
pub fn configuration(notice: &PublishedNotice, language: Language, files: LayerFiles) -> Option<DrawnLayer> {
    let html = pages::configuration_layer(notice, language, None, None)?;
    Some(configuration_of(notice, html, files, Switches::Off))
}

/// Draws the configuration layer that an answer was given on, after the answer before.
pub fn configuration_of_answer(
    notice: &PublishedNotice,
    record: &Record,
    before: Option<&Record>,
    files: LayerFiles,
) -> Option<DrawnLayer> {
    // An answer on other terms is not shown again: the visitor was asked anew.
    let before = before.filter(|before| before.terms_hash == record.terms_hash).map(choices);
    let saved = (record.action == Action::Save).then(|| choices(record));
    let html = pages::configuration_layer(notice, record.language, before.as_ref(), saved.as_ref())?;
    let switches = if saved.is_some() { Switches::Saved } else { Switches::Opened };
    Some(configuration_of(notice, html, files, switches))
}

fn configuration_of(
    notice: &PublishedNotice,
    html: String,
    files: LayerFiles,
    switches: Switches,
) -> DrawnLayer {
    let style_hrefs = vec![style_href(notice), "/console/configuration.css".to_owned()];
    DrawnLayer { html, style_hrefs, files, switches: Some(switches) }
}

fn choices(record: &Record) -> Choices {
    Choices { categories: record.categories.clone(), vendors: record.vendors.clone() }
}

fn style_href(notice: &PublishedNotice) -> String {
    format!("/console/sites/{}/notices/{}/first_layer.css", notice.site, notice.notice_hash())
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
