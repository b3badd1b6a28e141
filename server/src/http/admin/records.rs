//! `/v1/admin/sites/{site}/records`: find the answers of visitors, see them with their proof, erase them.

use super::place;
use super::work::done;
use crate::access::error::Refusal;
use crate::access::records::{self, Erased, ErasureReason, SHOWN_MAX};
use crate::consent::search::Answer;
use crate::consent::sought::TEXT_BYTES_MAX;
use crate::http::console::question::{DAYS_MAX, Fault, Typed, Wrong, cursor};
use crate::http::console::state::console;
use crate::http::console::who::{Can, RecordsErase, RecordsRead};
use crate::http::console::zone;
use crate::http::json_body;
use crate::http::problem::ApiError;
use crate::proof::checked::{Checked, Checker};
use crate::store::UnreadableRecord;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::proof::{StepInWords, Verdict};
use constat_shared::{Code, ConsentId, EventId, Language, Problem, Record, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// As many records as there are without `limit`.
const LIMIT: usize = 50;
/// The most records of a page.
const LIMIT_MAX: usize = 100;
/// The most bytes of a search: JSON writes some characters of a text as two.
const BODY_BYTES_MAX: usize = TEXT_BYTES_MAX + TEXT_BYTES_MAX / 2;
/// The most bytes of another body.
const SMALL_BYTES_MAX: usize = 16 * 1024;

/// What is looked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Search {
    text: String,
    from: Option<String>,
    to: Option<String>,
    action: Option<String>,
    language: Option<String>,
    notice_hash: Option<String>,
    vendor: Option<String>,
    vendor_allowed: Option<bool>,
    cursor: Option<String>,
    limit: usize,
}

impl Default for Search {
    fn default() -> Search {
        Search {
            text: String::new(),
            from: None,
            to: None,
            action: None,
            language: None,
            notice_hash: None,
            vendor: None,
            vendor_allowed: None,
            cursor: None,
            limit: LIMIT,
        }
    }
}

/// Why records are erased.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Erasure {
    reason: Option<String>,
}

/// A record with the result of every check.
#[derive(Serialize)]
struct CheckedRecord {
    record: Option<Record>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unreadable: Option<Rest>,
    verdict: Verdict,
    steps: Vec<StepInWords>,
}

/// What is left of a record that cannot be read.
#[derive(Serialize)]
struct Rest {
    event_id: Option<EventId>,
    consent_id: Option<ConsentId>,
    recorded_at: Option<Timestamp>,
}

impl From<&UnreadableRecord> for Rest {
    fn from(record: &UnreadableRecord) -> Rest {
        let UnreadableRecord { event_id, consent_id, recorded_at, .. } = *record;
        Rest { event_id, consent_id, recorded_at }
    }
}

/// Finds records.
pub async fn search(
    can: Can<RecordsRead>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    let body: Search = json_body::parse(&json_body::bytes(payload, BODY_BYTES_MAX).await?)?;
    let console = console(&request);
    let site = place::site(&console, &place::parts::<String>(&request).await?)?.notice().site.clone();
    if !(1..=LIMIT_MAX).contains(&body.limit) {
        return Err(invalid("limit", format!("It must be a number from 1 to {LIMIT_MAX}.")));
    }
    let limit = body.limit;
    let question = typed(body).question(&zone::of(&console, &site), limit).map_err(said)?;
    let found = done(&request, move |console, now| {
        records::search(&console.access, &can.principal, &site, &question, now)
    });
    Ok(answer(&found.await?))
}

fn typed(body: Search) -> Typed {
    Typed {
        text: body.text,
        from: body.from.unwrap_or_default(),
        to: body.to.unwrap_or_default(),
        action: body.action.unwrap_or_default(),
        language: body.language.unwrap_or_default(),
        notice_hash: body.notice_hash.unwrap_or_default(),
        vendor: body.vendor.unwrap_or_default(),
        vendor_allowed: body.vendor_allowed.map(|allowed| allowed.to_string()).unwrap_or_default(),
        cursor: body.cursor.unwrap_or_default(),
    }
}

fn answer(answer: &Answer) -> HttpResponse {
    let mut page = json!({
        "records": answer.records,
        "next_cursor": answer.next.as_ref().map(cursor),
        "found": answer.fit.as_str(),
        "why": answer.why.map(|why| why.as_str()),
        "examined": answer.examined,
    });
    if !answer.unreadable.is_empty() {
        page["unreadable"] = answer.unreadable.iter().map(|rest| json!(Rest::from(rest))).collect();
    }
    HttpResponse::Ok().json(page)
}

/// What is wrong with a field, for a program.
fn said(wrong: Wrong) -> ApiError {
    let words = match wrong.fault {
        Fault::Day => "It must be a day such as 2026-11-24.".to_owned(),
        Fault::Order => "It must not be before the first day.".to_owned(),
        Fault::TooManyDays => format!("It must be at most {DAYS_MAX} days from the first day, which counts."),
        Fault::Value if wrong.field == "cursor" => {
            "It must be the next_cursor of the page before.".to_owned()
        }
        Fault::Value => "It must be one of the values that a record can have there.".to_owned(),
        Fault::Vendor => "It must name a vendor, because vendor_allowed asks about one.".to_owned(),
    };
    invalid(wrong.field, words)
}

fn invalid(field: &str, words: String) -> ApiError {
    ApiError(Problem::of_field(Code::InvalidField, field, words))
}

/// The answers of a consent id, oldest first, each verified now.
pub async fn get(can: Can<RecordsRead>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let console = console(&request);
    let (site, consent_id) = place::parts::<(String, String)>(&request).await?;
    let site = place::site(&console, &site)?.notice().site.clone();
    let consent_id = id_of(&consent_id)?;
    let found = done(&request, move |console, now| {
        let mut records = records::timeline(&console.access, &can.principal, &site, &consent_id, now)?;
        let records = records.split_off(records.len().saturating_sub(SHOWN_MAX));
        let mut checker = Checker::new(&*console.app.store, &console.app.keys)?;
        let checked = records.into_iter().map(|record| Ok(checker.check(&site, &consent_id, record)?));
        checked.collect::<Result<Vec<Checked>, _>>()
    });
    let records: Vec<_> = found.await?.into_iter().map(in_words).collect();
    Ok(HttpResponse::Ok().json(json!({ "consent_id": consent_id, "records": records })))
}

fn in_words(checked: Checked) -> CheckedRecord {
    let Checked { record, steps, .. } = checked;
    CheckedRecord {
        verdict: Verdict::of(&steps),
        steps: steps.iter().map(|step| step.in_words(Language::En)).collect(),
        unreadable: record.as_ref().err().map(Rest::from),
        record: record.ok(),
    }
}

/// Erases the records of a consent id.
pub async fn delete(
    can: Can<RecordsErase>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    let console = console(&request);
    let (site, consent_id) = place::parts::<(String, String)>(&request).await?;
    let site = place::site(&console, &site)?.notice().site.clone();
    let consent_id = id_of(&consent_id)?;
    let body: Erasure = json_body::parse(&json_body::bytes(payload, SMALL_BYTES_MAX).await?)?;
    let reason =
        body.reason.as_deref().and_then(|name| ErasureReason::parse(name).ok()).ok_or_else(no_reason)?;
    let erased = done(&request, move |console, _| {
        // A clock that is not trusted keeps nobody from erasing: the log then has the newest trusted time.
        let now = console.app.clock.best_time();
        records::erase(&console.access, &can.principal, &site, &consent_id, reason, now)
    });
    let Erased { count, purge } = erased.await?;
    let purge = purge.map(|(log, index)| json!({ "log": log.name(), "index": index }));
    Ok(HttpResponse::Ok().json(json!({ "erased": count, "purge": purge })))
}

fn no_reason() -> ApiError {
    let names: Vec<_> = ErasureReason::ALL.iter().map(|reason| reason.as_str()).collect();
    let words = format!("Give one of these: {}.", names.join(", "));
    ApiError(Problem::of_field(Code::ReasonInvalid, "reason", words))
}

/// What is no consent id has no records.
fn id_of(text: &str) -> Result<ConsentId, ApiError> {
    let unknown = || crate::http::console::answer::problem(&Refusal::RecordsUnknown.into());
    ConsentId::parse(text).map_err(|_| unknown())
}
