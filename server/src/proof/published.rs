//! The server writes what it serves into the log, so that a record's evidence
//! can name what its visitor's browser was given.

use super::logs::LOG_MONTHS;
use crate::render::site::ServedSite;
use crate::store::{LogStore, StoreError};
use constat_shared::log::Serving;
use constat_shared::{Hash, LogEntry, LogId, Month, SiteId, Timestamp};
use std::sync::Arc;

/// Makes sure that this month's log of every site names the files that are
/// served with its notice, and the pictures that were taken of it. Both are
/// repeated each month: a month's log is dropped when its records have expired.
///
/// # Errors
/// When the store fails.
pub fn log_what_is_served<S: LogStore + ?Sized>(
    store: &S,
    sites: &[Arc<ServedSite>],
    now: Timestamp,
) -> Result<(), StoreError> {
    for served in sites {
        let notice_hash = served.notice().notice_hash();
        let log = LogId::first(served.notice().site.clone(), Month::of(now), served.site.log_shards);
        let entries = store.entries_but_purges(&log)?;
        let newest = entries.iter().rev().find_map(|(_, entry)| match entry {
            LogEntry::Serving(serving) => Some(serving),
            _ => None,
        });
        if newest.is_none_or(|newest| newest.notice_hash != notice_hash || newest.files != served.files) {
            let (site, files) = (log.site.clone(), served.files.clone());
            let serving = Serving { site, notice_hash, serving_at: now, files };
            store.append_entry(&log, &LogEntry::Serving(serving))?;
        }
        if !entries.iter().any(|(_, entry)| shows(entry, &notice_hash))
            && let Some((_, _, earlier)) = find_snapshot(store, &log.site, log.month, &notice_hash)?
        {
            store.append_entry(&log, &earlier)?;
        }
    }
    Ok(())
}

/// Whether an entry is the pictures of that notice.
fn shows(entry: &LogEntry, notice_hash: &Hash) -> bool {
    matches!(entry, LogEntry::Snapshot(snapshot) if snapshot.notice_hash == *notice_hash)
}

/// The newest entry of the pictures of a notice, as [`find`] looks for it.
///
/// # Errors
/// When the store fails.
pub fn find_snapshot<S: LogStore + ?Sized>(
    store: &S,
    site: &SiteId,
    newest: Month,
    notice_hash: &Hash,
) -> Result<Option<(LogId, u64, LogEntry)>, StoreError> {
    find(store, site, newest, |entry| shows(entry, notice_hash))
}

/// The newest entry of a site that is wanted, with its log and leaf index there:
/// from a month back as far as a log is kept.
///
/// # Errors
/// When the store fails.
pub fn find<S: LogStore + ?Sized>(
    store: &S,
    site: &SiteId,
    newest: Month,
    wanted: impl Fn(&LogEntry) -> bool,
) -> Result<Option<(LogId, u64, LogEntry)>, StoreError> {
    let shards = store.shards(site)?;
    for month in newest.back().take(usize::from(LOG_MONTHS) + 1) {
        let log = LogId::first(site.clone(), month, shards);
        let mut entries = store.entries_but_purges(&log)?.into_iter().rev();
        if let Some((leaf_index, entry)) = entries.find(|(_, entry)| wanted(entry)) {
            return Ok(Some((log, leaf_index, entry)));
        }
    }
    Ok(None)
}
