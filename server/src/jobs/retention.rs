//! The hourly job: deletes expired records and old logs (invariant 4), what has ended
//! of the console, and what the audit trail need not keep any longer; and
//! writes what is served into the log of a new month. While the clock is wrong it
//! does nothing, and waits for the clock or the operator.

use crate::access::trail::KEPT_MONTHS;
use crate::clock::{Clock, ClockError};
use crate::consent::history::{forget_without_records, sites};
use crate::crash;
use crate::proof::keys::Keys;
use crate::proof::logs::is_over;
use crate::proof::published;
use crate::render::site::Sites;
use crate::store::{AccountStore, LogStore, NoticeStore, RecordStore, Store, StoreError, TrailStore};
use constat_shared::{Month, Timestamp};
use std::mem::discriminant;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often the job runs: well within the day that invariant 4 allows.
const INTERVAL: Duration = Duration::from_secs(3600);
/// How often the clock is looked at, and the store while the clock is wrong.
const LOOK: Duration = Duration::from_secs(2);

/// Deletes the console's documents that have ended, the months of the audit trail that
/// are older than [`KEPT_MONTHS`], and what the trail says of consent ids without records.
///
/// # Errors
/// When the store fails; what is due then stays due.
pub fn expire_console<S>(store: &S, now: Timestamp) -> Result<(), StoreError>
where
    S: AccountStore + TrailStore + RecordStore + NoticeStore + ?Sized,
{
    let document_count = store.expire_documents(now)?;
    for segment in store.trail_segments()? {
        let is_old = segment.month.months_until(Month::of(now)) > KEPT_MONTHS;
        if is_old && store.drop_trail_segment(segment.month)? {
            tracing::info!(month = %segment.month, "a month of the audit trail was deleted; its head is kept");
        }
    }
    let (sites, mut forgotten_count, mut after) = (sites(store)?, 0, None);
    loop {
        let page = store.consent_ids_in_trail(after)?;
        for consent_id in &page {
            forgotten_count += forget_without_records(store, consent_id, &sites)?;
        }
        after = page.last().copied();
        if after.is_none() {
            break;
        }
    }
    if document_count > 0 || forgotten_count > 0 {
        tracing::info!(document_count, forgotten_count, "what has ended of the console was deleted");
    }
    Ok(())
}

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
    *LAST_RUN.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
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
        // Before the records: their expiry also cleans the files.
        expire_console(&*self.store, now)?;
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

/// When the job ran last in this process.
static LAST_RUN: Mutex<Option<Timestamp>> = Mutex::new(None);

/// When the job ran last in this process.
pub fn last_run() -> Option<Timestamp> {
    *LAST_RUN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract::account_store::document;
    use crate::store::contract::trail_store::{append_trail, trail_entry};
    use crate::store::contract::{append, consent_id, month, notice, publish, record};
    use crate::store::sqlite::SqliteStore;
    use crate::store::{Document, DocumentKind};
    use constat_shared::ConsentId;

    fn store() -> (tempfile::TempDir, SqliteStore) {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path()).unwrap();
        (dir, store)
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_month_of_the_trail_is_deleted_when_all_of_it_is_older_than_25_months() {
        let (_dir, store) = store();
        let times = ["2020-01-31T23:59:59.999Z", "2020-02-01T00:00:00Z", "2022-02-28T00:00:00Z"];
        for (index, time) in (0..).zip(times) {
            let entry =
                crate::store::TrailEntry { at: at(time), ..trail_entry(index, "2026-01-01T00:00:00Z", None) };
            append_trail(&store, &[entry]);
        }
        let first = |now: &str| {
            expire_console(&store, at(now)).unwrap();
            store.trail(0, 10).unwrap()[0].index
        };
        assert_eq!(first("2022-02-28T23:59:59.999Z"), 0);
        assert_eq!(first("2022-03-01T00:00:00Z"), 1);
        assert_eq!(first("2022-03-31T23:59:59.999Z"), 1);
        // The last month stays: the trail goes on from it.
        assert_eq!(first("2032-01-01T00:00:00Z"), 2);
        assert_eq!(store.trail_segments().unwrap().len(), 3);
    }

    #[test]
    fn the_trail_forgets_a_consent_id_with_its_last_record() {
        let (_dir, store) = store();
        let notice = notice("boreale");
        publish(&store, &notice);
        let [due, kept] = ["2026-03-01T09:30:00Z", "2026-04-01T09:30:00Z"].map(|time| record(&notice, time));
        append(&store, &[due.clone(), kept.clone()]).unwrap();
        let names = [Some(due.consent_id), Some(kept.consent_id), None, Some(consent_id())];
        for (index, id) in (0..).zip(names) {
            append_trail(&store, &[trail_entry(index, "2026-05-01T09:30:00Z", id)]);
        }
        let named = || -> Vec<Option<ConsentId>> {
            expire_console(&store, due.expires_at).unwrap();
            store.trail(0, 10).unwrap().into_iter().map(|entry| entry.consent_id).collect()
        };
        assert_eq!(named(), [Some(due.consent_id), Some(kept.consent_id), None, None]);
        store.expire(due.expires_at).unwrap();
        assert_eq!(named(), [None, Some(kept.consent_id), None, None]);
        assert_eq!(store.trail_segments().unwrap()[0].month, month("2026-05"));
    }

    #[test]
    fn documents_that_have_ended_are_deleted() {
        let (_dir, store) = store();
        let ends_at = Some(at("2020-01-01T00:00:00Z"));
        let session = document(DocumentKind::Session, "a hash", "{}");
        store.put_document(&Document { ends_at, ..session }).unwrap();
        let count = |now: &str| {
            expire_console(&store, at(now)).unwrap();
            store.documents(DocumentKind::Session).unwrap().len()
        };
        assert_eq!((count("2019-12-31T23:59:59.999Z"), count("2020-01-01T00:00:00Z")), (1, 0));
    }
}
