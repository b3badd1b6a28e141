//! The demo insurer, and the second address that plays its third parties.

use super::negotiation::respond;
use crate::render::body::Body;
use crate::site::{self, Catalogue, Site, SiteError};
use actix_web::dev::HttpServiceFactory;
use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, LOCATION};
use actix_web::web::{self, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::RustEmbed;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The id of the demo site.
pub const SITE_ID: &str = "boreale";

/// How many addresses of the third parties are counted apart.
const COUNTED_MAX: usize = 100;

#[derive(RustEmbed)]
#[folder = "../www/demo"]
struct Embedded;

/// The demo's site file.
pub fn site(catalogue: &Catalogue) -> Result<Site, Vec<SiteError>> {
    let file = Embedded::get("boreale.toml").map(|file| file.data.into_owned()).unwrap_or_default();
    site::parse("boreale.toml", &String::from_utf8_lossy(&file), catalogue)
}

/// The insurer's pages by path.
#[derive(Clone)]
pub struct Pages(Arc<BTreeMap<String, Body>>);

impl Pages {
    /// The pages, with the address of the third parties in them.
    pub fn new(third_parties: &str) -> Pages {
        let page = |name: std::borrow::Cow<'static, str>| {
            let mut bytes = Embedded::get(&name)?.data.into_owned();
            if name.ends_with(".html") {
                bytes =
                    String::from_utf8(bytes).ok()?.replace("{{THIRD_PARTIES}}", third_parties).into_bytes();
            }
            Some((name.to_string(), Body::new(mime(&name), bytes)))
        };
        let pages =
            Embedded::iter().filter(|name| !name.starts_with("third-parties/") && !name.ends_with(".toml"));
        Pages(Arc::new(pages.filter_map(page).collect()))
    }
}

fn mime(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// Serves the insurer's pages under `/demo/`.
pub fn pages(pages: Pages) -> impl HttpServiceFactory {
    let to_main = || async { HttpResponse::Found().insert_header((LOCATION, "/demo/fr/")).finish() };
    web::scope("/demo")
        .app_data(Data::new(pages))
        .route("", web::get().to(to_main))
        .route("/", web::get().to(to_main))
        .route("/{path:.*}", web::get().to(page))
}

async fn page(request: HttpRequest, pages: Data<Pages>, path: Path<String>) -> HttpResponse {
    let name = if path.ends_with('/') { format!("{path}index.html") } else { path.into_inner() };
    match pages.0.get(&name) {
        Some(body) => respond(&request, body),
        None => HttpResponse::NotFound().finish(),
    }
}

/// What has reached the third parties: requests by path.
#[derive(Default)]
pub struct ThirdParties(Mutex<BTreeMap<String, u64>>);

/// The third parties: their files, what they collect, and at `/counts` how often each was asked.
pub fn third_parties(config: &mut ServiceConfig) {
    config.route("/counts", web::get().to(counts)).default_service(web::to(third_party));
}

async fn counts(counted: Data<ThirdParties>) -> HttpResponse {
    let counts = counted.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    HttpResponse::Ok().insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*")).json(counts)
}

async fn third_party(request: HttpRequest, counted: Data<ThirdParties>) -> HttpResponse {
    let path = request.path().to_owned();
    let file = Embedded::get(&format!("third-parties{path}"));
    let mut counts = counted.0.lock().unwrap_or_else(PoisonError::into_inner);
    if counts.len() < COUNTED_MAX || counts.contains_key(&path) {
        *counts.entry(path.clone()).or_default() += 1;
    }
    let mut response = if file.is_some() { HttpResponse::Ok() } else { HttpResponse::NoContent() };
    response.insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*")).insert_header((CACHE_CONTROL, "no-store"));
    match file {
        Some(file) => response.content_type(mime(&path)).body(file.data.into_owned()),
        None => response.finish(),
    }
}
