//! The job that deletes what has come to its end (invariant 4).

use crate::clock;
use crate::store::{Store, StoreError};
use constat_shared::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// How often the job runs: well within the day that invariant 4 allows.
const INTERVAL: Duration = Duration::from_secs(3600);

/// Deletes what is due, and says how much that was.
///
/// # Errors
/// When the store fails; what is due then stays due.
pub fn expire(store: &dyn Store, now: Timestamp) -> Result<u64, StoreError> {
    let expired_count = store.expire(now)?;
    tracing::info!(expired_count, "the retention job has run");
    Ok(expired_count)
}

/// Runs the job once an hour, for as long as the server runs.
pub async fn run(store: Arc<dyn Store>) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let store = Arc::clone(&store);
        match actix_web::web::block(move || expire(&*store, clock::now())).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "the retention job failed"),
            Err(error) => tracing::error!(%error, "the retention job was cut off"),
        }
    }
}
