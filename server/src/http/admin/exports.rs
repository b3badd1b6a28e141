//! `POST /v1/admin/sites/{site}/records/{consent_id}/{event_id}/bundle`, `/certificate` and
//! `/consent-record`: the evidence of one record, for whom and what for.

use super::place;
use super::work::done;
use crate::access::error::{AccessError, Refusal};
use crate::access::exports::{self, ExportKind, ExportReason, Exported, Handover, Wanted, Workshop, Wrong};
use crate::access::principal::Principal;
use crate::http::console::state::{Console, console};
use crate::http::console::who::{Can, RecordsExport};
use crate::http::console::{answer, zone};
use crate::http::json_body;
use crate::http::problem::ApiError;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Code, ConsentId, EventId, Problem, SiteId, Timestamp};
use serde::Deserialize;

/// The header with a receipt of the consent id.
pub const RECEIPT: &str = "constat-receipt";

/// The most bytes of a body.
const BODY_BYTES_MAX: usize = 16 * 1024;

/// For whom a file is, and what for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    recipient: String,
    purpose: String,
    reason: Option<String>,
}

/// The evidence bundle.
pub async fn bundle(
    can: Can<RecordsExport>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    export(can, request, payload, ExportKind::Bundle).await
}

/// The certificate.
pub async fn certificate(
    can: Can<RecordsExport>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    export(can, request, payload, ExportKind::Certificate).await
}

/// The consent record in JSON-LD.
pub async fn consent_record(
    can: Can<RecordsExport>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    export(can, request, payload, ExportKind::ConsentRecord).await
}

async fn export(
    can: Can<RecordsExport>,
    request: HttpRequest,
    payload: Payload,
    kind: ExportKind,
) -> Result<HttpResponse, ApiError> {
    let console = console(&request);
    let (site, consent_id, event_id) = place::parts::<(String, String, String)>(&request).await?;
    let site = place::site(&console, &site)?.notice().site.clone();
    let unknown = || answer::problem(&Refusal::RecordsUnknown.into());
    let consent_id = ConsentId::parse(&consent_id).map_err(|_| unknown())?;
    let event_id = EventId::parse(&event_id).map_err(|_| unknown())?;
    let body: Asked = json_body::parse(&json_body::bytes(payload, BODY_BYTES_MAX).await?)?;
    let has_receipt = has_receipt(&request, &site, &consent_id)?;
    let reason = body.reason.as_deref().unwrap_or_default();
    let handover = Handover::read(&body.recipient, &body.purpose, reason, has_receipt).map_err(said)?;
    let made = done(&request, move |console, now| {
        let wanted = Wanted { site: &site, consent_id: &consent_id, event_id: &event_id };
        make(console, &can.principal, wanted, kind, &handover, now)
    });
    Ok(download(made.await?))
}

/// Makes a file, in the zone of its site and with the address of this server's verifier.
///
/// # Errors
/// As [`exports::export`].
pub fn make(
    console: &Console,
    by: &Principal,
    wanted: Wanted<'_>,
    kind: ExportKind,
    handover: &Handover,
    now: Timestamp,
) -> Result<Exported, AccessError> {
    let zone = zone::of(console, wanted.site);
    let verifier = format!("{}/verify/", console.public_url);
    let workshop = Workshop { keys: &console.app.keys, zone: &zone, verifier: &verifier };
    exports::export(&console.access, by, wanted, kind, handover, &workshop, now)
}

/// A file to keep.
pub fn download(file: Exported) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(file.media_type)
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)))
        .body(file.bytes)
}

/// Whether the request shows a receipt of the consent id. One that is none is refused, not passed over.
fn has_receipt(request: &HttpRequest, site: &SiteId, consent_id: &ConsentId) -> Result<bool, ApiError> {
    let Some(header) = request.headers().get(RECEIPT) else { return Ok(false) };
    let console = console(request);
    let (text, now) = (header.to_str().unwrap_or_default(), console.app.clock.best_time());
    match exports::has_receipt(&console.app.keys, text, site, consent_id, now) {
        Ok(()) => Ok(true),
        Err(problem) => Err(ApiError(Problem::of_field(Code::InvalidField, RECEIPT, problem.detail))),
    }
}

/// The first field that is wrong, for a program.
fn said(wrong: Vec<(&'static str, Wrong)>) -> ApiError {
    let (field, wrong) = wrong.first().copied().unwrap_or(("reason", Wrong::Missing));
    let names: Vec<_> = ExportReason::ALL.iter().map(|reason| reason.as_str()).collect();
    let (code, detail) = match wrong {
        _ if field == "reason" => (
            Code::ReasonInvalid,
            format!("Give one of these, or a receipt of the consent id: {}.", names.join(", ")),
        ),
        Wrong::TooLong(chars_max) => (Code::InvalidField, format!("Send at most {chars_max} characters.")),
        Wrong::Missing | Wrong::NotListed => {
            (Code::InvalidField, "Say it in a few words: it stands in the audit trail.".to_owned())
        }
    };
    ApiError(Problem::of_field(code, field, detail))
}
