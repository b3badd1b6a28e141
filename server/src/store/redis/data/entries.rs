//! The operator entries of a log in Redis, and the deletions that are still to be
//! written into one. A log has a list of its purge entries and one of the others.

use super::key_names::{ENTRIES, PURGES, Tag};
use crate::store::StoreError;
use crate::store::common::{REASONS, reason_word};
use crate::store::error::unreadable;
use crate::store::redis::connection::Link;
use constat_shared::log::PurgeReason;
use constat_shared::{LogEntry, LogId, Month};
use redis::Cmd;
use std::collections::HashMap;

/// The most entries of one read.
const READ_CHUNK: usize = 2000;

/// The beginning of the name of the list that has an entry.
pub fn list(entry: &LogEntry) -> &'static str {
    if matches!(entry, LogEntry::Purge(_)) { PURGES } else { ENTRIES }
}

/// The operator entries of a log, in order.
pub fn all(link: &Link, log: &LogId) -> Result<Vec<(u64, LogEntry)>, StoreError> {
    let mut entries = Vec::new();
    each(link, log, |leaf_index, entry| entries.push((leaf_index, entry)))?;
    entries.sort_unstable_by_key(|(leaf_index, _)| *leaf_index);
    Ok(entries)
}

/// The operator entries of a log that are not purge entries, in order.
pub fn but_purges(link: &Link, log: &LogId) -> Result<Vec<(u64, LogEntry)>, StoreError> {
    let mut entries = Vec::new();
    each_of(link, log, ENTRIES, |leaf_index, entry| {
        // Earlier versions had all entries in this list.
        if list(&entry) == ENTRIES {
            entries.push((leaf_index, entry));
        }
    })?;
    Ok(entries)
}

/// Passes every operator entry of a log to `take`: first the others, then the purge entries.
pub fn each(link: &Link, log: &LogId, mut take: impl FnMut(u64, LogEntry)) -> Result<(), StoreError> {
    each_of(link, log, ENTRIES, &mut take)?;
    each_of(link, log, PURGES, &mut take)
}

fn each_of(
    link: &Link,
    log: &LogId,
    list: &str,
    mut take: impl FnMut(u64, LogEntry),
) -> Result<(), StoreError> {
    let key = Tag::of(log).entries(list, log.month);
    for first in (0..).step_by(READ_CHUNK) {
        let page = Cmd::lrange(&key, first, first + READ_CHUNK as isize - 1);
        let lines: Vec<String> = link.call().ask(&page)?;
        for line in &lines {
            let (leaf_index, entry) = read_entry(line)?;
            take(leaf_index, entry);
        }
        if lines.len() < READ_CHUNK {
            break;
        }
    }
    Ok(())
}

fn read_entry(line: &str) -> Result<(u64, LogEntry), StoreError> {
    let (leaf_index, json) = line.split_once(' ').ok_or_else(|| unreadable("an entry has no leaf index"))?;
    Ok((leaf_index.parse().map_err(unreadable)?, serde_json::from_str(json).map_err(unreadable)?))
}

/// The deleted records of a shard that are still to be written into a purge entry,
/// by the reason and the month of the log that has their leaves.
pub fn pending(link: &Link, tag: &Tag) -> Result<Vec<(PurgeReason, Month, u64)>, StoreError> {
    let counts: HashMap<String, u64> = link.call().ask(&Cmd::hgetall(tag.pending()))?;
    let read = |(field, count): (String, u64)| {
        let (word, month) =
            field.split_once(' ').ok_or_else(|| unreadable("a pending purge has no month"))?;
        let reason = REASONS.into_iter().find(|reason| reason_word(*reason) == word);
        let reason = reason.ok_or_else(|| unreadable("a pending purge has an unknown reason"))?;
        Ok((reason, Month::parse(month).map_err(unreadable)?, count))
    };
    counts.into_iter().map(read).collect()
}

/// The name of a field of [`pending`].
pub fn pending_field(reason: PurgeReason, month: Month) -> String {
    format!("{} {month}", reason_word(reason))
}
