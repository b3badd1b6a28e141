//! `GET` and `DELETE /v1/sites/{site}/consents/{consent_id}`: the visitor's own
//! records, for whoever holds a receipt of them.

use super::blocking::on_store;
use super::consent_js::find_site;
use super::problem::ApiError;
use crate::app::App;
use crate::clock;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Code, ConsentId, Receipt, SiteId};
use serde_json::json;

/// Every record of the consent id, oldest first (GDPR, articles 15 and 20).
pub async fn get(
    request: HttpRequest,
    app: Data<App>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (site, consent_id) = authorised(&request, &app, &path)?;
    let records = on_store(&app, {
        let site = site.clone();
        move |store| store.history(&site, &consent_id)
    });
    let records = records.await?;
    let body = json!({ "site": site, "consent_id": consent_id, "records": records });
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(body))
}

/// Deletes every record of the consent id with its key (GDPR, article 17).
/// Their leaves in the log stay and mean nothing any more.
pub async fn delete(
    request: HttpRequest,
    app: Data<App>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (site, consent_id) = authorised(&request, &app, &path)?;
    let erased_count = on_store(&app, move |store| store.erase(&site, &consent_id, clock::now())).await?;
    tracing::info!(erased_count, "records were erased at a visitor's request");
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
    let token =
        request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let token =
        token.ok_or_else(|| ApiError::new(Code::ReceiptMissing, "Send `Authorization: Bearer RECEIPT`."))?;
    let invalid = || ApiError::new(Code::ReceiptInvalid, "Send a receipt as this server gave it, unchanged.");
    let key_id = Receipt::key_id(token).map_err(|_| invalid())?;
    let key = app.keys.verifying(&key_id).ok_or_else(invalid)?;
    let receipt = Receipt::open(token, &key).map_err(|_| invalid())?;
    if receipt.record.site != site || receipt.sub.to_string() != path.1 {
        return Err(ApiError::new(Code::ReceiptForeign, "Send a receipt of this consent id on this site."));
    }
    Ok((site, receipt.sub))
}
