//! The time-stamps of a site's logs.

use super::site_history::entries;
use super::timestamp::trust::stated;
use crate::store::{LogStore, StoreError};
use constat_shared::{LogEntry, LogId, SiteId, Timestamp};
use std::collections::BTreeMap;

/// A time-stamp over the head of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastStamp {
    /// The time of the authority.
    pub at: Timestamp,
    /// How many leaves the log had then.
    pub size: u64,
    /// The subject of the authority's certificate.
    pub authority: String,
}

/// The newest time-stamp of each log of a site that has one. Whether its authority is to be trusted is
/// for who verifies.
///
/// # Errors
/// When the store fails.
pub fn last_stamps(store: &dyn LogStore, site: &SiteId) -> Result<BTreeMap<LogId, LastStamp>, StoreError> {
    let mut stamps: BTreeMap<LogId, LastStamp> = BTreeMap::new();
    // A stamp lies in the log of the month in which it was made.
    for entry in entries(store, site)? {
        let LogEntry::Timestamp(token) = entry else { continue };
        let Some((at, authority)) = stated(&token) else { continue };
        let Ok(head) = token.checkpoint.read(&token.log) else { continue };
        if stamps.get(&token.log).is_none_or(|known| known.at <= at) {
            stamps.insert(token.log, LastStamp { at, size: head.size, authority });
        }
    }
    Ok(stamps)
}
