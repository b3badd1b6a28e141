//! The operator's word that the system's clock is right.

use crate::clock::StoreTimes;
use crate::store::{ClockStore, LogStore, NoticeStore, StoreError};
use constat_shared::log::ClockAccepted;
use constat_shared::{LogEntry, LogId, Month, SiteId, Timestamp};
use std::collections::BTreeSet;

/// Writes the word into the log of every site, and sets the newest time of the store
/// to `now`: records are dated by the clock again, and what has expired is deleted.
/// May be repeated.
///
/// # Errors
/// When the store fails: some logs may then have the entry, and the clock is not accepted.
pub fn accept_clock<S>(store: &S, now: Timestamp) -> Result<(), StoreError>
where
    S: ClockStore + LogStore + NoticeStore + ?Sized,
{
    let newest_before = store.times()?.newest;
    let sites: BTreeSet<SiteId> = store.notices()?.into_iter().map(|(site, _)| site).collect();
    for site in sites {
        let log = LogId::first(site.clone(), Month::of(now), store.shards(&site)?);
        let word = ClockAccepted { site, accepted_at: now, newest_before };
        store.append_entry(&log, &LogEntry::Clock(word))?;
    }
    store.set_times(&StoreTimes { newest: Some(now), accepted_at: Some(now), engine_now: None })
}
