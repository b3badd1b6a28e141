//! The records of a site by the time recorded, read from one index, and by the first
//! digits of their consent ids.

use super::{notices, records};
use crate::store::common::{Examination, Facts, Wanted};
use crate::store::error::unreadable;
use crate::store::{EXAMINED_MAX, ID_RANGE_MAX, IdRange, RecordFilter, RecordPage, RecordPlace, StoreError};
use constat_shared::{Action, ConsentId, EventId, Language, SiteId, Timestamp};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params, params_from_iter};
use std::collections::{BTreeSet, HashMap};

/// A shard of a site: its row and its number.
type ShardRow = (i64, u8);

/// As `RecordStore::page`.
pub fn page(
    connection: &Connection,
    site: &SiteId,
    filter: &RecordFilter,
    after: Option<&RecordPlace>,
    limit: usize,
) -> Result<RecordPage, StoreError> {
    let shards = shards(connection, site)?;
    if shards.is_empty() {
        return Ok(RecordPage { records: Vec::new(), unreadable: Vec::new(), examined: 0, next: None });
    }
    let (sql, values) = statement(&shards, filter, after);
    let (mut known, mut wanted) = (HashMap::new(), Wanted::new(filter));
    let (mut page, mut records, mut lost) = (Examination::new(limit), Vec::new(), Vec::new());
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        let (shard, event_id) = (row.get(2)?, row.get_ref(1)?.as_blob().map_err(unreadable)?);
        let Some(place) = place(row, event_id, shard, &shards)? else {
            // It has no place: it is shown with the page, if there is room.
            if lost.len() < limit {
                lost.extend(records::of_event(connection, &mut known, shard, event_id)?.err());
            }
            continue;
        };
        if !page.takes(place) {
            break;
        }
        if wanted.has(&facts(row)?, |number| notices::by_id(connection, number))? {
            page.wanted.push(place);
            match records::of_event(connection, &mut known, shard, event_id)? {
                Ok(record) => records.push(record),
                Err(rest) => lost.push(rest),
            }
        }
    }
    Ok(RecordPage { records, unreadable: lost, examined: page.examined, next: page.next() })
}

/// The index of every shard, merged: the newest record first.
fn statement(
    shards: &[ShardRow],
    filter: &RecordFilter,
    after: Option<&RecordPlace>,
) -> (String, Vec<Value>) {
    let after = after.filter(|after| after.recorded_at < filter.until);
    let (mut arms, mut values) = (Vec::with_capacity(shards.len()), Vec::new());
    for (row, number) in shards {
        // Of two records of one time and event id, that of the higher shard comes first.
        let order = if after.is_some_and(|after| *number < after.shard) { "<=" } else { "<" };
        arms.push(format!(
            "SELECT recorded_at, event_id, shard, notice, action, language, vendors, substr(consent_id, 15)
             FROM records WHERE shard = ? AND recorded_at >= ? AND (recorded_at, event_id) {order} (?, ?)"
        ));
        let (end, event_id) = match after {
            Some(after) => (after.recorded_at, after.event_id.as_bytes().to_vec()),
            None => (filter.until, Vec::new()),
        };
        values.extend([Value::Integer(*row), Value::Integer(filter.from.unix_ms())]);
        values.extend([Value::Integer(end.unix_ms()), Value::Blob(event_id)]);
    }
    let arms = arms.join(" UNION ALL ");
    // One more than is looked at tells whether there is more.
    (format!("{arms} ORDER BY 1 DESC, 2 DESC, 3 DESC LIMIT {}", EXAMINED_MAX + 1), values)
}

/// The place of a record; nothing when its event id cannot be read.
fn place(
    row: &Row<'_>,
    event_id: &[u8],
    shard: i64,
    shards: &[ShardRow],
) -> Result<Option<RecordPlace>, StoreError> {
    let recorded_at = Timestamp::from_unix_ms(row.get(0)?);
    let number = shards.iter().find(|(of, _)| *of == shard).map(|(_, number)| *number);
    let shard = number.ok_or_else(|| unreadable("a record has an unknown shard"))?;
    let event_id = event_id.try_into().ok().and_then(|bytes| EventId::from_bytes(bytes).ok());
    Ok(event_id.map(|event_id| RecordPlace { recorded_at, event_id, shard }))
}

fn facts<'a>(row: &'a Row<'_>) -> Result<Facts<'a>, StoreError> {
    let text = |column| row.get_ref(column)?.as_str().map_err(unreadable);
    Ok(Facts {
        notice: row.get(3)?,
        action: Action::parse(text(4)?),
        language: Language::parse(text(5)?),
        vendors: text(6)?.as_bytes(),
        id_end: row.get_ref(7)?.as_blob().map_err(unreadable)?,
    })
}

/// The shards of a site that have rows, by their numbers.
fn shards(connection: &Connection, site: &SiteId) -> Result<Vec<ShardRow>, StoreError> {
    let sql = "SELECT id, shard_number FROM shards WHERE site = ? ORDER BY shard_number";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([site.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// As `RecordStore::answered`.
pub fn answered(
    connection: &Connection,
    site: &SiteId,
) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
    let sql = "SELECT (SELECT min(recorded_at) FROM records WHERE shard = ?1),
                      (SELECT max(recorded_at) FROM records WHERE shard = ?1)";
    let mut statement = connection.prepare_cached(sql)?;
    let mut times = Vec::new();
    for (shard, _) in shards(connection, site)? {
        let ends: [Option<i64>; 2] = statement.query_row([shard], |row| Ok([row.get(0)?, row.get(1)?]))?;
        times.extend(ends.into_iter().flatten().map(Timestamp::from_unix_ms));
    }
    Ok(times.iter().min().copied().zip(times.iter().max().copied()))
}

/// As `RecordStore::consent_ids`.
pub fn consent_ids(
    connection: &Connection,
    site: &SiteId,
    range: &IdRange,
    limit: usize,
) -> Result<Vec<ConsentId>, StoreError> {
    let shards: BTreeSet<i64> = shards(connection, site)?.into_iter().map(|(row, _)| row).collect();
    let mut statement = connection.prepare_cached(
        "SELECT consent_id, shard FROM records WHERE consent_id BETWEEN ? AND ? ORDER BY consent_id LIMIT ?",
    )?;
    let mut rows = statement.query(params![range.first, range.last, ID_RANGE_MAX as i64])?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        let id = ConsentId::from_bytes(row.get(0)?).map_err(unreadable)?;
        if !shards.contains(&row.get(1)?) || ids.last() == Some(&id) {
            continue;
        }
        if ids.len() >= limit {
            break;
        }
        ids.push(id);
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract;
    use crate::store::sqlite::{FILE_NAME, SqliteStore};

    /// Otherwise a search that finds nothing reads 20,000 rows from all over the file.
    #[test]
    fn a_page_reads_the_index_alone() {
        let dir = tempfile::tempdir().unwrap();
        drop(SqliteStore::open(dir.path()).unwrap());
        let connection = Connection::open(dir.path().join(FILE_NAME)).unwrap();
        let filter =
            RecordFilter::of_time(contract::at("2026-01-01T00:00:00Z"), contract::at("2027-01-01T00:00:00Z"));
        for shards in [vec![(1, 1)], (1..=16).map(|number| (i64::from(number), number)).collect()] {
            let (sql, values) = statement(&shards, &filter, None);
            let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps = plan.query_map(params_from_iter(values), |row| row.get::<_, String>(3)).unwrap();
            let steps: Vec<String> = steps.map(Result::unwrap).collect();
            let reads: Vec<_> = steps.iter().filter(|step| step.contains("records")).collect();
            assert_eq!(reads.len(), shards.len());
            assert!(reads.iter().all(|step| step.contains("COVERING INDEX records_by_time")), "{steps:?}");
            assert!(!steps.iter().any(|step| step.contains("B-TREE")), "{steps:?}");
        }
    }
}
