//! The page that is photographed: a small server of its own, on a free port of
//! this machine, that gives the loader and the widget what `constat serve`
//! gives them and can do nothing else. It has no store, so nothing is recorded.

use super::negotiation::respond;
use crate::failure::Failure;
use crate::render::assets::Assets;
use crate::render::site::ServedSite;
use actix_web::dev::ServerHandle;
use actix_web::web::{self, Data, Path, ServiceConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt};
use constat_shared::Language;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;

/// The server, until [`SnapshotPage::stop`].
pub struct SnapshotPage {
    origin: String,
    handle: ServerHandle,
}

struct Shown {
    site: ServedSite,
    assets: Arc<Assets>,
}

impl SnapshotPage {
    /// Serves a site and a host page for each of its languages.
    ///
    /// # Errors
    /// A sentence, when no port is free.
    pub fn start(site: ServedSite, assets: Arc<Assets>) -> Result<SnapshotPage, Failure> {
        let failed = |error| Failure::new(format!("the page to photograph cannot be served: {error}"));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let shown = Data::new(Shown { site, assets });
        let server = HttpServer::new(move || App::new().app_data(shown.clone()).configure(configure));
        let server = server.workers(1).listen(listener).map_err(failed)?.disable_signals().run();
        let handle = server.handle();
        rt::spawn(server);
        Ok(SnapshotPage { origin: format!("http://{}:{port}", Ipv4Addr::LOCALHOST), handle })
    }

    /// Where it is; the page of a language lies at `/{language}`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Stops it at once.
    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

fn configure(config: &mut ServiceConfig) {
    config
        .route("/{language}", web::get().to(page))
        .route("/v1/sites/{site}/consent.js", web::get().to(consent_js))
        .route("/v1/sites/{site}/banner/{language}", web::get().to(banner))
        .route("/v1/sites/{site}/notice/{language}", web::get().to(notice))
        .route("/assets/{file}", web::get().to(asset));
}

/// A page with the site's script tag. It names the notice it shows, in no
/// language, so that a picture names it too.
async fn page(shown: Data<Shown>, language: Path<String>) -> HttpResponse {
    let notice = shown.site.notice();
    let Some(language) = Language::parse(&language).filter(|language| notice.languages.contains(language))
    else {
        return HttpResponse::NotFound().finish();
    };
    let (site, hash) = (&notice.site, notice.notice_hash());
    let html = format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"><title>{site}</title>\
         <script async src=\"/v1/sites/{site}/consent.js\"></script>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <style>body {{ margin: 2em; font: 1em/1.5 system-ui, sans-serif; overflow-wrap: anywhere }}</style>\
         </head><body><h1>{site}</h1><p><code>{hash}</code></p></body></html>"
    );
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html)
}

async fn consent_js(request: HttpRequest, shown: Data<Shown>) -> HttpResponse {
    respond(&request, &shown.site.consent_js)
}

async fn banner(request: HttpRequest, shown: Data<Shown>, path: Path<(String, String)>) -> HttpResponse {
    let pages = Language::parse(&path.1).and_then(|language| shown.site.pages.get(&language));
    pages.map_or_else(|| HttpResponse::NotFound().finish(), |pages| respond(&request, &pages.banner))
}

async fn notice(request: HttpRequest, shown: Data<Shown>, path: Path<(String, String)>) -> HttpResponse {
    let pages = Language::parse(&path.1).and_then(|language| shown.site.pages.get(&language));
    pages.map_or_else(|| HttpResponse::NotFound().finish(), |pages| respond(&request, &pages.notice))
}

async fn asset(request: HttpRequest, shown: Data<Shown>, file: Path<String>) -> HttpResponse {
    let body = shown.assets.files.get(file.as_str());
    body.map_or_else(|| HttpResponse::NotFound().finish(), |body| respond(&request, body))
}
