//! The hourly job: deletes expired records and old logs (invariant 4), and
//! writes what is served into the log of a new month.

use crate::proof::keys::Keys;
use crate::proof::logs::is_over;
use crate::proof::published;
use crate::render::site::Sites;
use crate::store::{LogStore, RecordStore, StoreError};
use crate::{clock, crash};
use constat_shared::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// How often the job runs: well within the day that invariant 4 allows.
const INTERVAL: Duration = Duration::from_secs(3600);

/// Deletes the records that are due and the logs that prove nothing any more,
/// and logs how many records that were.
///
/// # Errors
/// When the store fails; what is due then stays due.
pub fn expire<S: RecordStore + LogStore + ?Sized>(
    store: &S,
    keys: &Keys,
    now: Timestamp,
) -> Result<(), StoreError> {
    let expired_count = store.expire(now)?;
    tracing::info!(expired_count, "the retention job has run");
    for log in store.logs()?.into_iter().filter(|log| is_over(log, now)) {
        let Some(head) = store.head(&log)? else { continue };
        if store.drop_log(&log, &head.sign(&log, keys.signing()))? {
            tracing::info!(log = log.origin(), "a log was dropped; its last checkpoint is kept");
        }
    }
    Ok(())
}

/// Runs the job at once and then every hour. Returns only when a run panicked:
/// the caller starts it again.
pub async fn run<S>(store: Arc<S>, keys: Arc<Keys>, sites: Arc<Sites>)
where
    S: RecordStore + LogStore + ?Sized + 'static,
{
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let (store, keys, sites) = (Arc::clone(&store), Arc::clone(&keys), Arc::clone(&sites));
        let job = move || {
            crash::at("retention.job");
            let now = clock::now();
            expire(&*store, &keys, now)?;
            published::log_what_is_served(&*store, &sites.all(), now)
        };
        match tokio::task::spawn_blocking(job).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the retention job failed"),
            Err(error) => {
                tracing::error!(%error, "the retention job was cut off");
                return;
            }
        }
    }
}
