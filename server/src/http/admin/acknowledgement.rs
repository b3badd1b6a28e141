//! `POST /v1/admin/sites/{site}/notices/{hash}/acknowledgement`: a data protection officer has seen a notice.

use super::place::{self, notice_hash, notice_unknown};
use super::work::done;
use crate::access::acknowledgement::acknowledge;
use crate::http::console::state::console;
use crate::http::console::who::{Can, NoticesAcknowledge};
use crate::http::problem::ApiError;
use crate::store::{NoticeStore, notice_of_site};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Hash, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// Who has acknowledged a notice.
#[derive(Serialize, ToSchema)]
pub struct Acknowledged {
    /// The notice.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    hash: Hash,
    /// Who acknowledged it first: an e-mail address, or the name of a token.
    #[schema(example = "dpo@helvia.example")]
    acknowledged_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime, example = "2026-11-24T08:12:30.000Z")]
    acknowledged_at: Timestamp,
}

/// Acknowledges it. The first time counts, so that a repeated request needs no key to make nothing new.
pub async fn post(can: Can<NoticesAcknowledge>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let console = console(&request);
    let (site, hash) = place::parts::<(String, String)>(&request).await?;
    let site = place::site(&console, &site)?.notice().site.clone();
    let hash = notice_hash(&hash)?;
    let acknowledged = done(&request, move |console, now| {
        let store: &dyn NoticeStore = &*console.app.store;
        if notice_of_site(store, &site, hash)?.is_none() {
            return Ok(None);
        }
        acknowledge(&console.access, &can.principal, &site, &hash, now).map(Some)
    });
    let by = acknowledged.await?.ok_or_else(notice_unknown)?;
    Ok(HttpResponse::Ok().json(Acknowledged { hash, acknowledged_by: by.who, acknowledged_at: by.at }))
}
