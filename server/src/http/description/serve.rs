//! `GET /openapi.json`.

use crate::http::console::state::console;
use crate::http::console::who::Stranger;
use actix_web::{HttpRequest, HttpResponse};

/// The description, for anybody: the program is public, and it says nothing of an installation but its
/// addresses.
pub async fn json(_: Stranger, request: HttpRequest) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(console(&request).description.clone())
}
