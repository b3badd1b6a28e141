//! The hourly job: deletes expired records and old logs (invariant 4), and
//! writes what is served into the log of a new month. While the clock is wrong it
//! does nothing, and waits for the clock or the operator.

use crate::clock::{Clock, ClockError};
use crate::crash;
use crate::proof::keys::Keys;
use crate::proof::logs::is_over;
use crate::proof::published;
use crate::render::site::Sites;
use crate::store::{LogStore, RecordStore, Store, StoreError};
use constat_shared::Timestamp;
use std::mem::discriminant;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often the job runs: well within the day that invariant 4 allows.
const INTERVAL: Duration = Duration::from_secs(3600);
/// How often the clock is looked at, and the store while the clock is wrong.
const LOOK: Duration = Duration::from_secs(2);

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

/// What the job works with.
pub struct Retention {
    /// Where everything is stored.
    pub store: Arc<dyn Store>,
    /// What signs the last checkpoint of a log.
    pub keys: Arc<Keys>,
    /// The sites being served.
    pub sites: Arc<Sites>,
    /// What decides which records have expired.
    pub clock: Arc<Clock>,
}

impl Retention {
    fn run_once(&self) -> Result<(), StoreError> {
        crash::at("retention.job");
        self.clock.learn(&self.store.times()?);
        let now = self.clock.time()?;
        if let Some(remark) = self.clock.remark() {
            tracing::warn!("{remark}");
        }
        expire(&*self.store, &self.keys, now)?;
        published::log_what_is_served(&*self.store, &self.sites.all(), now)
    }
}

/// Runs the job at once and then every hour; while the clock is wrong, as soon as
/// it is right. Returns only when a run panicked: the caller starts it again.
pub async fn run(job: Arc<Retention>) {
    let mut ticks = tokio::time::interval(LOOK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (mut last_run, mut refused) = (None::<Instant>, None::<ClockError>);
    loop {
        ticks.tick().await;
        let is_due = last_run.is_none_or(|at| at.elapsed() >= INTERVAL);
        if !is_due && job.clock.time().is_ok() {
            continue;
        }
        let this = Arc::clone(&job);
        let ran = match tokio::task::spawn_blocking(move || this.run_once()).await {
            Ok(ran) => ran,
            Err(error) => {
                tracing::error!(%error, "the retention job was cut off");
                return;
            }
        };
        if let Err(StoreError::Clock(error)) = ran {
            if refused.as_ref().is_none_or(|before| discriminant(before) != discriminant(&error)) {
                tracing::error!("nothing is recorded and nothing deleted: {error}");
            }
            (last_run, refused) = (None, Some(error));
            continue;
        }
        last_run = Some(Instant::now());
        if refused.take().is_some() {
            tracing::info!("the clock is right again: records are taken, and expired ones deleted");
        }
        if let Err(error) = ran {
            tracing::error!(%error, "the retention job failed");
        }
    }
}
