//! `GET /.well-known/jwks.json`: the public keys.

use crate::http::app::App;
use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use serde_json::json;

/// The server's public keys (RFC 7517), oldest first.
pub async fn get(app: Data<App>) -> HttpResponse {
    let body = json!({ "keys": app.keys.public() });
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(body)
}
