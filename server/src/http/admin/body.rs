//! The body of a request that makes something.

use crate::http::json_body;
use crate::http::problem::ApiError;
use actix_web::web::{Bytes, Payload};
use serde::de::DeserializeOwned;

/// The most bytes of a body: one with the most sites and permissions fits.
const BYTES_MAX: usize = 16 * 1024;

/// Reads a JSON object; its bytes are compared when the request is repeated.
///
/// # Errors
/// As [`json_body::read`].
pub async fn read<T: DeserializeOwned>(payload: Payload) -> Result<(T, Bytes), ApiError> {
    let bytes = json_body::bytes(payload, BYTES_MAX).await?;
    Ok((json_body::parse(&bytes)?, bytes))
}
