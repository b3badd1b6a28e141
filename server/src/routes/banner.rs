//! `GET /v1/sites/{site}/banner/{language}`: the first layer as HTML.

use super::notice::{Shown, shown};
use super::problem::ApiError;
use crate::app::App;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};

/// The first layer in a language, of the notice named or else of the current one.
pub async fn get(
    request: HttpRequest,
    app: Data<App>,
    path: Path<(String, String)>,
    query: Query<Shown>,
) -> Result<HttpResponse, ApiError> {
    shown(&app, &path.0, &path.1, &query, |pages| pages.banner.respond(&request)).await
}
