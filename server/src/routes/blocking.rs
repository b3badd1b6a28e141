//! Jobs that block, done away from the threads that serve requests.

use super::problem::ApiError;
use crate::app::App;
use crate::store::{Store, StoreError};
use actix_web::web;
use constat_shared::Code;
use std::sync::Arc;

/// Does a job on the store.
pub async fn on_store<T: Send + 'static>(
    app: &App,
    job: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, ApiError> {
    let store = Arc::clone(&app.store);
    aside(move || job(&*store)).await?.map_err(ApiError::from)
}

/// Does any other job.
pub async fn aside<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    web::block(job).await.map_err(|_| ApiError::new(Code::Internal, "Ask again later."))
}
