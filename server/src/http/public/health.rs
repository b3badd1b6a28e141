//! `GET /healthz` and `GET /readyz`, for the operator and the supervisor.

use crate::http::app::App;
use crate::http::deadline::on_store;
use crate::http::problem::ApiError;
use crate::store::RecordStore;
use actix_web::web::Data;
use actix_web::{HttpResponse, Responder};
use constat_shared::Code;

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
    let answers = on_store(&app, |store| Ok(RecordStore::ping(store))).await?;
    answers.map_err(|error| {
        let error = error.to_string();
        let detail = format!("Wait, or mend what the store reports: {}.", error.trim_end_matches('.'));
        ApiError::new(Code::StoreUnavailable, detail)
    })?;
    Ok(HttpResponse::Ok().content_type("text/plain").body("ready\n"))
}
