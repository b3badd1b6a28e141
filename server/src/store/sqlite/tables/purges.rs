//! Purge entries, and the table of deletions that are still to be written into one.

use super::logs::{Log, append_entry, is_purge};
use super::records::Deleted;
use super::shards::{self, read_id};
use crate::store::StoreError;
use crate::store::common::{AT_ONCE_MAX, REASONS, long_before, purged_count, purges, reason_word};
use crate::store::error::unreadable;
use constat_shared::log::{Purge, PurgeReason};
use constat_shared::{LogEntry, LogId, Month, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

/// Writes a purge entry for the deletions of each shard, or leaves it to [`write_pending`].
pub fn write(
    connection: &Connection,
    deleted: &Deleted,
    now: Timestamp,
    reason: PurgeReason,
) -> Result<(), StoreError> {
    for (log, purge) in purges(deleted, now, reason) {
        if is_at_once(connection, &log, now)? {
            append_entry(connection, &log, &LogEntry::Purge(purge))?;
        } else {
            leave(connection, &log, &purge)?;
        }
    }
    Ok(())
}

/// Whether a log takes a purge entry now.
fn is_at_once(connection: &Connection, id: &LogId, now: Timestamp) -> Result<bool, StoreError> {
    let Some(log) = Log::find(connection, id)? else { return Ok(true) };
    let mut statement = connection.prepare_cached(concat!(
        "SELECT count(*) FROM (SELECT 1 FROM entries INDEXED BY purge_entries WHERE log = ? AND ",
        is_purge!(),
        " = 1 LIMIT ?)"
    ))?;
    let count: i64 = statement.query_row(params![log.id, AT_ONCE_MAX as i64], |row| row.get(0))?;
    if count < AT_ONCE_MAX as i64 {
        return Ok(true);
    }
    let mut statement = connection.prepare_cached(concat!(
        "SELECT json FROM entries INDEXED BY purge_entries WHERE log = ? AND ",
        is_purge!(),
        " = 1 ORDER BY leaf_index DESC LIMIT 1"
    ))?;
    let last: Option<String> = statement.query_row([log.id], |row| row.get(0)).optional()?;
    let last = last.map(|json| serde_json::from_str(&json)).transpose().map_err(unreadable)?;
    Ok(!matches!(last, Some(LogEntry::Purge(purge)) if purge.purged_at > long_before(now)))
}

fn leave(connection: &Connection, log: &LogId, purge: &Purge) -> Result<(), StoreError> {
    let shard = shards::open(connection, log)?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO pending_purges (shard, reason, month, record_count) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET record_count = record_count + excluded.record_count",
    )?;
    for (month, count) in &purge.record_counts {
        statement.execute(params![
            shard,
            reason_word(purge.reason),
            month.to_string(),
            count.cast_signed()
        ])?;
    }
    Ok(())
}

/// Writes one purge entry for all that [`write()`] has left of a shard and a reason.
pub fn write_pending(connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
    for reason in REASONS {
        for (log, purge) in purges(&left(connection, reason)?, now, reason) {
            append_entry(connection, &log, &LogEntry::Purge(purge))?;
        }
    }
    connection.execute("DELETE FROM pending_purges", [])?;
    Ok(())
}

/// What is left for a reason, by the log that has the leaves.
fn left(connection: &Connection, reason: PurgeReason) -> Result<Deleted, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT site, month, shard_number, shard_count, record_count
         FROM pending_purges JOIN shards ON shards.id = shard WHERE reason = ?",
    )?;
    let mut rows = statement.query([reason_word(reason)])?;
    let mut left = Deleted::new();
    while let Some(row) = rows.next()? {
        left.insert(read_id(row, 0)?, row.get::<_, i64>(4)?.unsigned_abs());
    }
    Ok(left)
}

/// How many deleted records of a log are still to be written into a purge entry.
pub fn pending(connection: &Connection, log: &LogId) -> Result<u64, StoreError> {
    let Some(shard) = shards::find(connection, &log.site, log.shard)? else { return Ok(0) };
    let sql = "SELECT coalesce(sum(record_count), 0) FROM pending_purges WHERE shard = ? AND month = ?";
    let count: i64 = connection.query_row(sql, params![shard, log.month.to_string()], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// How many deleted records of the log of a month the purge entries of a log count.
pub fn counted(connection: &Connection, log: &Log, month: Month) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT json FROM entries INDEXED BY purge_entries WHERE log = ? AND ",
        is_purge!(),
        " = 1"
    ))?;
    let mut rows = statement.query([log.id])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        let entry = serde_json::from_str(row.get_ref(0)?.as_str().map_err(unreadable)?);
        count += purged_count(&entry.map_err(unreadable)?, month);
    }
    Ok(count)
}
