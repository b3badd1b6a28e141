//! `GET /assets/{file}`: the widget, under names that hold its hash.

use super::problem::{self, ApiError};
use crate::app::App;
use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

/// A file of the widget.
pub async fn get(request: HttpRequest, app: Data<App>, file: Path<String>) -> Result<HttpResponse, ApiError> {
    let Some(body) = app.assets.files.get(file.as_str()) else {
        return Err(problem::not_found().await);
    };
    let mut response = body.respond(&request);
    // The same for every site, and public: a script module asks for leave.
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    Ok(response)
}
