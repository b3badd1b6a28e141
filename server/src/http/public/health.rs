//! `GET /healthz` and `GET /readyz`, for the operator and the supervisor.

use crate::consent::readiness::{self, NotReady};
use crate::http::app::App;
use crate::http::deadline::on_store;
use crate::http::problem::ApiError;
use crate::store::{Store, StoreError};
use actix_web::web::Data;
use actix_web::{HttpResponse, Responder};
use constat_shared::Code;

/// The process answers.
pub async fn healthz() -> impl Responder {
    HttpResponse::Ok().content_type("text/plain").body("ok\n")
}

/// Records can be written and read. What does not prevent that has a line of its own.
pub async fn readyz(app: Data<App>) -> Result<impl Responder, ApiError> {
    let all = app.clone();
    let check = move |store: &dyn Store| Ok(readiness::check(&all.writer, store, &all.clock));
    let remark = on_store(&app, check).await?.map_err(not_ready)?;
    let remark = remark.map_or(String::new(), |remark| format!("{remark}\n"));
    Ok(HttpResponse::Ok().content_type("text/plain").body(format!("ready\n{remark}")))
}

fn not_ready(why: NotReady) -> ApiError {
    let detail = match why {
        NotReady::WriterStopped => "The writing thread has stopped: restart the server.".to_owned(),
        NotReady::QueueFull => {
            return ApiError::new(Code::QueueFull, "Wait: more answers come than are stored.");
        }
        NotReady::Store(StoreError::Clock(refused)) => {
            return ApiError::new(refused.code(), format!("Nothing is recorded: {refused}."));
        }
        NotReady::Store(error) => {
            let error = error.to_string();
            format!("Wait, or fix what the store reports: {}.", error.trim_end_matches('.'))
        }
    };
    ApiError::new(Code::StoreUnavailable, detail)
}
