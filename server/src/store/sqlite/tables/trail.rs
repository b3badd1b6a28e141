//! The tables of the audit trail: its entries, and its months.

use crate::store::copy_store::index_taken;
use crate::store::error::unreadable;
use crate::store::{StoreError, TRAIL_PAGE_MAX, TrailEntry, TrailSegment};
use constat_shared::{CommitmentKey, ConsentId, Hash, Month, SignedCheckpoint, SiteId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// Appends an entry with the head that ends with it, unless the trail does not end before it.
pub fn append(
    connection: &Connection,
    entry: &TrailEntry,
    head: &SignedCheckpoint,
) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT end_index, month, (SELECT at FROM trail ORDER BY entry_index DESC LIMIT 1)
         FROM trail_segments ORDER BY month DESC LIMIT 1",
    )?;
    let last: Option<(i64, String, Option<i64>)> =
        statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    let month = Month::of(entry.at).to_string();
    let (end, last_month, last_at) = last.unwrap_or_default();
    if entry.index != end.unsigned_abs()
        || month < last_month
        || last_at.is_some_and(|at| entry.at.unix_ms() < at)
    {
        return Ok(false);
    }
    insert(connection, entry)?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO trail_segments (month, first_index, end_index, is_dropped, head) VALUES (?, ?, ? + 1, 0, ?)
         ON CONFLICT DO UPDATE SET end_index = excluded.end_index, head = excluded.head",
    )?;
    statement.execute(params![month, end, end, head.as_str()])?;
    Ok(true)
}

fn insert(connection: &Connection, entry: &TrailEntry) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO trail (entry_index, at, who, action, site, target, consent_id, commitment_key, commitment, link)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    statement.execute(params![
        entry.index.cast_signed(),
        entry.at.unix_ms(),
        entry.who,
        entry.action,
        entry.site.as_ref().map(SiteId::as_str),
        entry.target,
        entry.consent_id.as_ref().map(ConsentId::as_bytes),
        entry.key.as_ref().map(CommitmentKey::as_bytes),
        entry.commitment.as_bytes(),
        entry.link.as_bytes(),
    ])?;
    Ok(())
}

/// The entries from an index on, at most [`TRAIL_PAGE_MAX`].
pub fn page(connection: &Connection, first: u64, count: usize) -> Result<Vec<TrailEntry>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT entry_index, at, who, action, site, target, consent_id, commitment_key, commitment, link
         FROM trail WHERE entry_index >= ? ORDER BY entry_index LIMIT ?",
    )?;
    let count = count.min(TRAIL_PAGE_MAX) as i64;
    let Ok(first) = i64::try_from(first) else { return Ok(Vec::new()) };
    let mut rows = statement.query([first, count])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(read(row)?);
    }
    Ok(entries)
}

fn read(row: &Row<'_>) -> Result<TrailEntry, StoreError> {
    let (index, at): (i64, i64) = (row.get(0)?, row.get(1)?);
    let (site, consent_id): (Option<String>, Option<[u8; 16]>) = (row.get(4)?, row.get(6)?);
    let key: Option<[u8; 32]> = row.get(7)?;
    Ok(TrailEntry {
        index: index.unsigned_abs(),
        at: Timestamp::from_unix_ms(at),
        who: row.get(2)?,
        action: row.get(3)?,
        site: site.map(|site| SiteId::parse(&site)).transpose().map_err(unreadable)?,
        target: row.get(5)?,
        consent_id: consent_id.map(ConsentId::from_bytes).transpose().map_err(unreadable)?,
        key: key.map(CommitmentKey::from_bytes),
        commitment: Hash::from_bytes(row.get(8)?),
        link: Hash::from_bytes(row.get(9)?),
    })
}

/// Every month of the trail, oldest first.
pub fn segments(connection: &Connection) -> Result<Vec<TrailSegment>, StoreError> {
    let sql = "SELECT month, first_index, end_index, is_dropped, head FROM trail_segments ORDER BY month";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut segments = Vec::new();
    while let Some(row) = rows.next()? {
        let (first, end): (i64, i64) = (row.get(1)?, row.get(2)?);
        segments.push(TrailSegment {
            month: Month::parse(row.get_ref(0)?.as_str().map_err(unreadable)?).map_err(unreadable)?,
            first: first.unsigned_abs(),
            end: end.unsigned_abs(),
            is_dropped: row.get(3)?,
            head: row.get::<_, String>(4)?.into(),
        });
    }
    Ok(segments)
}

/// Deletes the entries of a month, unless it is the last one. Returns whether there were any.
pub fn drop_segment(connection: &Connection, month: Month) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached(
        "UPDATE trail_segments SET is_dropped = 1
         WHERE month = ? AND is_dropped = 0 AND month < (SELECT max(month) FROM trail_segments)
         RETURNING first_index, end_index",
    )?;
    let range = statement.query_row([month.to_string()], |row| Ok((row.get(0)?, row.get(1)?)));
    match range.optional()? {
        Some(range) => delete(connection, range),
        None => Ok(false),
    }
}

fn delete(connection: &Connection, (first, end): (i64, i64)) -> Result<bool, StoreError> {
    let sql = "DELETE FROM trail WHERE entry_index >= ? AND entry_index < ?";
    Ok(connection.execute(sql, [first, end])? > 0)
}

/// The consent ids that the trail names after one of them, at most [`TRAIL_PAGE_MAX`].
pub fn consent_ids(connection: &Connection, after: Option<ConsentId>) -> Result<Vec<ConsentId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT consent_id FROM trail WHERE consent_id > ? ORDER BY consent_id LIMIT ?",
    )?;
    let after = after.as_ref().map_or(&[][..], |after| after.as_bytes());
    let mut rows = statement.query(params![after, TRAIL_PAGE_MAX as i64])?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        ids.push(ConsentId::from_bytes(row.get(0)?).map_err(unreadable)?);
    }
    Ok(ids)
}

/// Forgets the target of every entry that names a consent id. Returns how many there were.
pub fn forget(connection: &Connection, consent_id: &ConsentId) -> Result<u64, StoreError> {
    let sql = "UPDATE trail SET target = NULL, consent_id = NULL, commitment_key = NULL WHERE consent_id = ?";
    Ok(connection.execute(sql, [consent_id.as_bytes()])? as u64)
}

/// Stores an entry of another store; where there is one, what that store has forgotten
/// of it is forgotten here.
///
/// # Errors
/// [`StoreError::Unreadable`] when another entry has its index.
pub fn put(connection: &Connection, entry: &TrailEntry) -> Result<(), StoreError> {
    match page(connection, entry.index, 1)?.pop() {
        Some(there) if there.index == entry.index && !entry.is_or_was(&there) => {
            return Err(index_taken(entry));
        }
        Some(there) if there == *entry => return Ok(()),
        _ => {}
    }
    connection.execute("DELETE FROM trail WHERE entry_index = ?", [entry.index.cast_signed()])?;
    insert(connection, entry)
}

/// Stores the months of another store, and deletes the entries of those that it has dropped.
pub fn put_segments(connection: &Connection, segments: &[TrailSegment]) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "INSERT OR REPLACE INTO trail_segments (month, first_index, end_index, is_dropped, head)
         VALUES (?, ?, ?, ?, ?)",
    )?;
    for TrailSegment { month, first, end, is_dropped, head } in segments {
        let (first, end) = (first.cast_signed(), end.cast_signed());
        statement.execute(params![month.to_string(), first, end, is_dropped, head.as_str()])?;
        if *is_dropped {
            delete(connection, (first, end))?;
        }
    }
    Ok(())
}
