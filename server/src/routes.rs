//! Every address of the server, on one page.

use crate::app::App;
use actix_cors::Cors;
use actix_web::guard::{Any, Get, Guard, GuardContext, Head};
use actix_web::http::{Method, header};
use actix_web::middleware::DefaultHeaders;
use actix_web::web::{self, Data, QueryConfig, ServiceConfig};
use actix_web::{Resource, Route};
use constat_shared::SiteId;

mod accept;
mod assets;
mod banner;
mod blocking;
mod consent_js;
mod consents;
mod health;
mod history;
mod log;
mod notice;
mod problem;
mod vendors;
mod verify;

const READ: &str = "GET, HEAD";
const WRITE: &str = "POST";
const OWN: &str = "GET, HEAD, DELETE";

/// Adds every route to the server.
pub fn configure(app: Data<App>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        let site = web::scope("/v1/sites/{site}")
            .wrap(cors(app))
            .service(at("/consent.js", READ).route(get().to(consent_js::get)))
            .service(at("/banner/{language}", READ).route(get().to(banner::get)))
            .service(at("/notice/{language}", READ).route(get().to(notice::get)))
            .service(at("/vendors", READ).route(get().to(vendors::get)))
            .service(at("/consents", WRITE).route(web::post().to(consents::post)))
            .service(
                at("/consents/{consent_id}", OWN)
                    .route(get().to(history::get))
                    .route(web::delete().to(history::delete)),
            )
            .service(at(&of_log("checkpoint"), READ).route(get().to(log::checkpoint)))
            .service(at(&of_log("proof/{index}"), READ).route(get().to(log::proof)))
            .service(at(&of_log("consistency"), READ).route(get().to(log::consistency)));
        config
            .app_data(QueryConfig::default().error_handler(problem::query_malformed))
            .service(site)
            .service(at("/v1/notices/{notice_hash}", READ).route(get().to(notice::get_by_hash)))
            .service(at("/assets/{file}", READ).route(get().to(assets::get)))
            .service(at("/.well-known/jwks.json", READ).route(get().to(log::jwks)))
            .service(at("/verify", READ).route(get().to(verify::get)))
            .service(at("/verify/", READ).route(get().to(verify::get)))
            .service(at("/healthz", READ).route(get().to(health::healthz)))
            .service(at("/readyz", READ).route(get().to(health::readyz)))
            .default_service(web::to(problem::not_found));
    }
}

/// Headers of every answer. Other sites' pages load what is here: that is its purpose.
pub fn headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .add(("Cross-Origin-Resource-Policy", "cross-origin"))
}

/// An address below a log's name: a month, and the shard when the site has several.
fn of_log(what: &str) -> String {
    format!("/log/{{name:[^/]+(?:/[0-9]+of[0-9]+)?}}/{what}")
}

/// An address; `allowed` names the methods its routes know.
fn at(path: &str, allowed: &'static str) -> Resource {
    web::resource(path)
        .default_service(web::to(move || std::future::ready(problem::method_not_allowed(allowed))))
}

/// Whoever may GET may ask for the headers alone.
fn get() -> Route {
    web::route().guard(GetOrHead)
}

struct GetOrHead;

impl Guard for GetOrHead {
    fn check(&self, context: &GuardContext<'_>) -> bool {
        Any(Get()).or(Head()).check(context)
    }
}

/// Answers the site's own origins and no others.
fn cors(app: Data<App>) -> Cors {
    Cors::default()
        .allowed_origin_fn(move |origin, request| {
            let site = request.uri.path().split('/').nth(3).and_then(|id| SiteId::parse(id).ok());
            let site = site.and_then(|id| app.sites.get(&id));
            site.is_some_and(|site| origin.to_str().is_ok_and(|origin| site.site.allows_origin(origin)))
        })
        .allowed_methods([Method::GET, Method::POST, Method::DELETE])
        .allowed_headers([header::CONTENT_TYPE, header::AUTHORIZATION])
        .max_age(86_400)
}
