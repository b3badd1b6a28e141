//! `POST /v1/sites/{site}/consents`: a visitor's answer becomes a record.

use super::blocking::{published, within};
use super::consent_js::find_site;
use super::problem::ApiError;
use crate::app::App;
use crate::domain::consent;
use crate::served::ServedSite;
use crate::store::{Appended, Entry};
use crate::writer::WriteError;
use crate::{clock, crash};
use actix_web::http::header;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use constat_shared::record::{ConsentResponse, REQUEST_BYTES_MAX};
use constat_shared::{Code, CommitmentKey, ConsentRequest, LogId, LogShards, Problem, Receipt, Record};
use serde::de::IgnoredAny;

/// Checks the answer against the notice it names, stores it, and returns the
/// record once it is durable: 201, or 200 when the event id was stored before.
pub async fn post(
    request: HttpRequest,
    app: Data<App>,
    site: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    let site = find_site(&app, &site)?;
    check_origin(&request, &site)?;
    let body = payload.to_bytes_limited(REQUEST_BYTES_MAX).await.map_err(|_| too_large())?;
    let body = body.map_err(|_| ApiError::new(Code::MalformedJson, "The body broke off: send it whole."))?;
    let consent = parse(&body)?;
    let stored = within(&app, async {
        let entry = commit(record(&app, &site, consent).await?, site.site.log_shards)?;
        crash::at("route.before_queue");
        Ok(app.writer.append(entry).await?)
    });
    match stored.await? {
        (Appended::Stored(place), entry) => {
            Ok(respond(&app, HttpResponse::Created(), entry.record, entry.log, place))
        }
        (Appended::Repeated(first, place), entry) => {
            let log = LogId::of(&first, entry.log.shard.count());
            Ok(respond(&app, HttpResponse::Ok(), *first, log, place))
        }
        (Appended::Conflict, _) => {
            let detail = "Make a new event id for every answer; repeat one only with the same content.";
            Err(Problem::of_field(Code::EventConflict, "event_id", detail).into())
        }
        (Appended::Failed, _) => Err(WriteError::Store.into()),
    }
}

/// Commits to a record with a key of its own.
fn commit(record: Record, shards: LogShards) -> Result<Entry, ApiError> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| {
        tracing::error!(%error, "the system gave no random numbers");
        ApiError::new(Code::Internal, "Send the same request again later, with the same event id.")
    })?;
    Ok(Entry::new(record, CommitmentKey::from_bytes(key), shards))
}

/// Answers with the record and its signed receipt.
fn respond(
    app: &App,
    mut response: HttpResponseBuilder,
    record: Record,
    log: LogId,
    place: u64,
) -> HttpResponse {
    crash::at("route.before_reply");
    let claims = Receipt::new(record, log, place);
    let receipt = app.keys.sign(&claims);
    response.json(ConsentResponse { record: claims.record, receipt })
}

async fn record(app: &App, site: &ServedSite, request: ConsentRequest) -> Result<Record, ApiError> {
    let now = clock::now();
    if request.notice_hash == site.notice().notice_hash() {
        return Ok(consent::record(request, site.notice(), now)?);
    }
    // The page was loaded before the notice changed.
    match published(app, &site.notice().site, request.notice_hash).await? {
        Some(earlier) => Ok(consent::record(request, &earlier, now)?),
        None => {
            let detail = "Take the hash from the site's consent.js or its notice route.";
            Err(Problem::of_field(Code::NoticeNotPublished, "notice_hash", detail).into())
        }
    }
}

/// Browsers name the page's origin with every POST. It is compared, never kept.
fn check_origin(request: &HttpRequest, site: &ServedSite) -> Result<(), ApiError> {
    let origin = request.headers().get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    // A page served by this very server, as the demo is, belongs to it.
    let own = |origin: &str| origin.split_once("://").is_some_and(|(_, authority)| Some(authority) == host);
    if origin.is_some_and(|origin| site.site.allows_origin(origin) || own(origin)) {
        return Ok(());
    }
    Err(ApiError::new(Code::OriginNotAllowed, "Name the page's origin in `origins` of the site file."))
}

/// Reads the body; an error names the field.
fn parse(body: &[u8]) -> Result<ConsentRequest, ApiError> {
    // Serde would also take the values alone, in the order of the fields.
    let object = body.trim_ascii_start().starts_with(b"{");
    if let (true, Ok(consent)) = (object, serde_json::from_slice(body)) {
        return Ok(consent);
    }
    serde_json::from_slice::<IgnoredAny>(body)
        .map_err(|error| ApiError::new(Code::MalformedJson, sentence(&error.to_string())))?;
    if !object {
        return Err(ApiError::new(Code::InvalidField, "Send one JSON object."));
    }
    // Read again, slowly, only to name the field at fault.
    let reader = &mut serde_json::Deserializer::from_slice(body);
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let message = error.inner().to_string();
        let field = field_of(&error.path().to_string(), &message);
        ApiError(Problem::of_field(Code::InvalidField, field, sentence(&message)))
    })
}

/// The field at fault. One that is missing, unknown or there twice stands only
/// in the message, between backquotes; the path then ends at what surrounds
/// it, or in a question mark.
fn field_of(path: &str, message: &str) -> String {
    let says = |words| message.starts_with(words);
    let around = path.strip_suffix(".?");
    let at_fault = says("missing field") || says("unknown field") || says("duplicate field");
    // A variant is a field's value, but where the path breaks off it is the name of a choice.
    let at_fault = at_fault || around.is_some() && says("unknown variant");
    let named = message.split('`').nth(1).filter(|_| at_fault);
    match (around.unwrap_or(path), named) {
        ("." | "", Some(name)) => name.to_owned(),
        (path, Some(name)) if path != name && !path.ends_with(&format!(".{name}")) => {
            format!("{path}.{name}")
        }
        (path, _) => path.to_owned(),
    }
}

fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

fn too_large() -> ApiError {
    ApiError::new(Code::BodyTooLarge, format!("Send at most {REQUEST_BYTES_MAX} bytes."))
}
