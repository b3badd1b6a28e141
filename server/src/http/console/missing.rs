//! Addresses that the console does not have.

use super::answer::message;
use super::state::console;
use super::view::message::Happened;
use super::who::session_of;
use crate::http::problem::ApiError;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use constat_shared::Code;

/// The answer for an address that the console does not have: in the shell of who is signed in.
pub async fn not_found(request: HttpRequest) -> HttpResponse {
    if !request.path().starts_with("/console") {
        return ApiError::new(Code::NotFound, "Look the address up in /openapi.json.").error_response();
    }
    let session = if console(&request).address.lets_in() { session_of(&request).await.ok() } else { None };
    message(&request, session.as_ref(), StatusCode::NOT_FOUND, Happened::NotFound, 0)
}
