//! `GET` and `DELETE /v1/sites/{site}/consents/{consent_id}`: the visitor's own
//! records, for the holder of a receipt or of the browser's secret.

use super::lookup::{credential, find_site};
use crate::consent::credential::{Credential, check_receipt, unproven};
use crate::consent::history;
use crate::http::app::App;
use crate::http::deadline::on_store;
use crate::http::first_party::OwnHost;
use crate::http::negotiation;
use crate::http::problem::ApiError;
use crate::render::site::ServedSite;
use crate::store::Holder;
use actix_web::http::header::{CACHE_CONTROL, VARY};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Code, ConsentId, dpv};
use std::sync::Arc;

const JSON: &str = "application/json";

/// Every record of the consent id, oldest first: as JSON, or as consent records
/// in JSON-LD for a client that prefers them.
pub async fn get(
    request: HttpRequest,
    app: Data<App>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (served, consent_id, holder) = asked(&request, &app, &path)?;
    let site = served.notice().site.clone();
    let linked = negotiation::prefers(&request, dpv::MEDIA_TYPE, JSON);
    let body = on_store(&app, move |store| {
        let Some(records) = history::records(store, &site, &consent_id, holder)? else { return Ok(None) };
        Ok(Some(match linked {
            true => history::as_consent_records(store, &records)?,
            false => history::as_json(&site, &consent_id, &records),
        }))
    });
    let body = body.await?.ok_or_else(unproven)?;
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, "no-store")).insert_header((VARY, "Accept"));
    Ok(response.content_type(if linked { dpv::MEDIA_TYPE } else { JSON }).body(body.to_string()))
}

/// Deletes every record of the consent id with its key: 200, or 202 while a file
/// still has bytes of deleted records. In first-party mode the browser is told to
/// forget the choice, too.
pub async fn delete(
    request: HttpRequest,
    app: Data<App>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (served, consent_id, holder) = asked(&request, &app, &path)?;
    let site = served.notice().site.clone();
    // A clock that is not trusted keeps nobody from erasing: the log then has the newest trusted time.
    let now = app.clock.best_time();
    let erasure = on_store(&app, move |store| history::erase(store, &site, &consent_id, holder, now));
    let erasure = erasure.await?.ok_or_else(unproven)?;
    let mut response = if erasure.bytes_remain { HttpResponse::Accepted() } else { HttpResponse::Ok() };
    if let Some(host) = OwnHost::of(&request, &served.site) {
        host.forget(&mut response, &consent_id);
    }
    Ok(response.insert_header((CACHE_CONTROL, "no-store")).json(erasure))
}

/// The site and consent id of the address, and who asks for its records.
fn asked(
    request: &HttpRequest,
    app: &App,
    path: &(String, String),
) -> Result<(Arc<ServedSite>, ConsentId, Holder), ApiError> {
    let served = find_site(app, &path.0)?;
    let site = &served.notice().site;
    match credential(request) {
        Credential::Nothing => Err(ApiError::new(
            Code::ReceiptMissing,
            "Send `Authorization: Bearer` with a receipt or the secret.",
        )),
        Credential::Receipt(token) => {
            let receipt = check_receipt(&app.keys, &token, site, &path.1, app.clock.best_time())?;
            Ok((served, receipt.sub, Holder::Receipt(receipt.jti)))
        }
        Credential::Secret(secret) => {
            let consent_id = ConsentId::parse(&path.1).map_err(|_| unproven())?;
            Ok((served, consent_id, Holder::Secret(secret.digest())))
        }
    }
}
