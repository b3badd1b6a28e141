//! `GET /v1/sites/{site}/debug.js`: the overlay that shows the owner what Constat does in a page.

use super::catalogue::SHELF;
use super::lookup::find_site;
use crate::http::app::App;
use crate::http::negotiation::respond;
use crate::http::problem::ApiError;
use crate::render::debug_js::debug_js;
use crate::render::tag_settings::debug_key;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::Code;
use serde::Deserialize;

/// By what the owner's view is opened.
#[derive(Deserialize)]
pub struct Link {
    /// The key of the owner's link; a page on a local host sends none.
    key: Option<String>,
}

/// The overlay. What is in it is public: the key only keeps visitors from finding it.
pub async fn get(
    request: HttpRequest,
    app: Data<App>,
    site: Path<String>,
    link: Query<Link>,
) -> Result<HttpResponse, ApiError> {
    let served = find_site(&app, &site)?;
    if link.key.as_ref().is_some_and(|key| *key != debug_key(&served.site)) {
        let detail = "Take the link that `constat check` prints for the site file as it is served.";
        return Err(ApiError::new(Code::NotFound, detail));
    }
    let catalogue = SHELF.iter().flat_map(|shelf| shelf.index.vendors());
    Ok(respond(&request, &debug_js(&served.site, catalogue, &app.assets)))
}
