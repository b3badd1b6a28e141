//! The time-stamps of a site's logs.

use super::timestamp::trust::stated;
use constat_shared::{LogEntry, LogId, Timestamp};
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

/// The newest time-stamp of each log that the operator entries of a site have one of. Whether its authority
/// is to be trusted is for who verifies.
pub fn last_stamps(entries: Vec<LogEntry>) -> BTreeMap<LogId, LastStamp> {
    let mut stamps: BTreeMap<LogId, LastStamp> = BTreeMap::new();
    for entry in entries {
        let LogEntry::Timestamp(token) = entry else { continue };
        let Some((at, authority)) = stated(&token) else { continue };
        let Ok(head) = token.checkpoint.read(&token.log) else { continue };
        if stamps.get(&token.log).is_none_or(|known| known.at <= at) {
            stamps.insert(token.log, LastStamp { at, size: head.size, authority });
        }
    }
    stamps
}
