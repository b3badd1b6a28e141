//! `GET /assets/{file}`: the widget, under names that hold its hash, and the template for Google Tag Manager.

use crate::http::app::App;
use crate::http::negotiation::respond;
use crate::http::problem::{self, ApiError};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// A file by its name.
pub async fn get(request: HttpRequest, app: Data<App>, file: Path<String>) -> Result<HttpResponse, ApiError> {
    match app.assets.files.get(file.as_str()) {
        Some(body) => Ok(respond(&request, body)),
        None => Err(problem::not_found().await),
    }
}
