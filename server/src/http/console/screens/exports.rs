//! `/console/sites/{site}/records/{consent_id}/{event_id}/certificate`, `/bundle` and `/consent-record`: an
//! answer is handed over. The forms stand on the screen of its consent id.

use super::account::site_name;
use super::notices::site_of;
use crate::access::error::Refusal;
use crate::access::exports::{
    ExportKind, ExportReason, Handover, PURPOSE_CHARS_MAX, RECIPIENT_CHARS_MAX, Wanted, Wrong,
};
use crate::http::admin::exports::{download, make};
use crate::http::console::answer::{refused, screen_as};
use crate::http::console::form::Form;
use crate::http::console::posted;
use crate::http::console::shell::{self, Place};
use crate::http::console::signed::Session;
use crate::http::console::state::{console, on_console};
use crate::http::console::view::exports::Export;
use crate::http::console::view::form::Errors;
use crate::http::console::view::frame::Section;
use crate::http::console::who::{May, RecordsExport};
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{ConsentId, EventId, SiteId};

type Parts = Path<(String, String, String)>;

/// Hands over the certificate.
pub async fn certificate(
    may: May<RecordsExport>,
    request: HttpRequest,
    path: Parts,
    payload: Payload,
) -> HttpResponse {
    export(may.session, request, path.into_inner(), payload, ExportKind::Certificate).await
}

/// Hands over the evidence bundle.
pub async fn bundle(
    may: May<RecordsExport>,
    request: HttpRequest,
    path: Parts,
    payload: Payload,
) -> HttpResponse {
    export(may.session, request, path.into_inner(), payload, ExportKind::Bundle).await
}

/// Hands over the consent record.
pub async fn consent_record(
    may: May<RecordsExport>,
    request: HttpRequest,
    path: Parts,
    payload: Payload,
) -> HttpResponse {
    export(may.session, request, path.into_inner(), payload, ExportKind::ConsentRecord).await
}

async fn export(
    session: Session,
    request: HttpRequest,
    (site, consent_id, event_id): (String, String, String),
    payload: Payload,
    kind: ExportKind,
) -> HttpResponse {
    let form = match posted::by_person(&request, &session, payload).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let site = site_of(&site);
    let (Ok(consent_id), Ok(event_id)) = (ConsentId::parse(&consent_id), EventId::parse(&event_id)) else {
        return refused(&request, Some(&session), &Refusal::RecordsUnknown.into());
    };
    let read = Handover::read(form.get("recipient"), form.get("purpose"), form.get("reason"), false);
    let handover = match read {
        Ok(handover) => handover,
        Err(wrong) => return again(&request, &session, &site, (consent_id, event_id), kind, &form, &wrong),
    };
    let by = session.principal().clone();
    let shared = console(&request);
    let made = on_console(&shared, move |console, now| {
        let wanted = Wanted { site: &site, consent_id: &consent_id, event_id: &event_id };
        make(console, &by, wanted, kind, &handover, now)
    });
    match made.await {
        Ok(file) => download(file),
        Err(error) => refused(&request, Some(&session), &error),
    }
}

/// The form once more, with what is wrong beside each field.
fn again(
    request: &HttpRequest,
    session: &Session,
    site: &SiteId,
    (consent_id, event_id): (ConsentId, EventId),
    kind: ExportKind,
    form: &Form,
    wrong: &[(&'static str, Wrong)],
) -> HttpResponse {
    let shell = shell::of(request, session, Place::Site(Section::Records, site.clone()));
    let t = &shell.t.exports;
    let mut errors = Errors::default();
    for (field, wrong) in wrong {
        match (*field, wrong) {
            ("recipient", Wrong::TooLong(_)) => {
                errors.add("recipient", &t.recipient_long.plain("count", &RECIPIENT_CHARS_MAX.to_string()))
            }
            ("recipient", _) => errors.add("recipient", &t.recipient_required),
            ("purpose", Wrong::TooLong(_)) => {
                errors.add("purpose", &t.purpose_long.plain("count", &PURPOSE_CHARS_MAX.to_string()))
            }
            ("purpose", _) => errors.add("purpose", &t.purpose_required),
            _ => errors.add("reason", &t.reason_required),
        }
    }
    let reason = ExportReason::parse(form.get("reason")).map_or("", ExportReason::as_str);
    let view = Export {
        site: site_name(&console(request), site),
        consent_id: consent_id.to_string(),
        event_id: event_id.to_string(),
        kind: kind.as_str(),
        recipient: form.get("recipient").to_owned(),
        purpose: form.get("purpose").to_owned(),
        reason: reason.to_owned(),
        errors,
        shell,
    };
    screen_as(StatusCode::UNPROCESSABLE_ENTITY, &view)
}
