//! Purge entries: what the logs record about deletions.
//!
//! A visitor can cause as many deletions as there are answers, and an entry stays
//! for as long as its log. So the number of entries has a bound: beyond it,
//! deletions are counted as pending, in the commit that deletes, and the hourly job
//! writes one entry for all of them.

use constat_shared::log::{Purge, PurgeReason};
use constat_shared::{LogEntry, LogId, Month, Timestamp};
use std::collections::BTreeMap;

/// How many purge entries a log of a month gets whenever something is deleted.
/// After that, one is written at once only when the last one is [`PAUSE_MS`] old.
pub const AT_ONCE_MAX: usize = 1000;
/// See [`AT_ONCE_MAX`]; in milliseconds.
const PAUSE_MS: i64 = 60_000;

/// The time of a last purge entry that does not make the next one at `now` wait.
pub fn long_before(now: Timestamp) -> Timestamp {
    Timestamp::from_unix_ms(now.unix_ms() - PAUSE_MS)
}

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

/// How many deleted records of the log of a month an entry counts.
pub fn purged_count(entry: &LogEntry, month: Month) -> u64 {
    match entry {
        LogEntry::Purge(purge) => purge.record_counts.get(&month).copied().unwrap_or_default(),
        _ => 0,
    }
}

/// The word for a reason in the stores.
pub fn reason_word(reason: PurgeReason) -> &'static str {
    match reason {
        PurgeReason::Expired => "expired",
        PurgeReason::Erased => "erased",
    }
}

/// Both reasons.
pub const REASONS: [PurgeReason; 2] = [PurgeReason::Expired, PurgeReason::Erased];
