//! `GET` and `DELETE /v1/sites/{site}/consents/{consent_id}`: the visitor's own
//! records, for whoever holds a receipt of them.

use super::accept;
use super::blocking::on_store;
use super::consent_js::find_site;
use super::problem::ApiError;
use crate::app::App;
use crate::clock;
use crate::store::{Store, StoreError};
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, VARY};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Code, ConsentId, Receipt, Record, SiteId, consent_record};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const JSON: &str = "application/json";

/// Every record of the consent id, oldest first (GDPR, articles 15 and 20): as
/// JSON, or as ISO/IEC TS 27560 consent records in JSON-LD for whoever prefers that.
pub async fn get(
    request: HttpRequest,
    app: Data<App>,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (site, consent_id) = authorised(&request, &app, &path)?;
    let linked = accept::prefers(&request, consent_record::MEDIA_TYPE, JSON);
    let body = on_store(&app, move |store| {
        let records = store.history(&site, &consent_id)?;
        if linked {
            return as_consent_records(store, &records);
        }
        Ok(json!({ "site": site, "consent_id": consent_id, "records": records }))
    });
    let body = body.await?;
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, "no-store")).insert_header((VARY, "Accept"));
    Ok(response.content_type(if linked { consent_record::MEDIA_TYPE } else { JSON }).body(body.to_string()))
}

/// The records with the notices they name.
fn as_consent_records(store: &dyn Store, records: &[Record]) -> Result<Value, StoreError> {
    let hashes: BTreeSet<_> = records.iter().map(|record| record.notice_hash).collect();
    let named = |hash| Ok((hash, store.notice(&hash)?.ok_or(StoreError::NoticeUnknown(hash))?));
    let notices: BTreeMap<_, _> = hashes.into_iter().map(named).collect::<Result<_, StoreError>>()?;
    let history: Vec<_> = records.iter().map(|record| (record, &notices[&record.notice_hash])).collect();
    Ok(consent_record::json_ld(&history, clock::now()))
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
