//! Purge entries: what the logs record about deletions.

use constat_shared::log::{Purge, PurgeReason};
use constat_shared::{LogEntry, LogId, Month, Timestamp};
use std::collections::BTreeMap;

/// The purge entries for deletions, each with the log that it belongs to: one
/// for each shard.
pub fn purges(
    deleted: &BTreeMap<LogId, u64>,
    purged_at: Timestamp,
    reason: PurgeReason,
) -> Vec<(LogId, Purge)> {
    let mut counts: BTreeMap<LogId, BTreeMap<Month, u64>> = BTreeMap::new();
    for (log, count) in deleted {
        let writing = log.in_month(Month::of(purged_at));
        counts.entry(writing).or_default().insert(log.month, *count);
    }
    let purge = |(log, record_counts): (LogId, _)| {
        let purge = Purge { site: log.site.clone(), purged_at, reason, record_counts };
        (log, purge)
    };
    counts.into_iter().map(purge).collect()
}

/// The number of deleted records of the log of a month, according to purge entries.
pub fn purged_count<'a>(entries: impl IntoIterator<Item = &'a LogEntry>, month: Month) -> u64 {
    let counts = entries.into_iter().map(|entry| match entry {
        LogEntry::Purge(purge) => purge.record_counts.get(&month).copied().unwrap_or_default(),
        _ => 0,
    });
    counts.sum()
}
