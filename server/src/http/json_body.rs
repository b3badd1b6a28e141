//! A JSON body, read with a limit; an error names the field at fault.

use super::problem::{ApiError, sentence};
use actix_web::web::{Bytes, Payload};
use constat_shared::{Code, Problem};
use serde::de::{DeserializeOwned, IgnoredAny};

/// Reads a JSON object of at most `bytes_max` bytes.
///
/// # Errors
/// A problem: the body is too large, broke off, is not JSON, or a field of it
/// is not what it should be; the field is then named.
pub async fn read<T: DeserializeOwned>(payload: Payload, bytes_max: usize) -> Result<T, ApiError> {
    parse(&bytes(payload, bytes_max).await?)
}

/// Reads a body of at most `bytes_max` bytes.
///
/// # Errors
/// A problem: the body is too large, or broke off.
pub async fn bytes(payload: Payload, bytes_max: usize) -> Result<Bytes, ApiError> {
    let body = payload.to_bytes_limited(bytes_max).await.map_err(|_| too_large(bytes_max))?;
    body.map_err(|_| ApiError::new(Code::MalformedJson, "The body broke off: send it whole."))
}

/// Reads the JSON object of a body.
///
/// # Errors
/// A problem, as [`read`].
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    // Serde would also take the values alone, in the order of the fields.
    let object = body.trim_ascii_start().starts_with(b"{");
    if let (true, Ok(value)) = (object, serde_json::from_slice(body)) {
        return Ok(value);
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
    let begins = |words| message.starts_with(words);
    let around = path.strip_suffix(".?");
    let at_fault = begins("missing field") || begins("unknown field") || begins("duplicate field");
    // A variant is a field's value, but where the path breaks off it is the name of a choice.
    let at_fault = at_fault || around.is_some() && begins("unknown variant");
    let named = message.split('`').nth(1).filter(|_| at_fault);
    match (around.unwrap_or(path), named) {
        ("." | "", Some(name)) => name.to_owned(),
        (path, Some(name)) if path != name && !path.ends_with(&format!(".{name}")) => {
            format!("{path}.{name}")
        }
        (path, _) => path.to_owned(),
    }
}

fn too_large(bytes_max: usize) -> ApiError {
    ApiError::new(Code::BodyTooLarge, format!("Send at most {bytes_max} bytes."))
}
