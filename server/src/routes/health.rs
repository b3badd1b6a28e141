//! `GET /healthz` and `GET /readyz`, for whoever runs the server.

use super::problem::ApiError;
use crate::app::App;
use actix_web::web::{self, Data};
use actix_web::{HttpResponse, Responder};
use constat_shared::Code;
use std::sync::Arc;

/// The process answers.
pub async fn healthz() -> impl Responder {
    HttpResponse::Ok().content_type("text/plain").body("ok\n")
}

/// Records can be written and read.
pub async fn readyz(app: Data<App>) -> Result<impl Responder, ApiError> {
    if !app.writer.is_running() {
        return Err(ApiError::new(
            Code::StoreUnavailable,
            "The writing thread has stopped: restart the server.",
        ));
    }
    let store = Arc::clone(&app.store);
    web::block(move || store.ping())
        .await
        .map_err(|_| ApiError::new(Code::Internal, "Ask again later."))??;
    Ok(HttpResponse::Ok().content_type("text/plain").body("ready\n"))
}
