//! Work that blocks, away from the threads that serve requests, and how long a
//! request waits for it.

use super::app::App;
use super::problem::ApiError;
use crate::store::{Store, StoreError};
use actix_web::web;
use constat_shared::Code;
use std::sync::Arc;
use std::time::Duration;

/// Does work on the store, and waits for it as long as a request may. The
/// functions that a route calls take only the part of the store that they need.
pub async fn on_store<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, ApiError> {
    let store = Arc::clone(&app.store);
    within(app.deadline, async {
        let done = web::block(move || work(&*store)).await;
        done.map_err(|_| ApiError::new(Code::Internal, "Ask again later."))?.map_err(ApiError::from)
    })
    .await
}

/// Waits for what needs the store for as long as `deadline`. Work that outlasts
/// it goes on and may still be done.
pub async fn within<T, E>(deadline: Duration, work: impl Future<Output = Result<T, E>>) -> Result<T, ApiError>
where
    ApiError: From<E>,
{
    match tokio::time::timeout(deadline, work).await {
        Ok(done) => Ok(done?),
        Err(_) => {
            let seconds = deadline.as_secs();
            tracing::error!(seconds, "the store did not answer in time");
            let detail =
                format!("The store does not answer within {seconds} s: send the same request again later.");
            Err(ApiError::new(Code::StoreUnavailable, detail))
        }
    }
}
