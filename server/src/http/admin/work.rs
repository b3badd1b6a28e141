//! Work on the store, as a route of the API does it.

use crate::access::error::AccessError;
use crate::http::console::answer;
use crate::http::console::state::{Console, console, on_console};
use crate::http::problem::ApiError;
use actix_web::HttpRequest;
use constat_shared::Timestamp;

/// Does work that waits for the store.
///
/// # Errors
/// The refusal as a problem; 503, when the store fails.
pub async fn done<T: Send + 'static>(
    request: &HttpRequest,
    work: impl FnOnce(&Console, Timestamp) -> Result<T, AccessError> + Send + 'static,
) -> Result<T, ApiError> {
    on_console(&console(request), work).await.map_err(|error| answer::problem(&error))
}
