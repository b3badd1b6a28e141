//! The hourly job: what has come to its end is deleted (invariant 4), and what
//! is served is written into the log of a new month.

use crate::app::App;
use crate::clock;
use crate::serving;
use crate::store::StoreError;
use actix_web::web::Data;
use constat_shared::Timestamp;
use std::time::Duration;

/// How often the job runs: well within the day that invariant 4 allows.
const INTERVAL: Duration = Duration::from_secs(3600);

/// Deletes the records that are due and the logs that prove nothing any more,
/// and says how many records that were.
///
/// # Errors
/// When the store fails; what is due then stays due.
pub fn expire(app: &App, now: Timestamp) -> Result<(), StoreError> {
    let expired_count = app.store.expire(now)?;
    tracing::info!(expired_count, "the retention job has run");
    for log in app.store.logs()?.into_iter().filter(|log| serving::is_over(log, now)) {
        let Some(head) = app.store.head(&log)? else { continue };
        if app.store.drop_log(&log, &head.sign(&log, app.keys.signing()))? {
            tracing::info!(log = log.origin(), "a log was dropped; its last checkpoint is kept");
        }
    }
    Ok(())
}

/// Runs the job at once and then every hour, for as long as the server runs.
pub async fn run(app: Data<App>) {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let app = app.clone();
        let job = move || {
            let now = clock::now();
            expire(&app, now)?;
            serving::announce(&*app.store, &app.sites.all(), now)
        };
        match actix_web::web::block(job).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the retention job failed"),
            Err(error) => tracing::error!(%error, "the retention job was cut off"),
        }
    }
}
