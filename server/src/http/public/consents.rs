//! `POST /v1/sites/{site}/consents`: a visitor's answer becomes a record.

use super::lookup::{credential, find_site};
use crate::consent::accept::{Accepted, accept};
use crate::http::app::App;
use crate::http::deadline::within;
use crate::http::first_party::OwnHost;
use crate::http::json_body;
use crate::http::problem::ApiError;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::ConsentRequest;
use constat_shared::consent::REQUEST_BYTES_MAX;

/// Checks the answer against the notice it names, stores it, and returns the
/// record once it is durable: 201, or 200 when the event id was stored before. A
/// consent id that has records takes answers only from its holder. In first-party
/// mode the browser is told to keep the choice.
pub async fn post(
    request: HttpRequest,
    app: Data<App>,
    site: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, ApiError> {
    let site = find_site(&app, &site)?;
    let consent: ConsentRequest = json_body::read(payload, REQUEST_BYTES_MAX).await?;
    let (shown, now) = (credential(&request), app.clock.best_time());
    let holder = shown.holder(&app.keys, &site.notice().site, &consent.consent_id, now);
    let accepted = accept(consent, holder, &site.site, app.store.clone(), &app.writer, &app.keys, &app.clock);
    let (mut response, answer) = match within(app.deadline, accepted).await? {
        Accepted::Stored(answer) => (HttpResponse::Created(), answer),
        Accepted::Repeated(answer) => (HttpResponse::Ok(), answer),
    };
    response.insert_header((CACHE_CONTROL, "no-store"));
    if let Some(host) = OwnHost::of(&request, &site.site) {
        host.keep(&mut response, &answer.response.record, &answer.notice, app.clock.best_time());
    }
    Ok(response.json(answer.response))
}
