//! Forms as handlers get them: read, and sent by who is shown the screen.

use super::answer::message;
use super::cookies::{self, Kind};
use super::form::{Form, FormError};
use super::signed::Session;
use super::state::console;
use super::view::message::Happened;
use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};

/// The form of somebody who is signed in.
///
/// # Errors
/// The answer: the form is unreadable (400), or has another's CSRF token (403).
pub async fn by_person(
    request: &HttpRequest,
    session: &Session,
    payload: Payload,
) -> Result<Form, HttpResponse> {
    Form::read(payload, &session.secret).await.map_err(|error| refuse(request, Some(session), error))
}

/// As [`by_person`], with a limit of its own in bytes.
///
/// # Errors
/// As [`by_person`].
pub async fn by_person_up_to(
    request: &HttpRequest,
    session: &Session,
    payload: Payload,
    bytes_max: usize,
) -> Result<Form, HttpResponse> {
    let form = Form::read_up_to(payload, &session.secret, bytes_max).await;
    form.map_err(|error| refuse(request, Some(session), error))
}

/// The form of somebody who is not signed in.
///
/// # Errors
/// As [`by_person`].
pub async fn by_stranger(request: &HttpRequest, payload: Payload) -> Result<Form, HttpResponse> {
    let secret = cookies::read(request, &console(request).address, Kind::Form).unwrap_or_default();
    Form::read(payload, &secret).await.map_err(|error| refuse(request, None, error))
}

fn refuse(request: &HttpRequest, session: Option<&Session>, error: FormError) -> HttpResponse {
    let (status, happened) = match error {
        FormError::Unreadable => (StatusCode::BAD_REQUEST, Happened::BadForm),
        FormError::Foreign => (StatusCode::FORBIDDEN, Happened::FormOutdated),
    };
    message(request, session, status, happened, 0)
}
