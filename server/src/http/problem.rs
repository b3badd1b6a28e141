//! Problems as answers (RFC 9457).

use crate::clock::ClockError;
use crate::consent::accept::AcceptError;
use crate::consent::writer::WriteError;
use crate::store::StoreError;
use actix_web::error::{PathError, QueryPayloadError};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use constat_shared::{Code, Problem};
use std::fmt;

/// How long a client waits before it asks a busy server again, in seconds.
const RETRY_AFTER_S: u32 = 5;

/// How long a browser waits that has sent too many answers, in seconds.
const MORE_EVENTS_AFTER_S: u32 = 3600;

/// A problem on its way to the client.
#[derive(Debug)]
pub struct ApiError(pub Problem);

impl ApiError {
    /// A problem that is not about one field.
    pub fn new(code: Code, detail: impl Into<String>) -> ApiError {
        ApiError(Problem::new(code, detail))
    }
}

/// A message as a sentence: with a capital letter and a full stop.
pub fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.detail)
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        ApiError(problem)
    }
}

impl From<ClockError> for ApiError {
    fn from(refused: ClockError) -> Self {
        let detail =
            "Send the same request again later, with the same event id: the server's clock is wrong.";
        ApiError::new(refused.code(), detail)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a request failed in the store");
        let late = matches!(error, StoreError::Late(_)).then(|| sentence(&error.to_string()));
        let remedy = "Send the same request again later.";
        ApiError::new(
            Code::StoreUnavailable,
            late.map_or(remedy.to_owned(), |late| format!("{late} {remedy}")),
        )
    }
}

impl From<WriteError> for ApiError {
    fn from(error: WriteError) -> Self {
        let code = match error {
            WriteError::Clock(refused) => return refused.into(),
            WriteError::QueueFull => Code::QueueFull,
            WriteError::Store => Code::StoreUnavailable,
        };
        ApiError::new(code, "Send the same request again later, with the same event id.")
    }
}

impl From<AcceptError> for ApiError {
    fn from(error: AcceptError) -> Self {
        match error {
            AcceptError::Problem(problem) => problem.into(),
            AcceptError::Clock(refused) => refused.into(),
            AcceptError::Write(error) => error.into(),
            AcceptError::Store(error) => error.into(),
        }
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        let retry_after = match (self.0.code, self.status_code()) {
            (Code::TooManyEvents, _) => Some(MORE_EVENTS_AFTER_S),
            (_, StatusCode::SERVICE_UNAVAILABLE) => Some(RETRY_AFTER_S),
            _ => None,
        };
        if self.0.code == Code::TokenInvalid {
            // RFC 6750, section 3.
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(seconds) = retry_after {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        response.content_type("application/problem+json").body(serde_json::json!(self.0).to_string())
    }
}

/// The answer for an unknown address.
pub async fn not_found() -> ApiError {
    ApiError::new(Code::NotFound, "Look the address up in the server's documentation.")
}

/// The answer for a method that the address does not have; `allowed` names those that it has.
pub fn method_not_allowed(allowed: &str) -> HttpResponse {
    let problem =
        ApiError::new(Code::MethodNotAllowed, format!("Use one of the address's own methods: {allowed}."));
    let mut response = problem.error_response();
    if let Ok(allowed) = header::HeaderValue::from_str(allowed) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}

/// The answer for a query that names a key twice, or is malformed.
pub fn query_malformed(error: QueryPayloadError, _: &HttpRequest) -> actix_web::Error {
    ApiError::new(Code::InvalidField, format!("Correct the query of the address: {error}.")).into()
}

/// The answer for an address with a part that is not what it should be, such as a word for a number.
pub fn path_malformed(error: PathError, _: &HttpRequest) -> actix_web::Error {
    ApiError::new(Code::NotFound, format!("Correct the address: {error}.")).into()
}

impl actix_web::Responder for ApiError {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &actix_web::HttpRequest) -> HttpResponse {
        self.error_response()
    }
}

impl ApiError {
    /// No site of that id.
    pub fn site_unknown() -> ApiError {
        ApiError::new(Code::SiteUnknown, "Check the site's id in the script tag against its site file.")
    }

    /// The site does not speak that language.
    pub fn language_unknown() -> ApiError {
        ApiError::new(Code::LanguageUnknown, "Ask for one of the languages of the site file.")
    }
}
