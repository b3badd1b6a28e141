//! `GET` and `DELETE /v1/sites/{site}/consents/{consent_id}`: the visitor's own
//! records, authorised by a receipt of them.

use super::lookup::find_site;
use crate::clock;
use crate::consent::history;
use crate::http::app::App;
use crate::http::deadline::on_store;
use crate::http::negotiation;
use crate::http::problem::ApiError;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, VARY};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{ConsentId, SiteId, dpv};
use serde_json::json;

const JSON: &str = "application/json";

/// Every record of the consent id, oldest first: as JSON, or as consent records
/// in JSON-LD for a client that prefers them.
pub async fn get(
    request: HttpRequest,
    app: Data<App>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (site, consent_id) = authorised(&request, &app, &path)?;
    let linked = negotiation::prefers(&request, dpv::MEDIA_TYPE, JSON);
    let body = on_store(&app, move |store| match linked {
        true => history::as_consent_records(store, &site, &consent_id),
        false => history::as_json(store, &site, &consent_id),
    });
    let body = body.await?;
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, "no-store")).insert_header((VARY, "Accept"));
    Ok(response.content_type(if linked { dpv::MEDIA_TYPE } else { JSON }).body(body.to_string()))
}

/// Deletes every record of the consent id with its key.
pub async fn delete(
    request: HttpRequest,
    app: Data<App>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (site, consent_id) = authorised(&request, &app, &path)?;
    let erased_count = on_store(&app, move |store| history::erase(store, &site, &consent_id)).await?;
    let body = json!({ "erased_count": erased_count });
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(body))
}

/// The site and consent id of the address, if the bearer token is a receipt of them.
fn authorised(
    request: &HttpRequest,
    app: &App,
    path: &(String, String),
) -> Result<(SiteId, ConsentId), ApiError> {
    let site = find_site(app, &path.0)?.notice().site.clone();
    let header = request.headers().get(AUTHORIZATION);
    let token = header.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let consent_id = history::authorise(&app.keys, token, &site, &path.1, clock::now())?;
    Ok((site, consent_id))
}
