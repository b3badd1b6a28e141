//! Jobs that block, done away from the threads that serve requests.

use super::problem::ApiError;
use crate::app::App;
use crate::store::{Store, StoreError};
use actix_web::web;
use constat_shared::{Code, Hash, PublishedNotice, SiteId};
use std::sync::Arc;

/// Does a job on the store, and waits for it as long as a request may.
pub async fn on_store<T: Send + 'static>(
    app: &App,
    job: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, ApiError> {
    let store = Arc::clone(&app.store);
    within(app, aside(move || job(&*store))).await?.map_err(ApiError::from)
}

/// Does any other job.
pub async fn aside<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    web::block(job).await.map_err(|_| ApiError::new(Code::Internal, "Ask again later."))
}

/// Waits for what needs the store as long as a request may. What is not
/// waited for any more goes on and may still be done.
pub async fn within<T>(app: &App, work: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
    let done = tokio::time::timeout(app.deadline, work).await;
    done.unwrap_or_else(|_| {
        let seconds = app.deadline.as_secs();
        tracing::error!(seconds, "the store did not answer in time");
        let detail =
            format!("The store does not answer within {seconds} s: send the same request again later.");
        Err(ApiError::new(Code::StoreUnavailable, detail))
    })
}

/// A notice of that hash that was published for that site, now or before.
pub async fn published(app: &App, site: &SiteId, hash: Hash) -> Result<Option<PublishedNotice>, ApiError> {
    let notice = on_store(app, move |store| store.notice(&hash)).await?;
    Ok(notice.filter(|notice| notice.site == *site).map(PublishedNotice::new))
}
