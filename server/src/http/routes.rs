//! Every address of the server, on one page.

use super::problem;
use super::public::{
    assets, catalogue, consent_js, consents, csp, debug_js, gpc, health, history, keys, log, notice, vendors,
    verify_page,
};
use super::router::Family::{Anyone, Plain, Screen, Site};
use super::router::Verb::{Delete, Get, Post};
use super::router::{self, Row, row};
use actix_web::web::{ServiceConfig, to};

/// Adds every address to the server.
pub fn configure(config: &mut ServiceConfig) {
    router::add(config, table());
    config.default_service(to(problem::not_found));
}

/// All addresses: method, path, header family, handler. Rows of one path follow each other.
pub fn table() -> Vec<Row> {
    vec![
        row(Get, "/v1/sites/{site}/consent.js", Anyone, to(consent_js::get)),
        row(Get, "/v1/sites/{site}/debug.js", Anyone, to(debug_js::get)),
        row(Get, "/v1/sites/{site}/banner/{language}", Anyone, to(notice::banner)),
        row(Get, "/v1/sites/{site}/notice/{language}", Anyone, to(notice::get)),
        row(Get, "/v1/sites/{site}/vendors", Anyone, to(vendors::get)),
        row(Get, "/v1/sites/{site}/csp", Plain, to(csp::get)),
        row(Post, "/v1/sites/{site}/consents", Site, to(consents::post)),
        row(Get, "/v1/sites/{site}/consents/{consent_id}", Site, to(history::get)),
        row(Delete, "/v1/sites/{site}/consents/{consent_id}", Site, to(history::delete)),
        row(Get, "/v1/sites/{site}/log/{log}/checkpoint", Anyone, to(log::checkpoint)),
        row(Get, "/v1/sites/{site}/log/{log}/proof/{index}", Anyone, to(log::proof)),
        row(Get, "/v1/sites/{site}/log/{log}/consistency", Anyone, to(log::consistency)),
        row(Get, "/v1/notices/{notice_hash}", Anyone, to(notice::get_by_hash)),
        row(Get, "/v1/catalogue/{id}", Anyone, to(catalogue::api::get)),
        row(Get, "/assets/{file}", Anyone, to(assets::get)),
        row(Get, "/.well-known/jwks.json", Anyone, to(keys::get)),
        row(Get, "/.well-known/gpc.json", Anyone, to(gpc::get)),
        row(Get, "/verify", Plain, to(verify_page::get)),
        row(Get, "/verify/", Plain, to(verify_page::get)),
        row(Get, "/catalogue", Screen, to(catalogue::pages::list)),
        row(Get, "/catalogue/", Screen, to(catalogue::pages::list)),
        row(Get, "/catalogue/catalogue.css", Screen, to(catalogue::pages::style)),
        row(Get, "/catalogue/icon.svg", Screen, to(catalogue::pages::icon)),
        row(Get, "/catalogue/{id}", Screen, to(catalogue::pages::vendor)),
        row(Get, "/healthz", Plain, to(health::healthz)),
        row(Get, "/readyz", Plain, to(health::readyz)),
    ]
}
