//! Answers of the console: screens, messages in the place of screens, and problems of its API.

use super::cookies::{self, Kind};
use super::shell;
use super::signed::Session;
use super::state::console;
use super::view::form::Errors;
use super::view::message::{Happened, Message, MessageGate};
use super::view::sign_in::{Arrival, SignIn};
use crate::access::error::{AccessError, Refusal};
use crate::http::problem::{ApiError, sentence};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use constat_shared::{Code, Problem};

/// A screen.
pub fn screen(template: &impl Template) -> HttpResponse {
    screen_as(StatusCode::OK, template)
}

/// A screen with another status, such as 422 for a form that was not taken.
pub fn screen_as(status: StatusCode, template: &impl Template) -> HttpResponse {
    match template.render() {
        Ok(html) => HttpResponse::build(status).content_type("text/html; charset=utf-8").body(html),
        Err(error) => {
            tracing::error!(%error, "a screen was not rendered");
            HttpResponse::InternalServerError()
                .content_type("text/plain; charset=utf-8")
                .body("A fault of the program.\n")
        }
    }
}

/// The status of a screen with a form: 422 for one that was not taken.
pub fn status_of(errors: &Errors) -> StatusCode {
    if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

/// Goes on at another screen, by GET (RFC 9110, section 15.4.4).
pub fn see(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}

/// What is shown where something was refused or failed: to somebody who is signed in, in the shell.
pub fn refused(request: &HttpRequest, session: Option<&Session>, error: &AccessError) -> HttpResponse {
    let (status, happened) = match error {
        AccessError::Refused(refusal) => {
            let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let happened = match refusal {
                Refusal::SignInWrong | Refusal::SessionEnded | Refusal::TokenInvalid => {
                    return sign_in(request);
                }
                Refusal::PermissionMissing(_) | Refusal::NotYours | Refusal::OwnRole => Happened::Forbidden,
                Refusal::LinkUsed | Refusal::LinkUnknown => Happened::LinkUsed,
                Refusal::Throttled(_) => Happened::TooMany,
                Refusal::Busy => Happened::Unavailable,
                Refusal::CursorUnknown => Happened::NotFound,
                _ if status == StatusCode::NOT_FOUND => Happened::NotFound,
                _ => Happened::BadForm,
            };
            (status, happened)
        }
        AccessError::Store(error) => {
            tracing::error!(%error, "a request of the console failed in the store");
            (StatusCode::SERVICE_UNAVAILABLE, Happened::Unavailable)
        }
        AccessError::Random(error) => {
            tracing::error!(%error, "the console has no random numbers");
            (StatusCode::INTERNAL_SERVER_ERROR, Happened::Fault)
        }
    };
    let wait = match error {
        AccessError::Refused(Refusal::Throttled(wait)) => Some(wait.as_secs().max(1)),
        _ => None,
    };
    let mut response = message(request, session, status, happened, wait.unwrap_or_default().div_ceil(60));
    if let Some(seconds) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// A message in the place of a screen.
pub fn message(
    request: &HttpRequest,
    session: Option<&Session>,
    status: StatusCode,
    happened: Happened,
    wait_minutes: u64,
) -> HttpResponse {
    match session {
        Some(session) => {
            let shell = shell::of(request, session, shell::Place::Other);
            screen_as(status, &Message { shell, happened, wait_minutes })
        }
        None => {
            let (gate, cookie) = shell::gate(request);
            let mut response = screen_as(status, &MessageGate { gate, happened, wait_minutes });
            add_cookie(&mut response, cookie);
            response
        }
    }
}

/// The sign-in screen in the place of one that needs a session; none where a password would be read on
/// the way.
fn sign_in(request: &HttpRequest) -> HttpResponse {
    if !console(request).address.lets_in() {
        return message(request, None, StatusCode::MISDIRECTED_REQUEST, Happened::PlainHttp, 0);
    }
    let had_session = cookies::read(request, &console(request).address, Kind::Session).is_some();
    let (gate, cookie) = shell::gate(request);
    let form = SignIn {
        gate: super::view::frame::Gate { path: Some("/console/sign-in".to_owned()), ..gate },
        arrival: if had_session { Arrival::SessionEnded } else { Arrival::Plain },
        email: String::new(),
        errors: Errors::default(),
    };
    let mut response = screen_as(StatusCode::UNAUTHORIZED, &form);
    add_cookie(&mut response, cookie);
    response
}

/// Adds a cookie to an answer, if there is one.
pub fn add_cookie(response: &mut HttpResponse, cookie: Option<actix_web::cookie::Cookie<'_>>) {
    // The names and values are made here, and are valid.
    if let Some(Err(error)) = cookie.map(|cookie| response.add_cookie(&cookie)) {
        tracing::error!(%error, "a cookie was not set");
    }
}

/// The same as a problem (RFC 9457), for programs.
pub fn problem(error: &AccessError) -> ApiError {
    let AccessError::Refused(refusal) = error else {
        tracing::error!(%error, "a request of the admin API failed");
        return ApiError::new(Code::StoreUnavailable, "Send the same request again later.");
    };
    let detail = sentence(&refusal.to_string());
    let code = code(*refusal);
    match refusal.field() {
        Some(field) => ApiError(Problem::of_field(code, field.to_owned(), detail)),
        None => ApiError::new(code, detail),
    }
}

fn code(refusal: Refusal) -> Code {
    match refusal.status() {
        401 => Code::TokenInvalid,
        403 => Code::PermissionMissing,
        404 if refusal == Refusal::SiteUnknown => Code::SiteUnknown,
        404 => Code::NotFound,
        409 => Code::Conflict,
        422 if refusal == Refusal::KeyReused => Code::IdempotencyKeyUsed,
        422 => Code::InvalidField,
        _ => Code::StoreUnavailable,
    }
}
