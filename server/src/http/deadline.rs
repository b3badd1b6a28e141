//! Work that blocks, away from the threads that serve requests, and how long a
//! request waits for it.

use super::app::App;
use super::problem::ApiError;
use crate::store::{Store, StoreError};
use actix_web::web;
use std::sync::Arc;
use std::time::Duration;

/// Does work on the store, and waits for it as long as a request may. The
/// functions that a route calls take only the part of the store that they need.
pub async fn on_store<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, ApiError> {
    let store = Arc::clone(&app.store);
    Ok(blocking(app.deadline, move || work(&*store)).await?)
}

/// Does work that blocks, and waits for it for as long as `deadline`.
///
/// # Errors
/// Those of the work; as [`within`].
pub async fn blocking<T, E>(
    deadline: Duration,
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let done = within(deadline, async { Ok(web::block(work).await) }).await?;
    done.unwrap_or_else(|_| Err(StoreError::Engine("the work was cut off".to_owned()).into()))
}

/// Waits for what needs the store for as long as `deadline`. Work that outlasts
/// it goes on and may still be done.
///
/// # Errors
/// Those of the work; [`StoreError::Late`].
pub async fn within<T, E: From<StoreError>>(
    deadline: Duration,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let done = tokio::time::timeout(deadline, work).await;
    done.unwrap_or_else(|_| Err(StoreError::Late(deadline).into()))
}
