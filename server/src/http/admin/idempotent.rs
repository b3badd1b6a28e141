//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a repeated request makes nothing new.

use super::work::done;
use crate::access::error::{AccessError, Refusal};
use crate::access::principal::Principal;
use crate::access::request::{self, Seen};
use crate::http::bearer::bearer;
use crate::http::console::answer;
use crate::http::console::state::Console;
use crate::http::problem::ApiError;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Hash, Timestamp};
use serde_json::Value;

/// The name of the header.
const HEADER: &str = "Idempotency-Key";

/// What was made: the whole answer, and what a repeated request gets of it.
pub struct Made {
    /// With the token or link.
    pub whole: Value,
    /// Without.
    pub without_secret: Value,
}

/// Makes something, and answers 201; a request that is repeated gets the same without the secret.
///
/// # Errors
/// A problem: of the key, or of what is to be made.
pub async fn create(
    request: &HttpRequest,
    by: Principal,
    body: Bytes,
    make: impl FnOnce(&Console, &Principal, Timestamp) -> Result<Made, AccessError> + Send + 'static,
) -> Result<HttpResponse, ApiError> {
    let key = key(request).map_err(|refusal| answer::problem(&refusal.into()))?;
    // Tokens of one name have keys of their own.
    let holder = Hash::of(bearer(request).unwrap_or_default().as_bytes());
    let operation = format!("{} {} {holder}", request.method(), request.path());
    let answer = done(request, move |console, now| {
        let Some(key) = key else { return Ok(make(console, &by, now)?.whole) };
        match request::take(&console.access, &by, &operation, &key, &body, now)? {
            Seen::Again(answer) => Ok(answer),
            Seen::First(name) => first(console, &name, make(console, &by, now), now),
        }
    });
    Ok(HttpResponse::Created().json(answer.await?))
}

/// Keeps what was made under the name of its request; what was refused may be sent again. Where the store
/// failed, something may have been made.
fn first(
    console: &Console,
    name: &str,
    made: Result<Made, AccessError>,
    now: Timestamp,
) -> Result<Value, AccessError> {
    match made {
        Ok(made) => {
            request::answered(&console.access, name, &made.without_secret, now)?;
            Ok(made.whole)
        }
        Err(refused @ AccessError::Refused(_)) => {
            request::forget(&console.access, name)?;
            Err(refused)
        }
        Err(failed) => Err(failed),
    }
}

fn key(request: &HttpRequest) -> Result<Option<String>, Refusal> {
    let mut headers = request.headers().get_all(HEADER);
    match (headers.next().map(|value| value.to_str()), headers.next()) {
        (None, _) => Ok(None),
        (Some(Ok(key)), None) => Ok(Some(key.to_owned())),
        _ => Err(Refusal::KeyInvalid),
    }
}
