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
    let mut entries = read(link, log, ENTRIES)?;
    entries.extend(read(link, log, PURGES)?);
    entries.sort_unstable_by_key(|(leaf_index, _)| *leaf_index);
    Ok(entries)
}

/// The operator entries of a log that are not purge entries, in order.
pub fn but_purges(link: &Link, log: &LogId) -> Result<Vec<(u64, LogEntry)>, StoreError> {
    let mut entries = read(link, log, ENTRIES)?;
    // Earlier versions had all entries in this list.
    entries.retain(|(_, entry)| list(entry) == ENTRIES);
    Ok(entries)
}

fn read(link: &Link, log: &LogId, list: &str) -> Result<Vec<(u64, LogEntry)>, StoreError> {
    let (key, mut entries) = (Tag::of(log).entries(list, log.month), Vec::new());
    loop {
        let first = entries.len() as isize;
        let page = Cmd::lrange(&key, first, first + READ_CHUNK as isize - 1);
        let lines: Vec<String> = link.call().ask(&page)?;
        for line in &lines {
            entries.push(read_entry(line)?);
        }
        if lines.len() < READ_CHUNK {
            return Ok(entries);
        }
    }
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
