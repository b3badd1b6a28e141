//! The table of erased events.

use super::records::of_site;
use super::shards::read_shard;
use crate::store::erased_events::{fingerprint, remembered_until};
use crate::store::error::unreadable;
use crate::store::{ERASED_MAX, ErasedEvent, StoreError};
use constat_shared::{ConsentId, EventId, Record, SiteId, Timestamp};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

/// Whether the event of a record is one of those that were erased in its shard.
pub fn has(connection: &Connection, shard: i64, record: &Record) -> Result<bool, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT 1 FROM erased_events WHERE shard = ? AND fingerprint = ?")?;
    Ok(statement.exists(params![shard, fingerprint(&record.site, &record.event_id)])?)
}

/// Remembers the events of the records of a consent id on a site.
pub fn remember(connection: &Connection, site: &SiteId, consent_id: &ConsentId) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT shard, event_id, choice_expires_at FROM records JOIN shards ON shards.id = shard WHERE ",
        of_site!()
    ))?;
    let mut rows = statement.query(params![consent_id.as_bytes(), site.as_str()])?;
    let mut shards = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let shard = row.get(0)?;
        // One that cannot be read was not sent like this, and does not come back.
        let Ok(event_id) = EventId::from_bytes(row.get(1)?) else { continue };
        let until = remembered_until(Timestamp::from_unix_ms(row.get(2)?));
        add(connection, shard, &fingerprint(site, &event_id), until)?;
        shards.insert(shard);
    }
    shards.into_iter().try_for_each(|shard| keep_the_last(connection, shard))
}

/// Adds an event to those of a shard.
pub fn add(
    connection: &Connection,
    shard: i64,
    fingerprint: &[u8; 16],
    until: Timestamp,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO erased_events (shard, fingerprint, forgotten_at) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET forgotten_at = max(forgotten_at, excluded.forgotten_at)",
    )?;
    statement.execute(params![shard, fingerprint, until.unix_ms()])?;
    Ok(())
}

/// Forgets those that a shard has above [`ERASED_MAX`].
fn keep_the_last(connection: &Connection, shard: i64) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM erased_events WHERE shard = ?1 AND fingerprint IN
           (SELECT fingerprint FROM erased_events WHERE shard = ?1
            ORDER BY forgotten_at DESC LIMIT -1 OFFSET ?2)",
    )?;
    statement.execute(params![shard, ERASED_MAX as i64])?;
    Ok(())
}

/// Forgets those whose time has come.
pub fn forget(connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
    connection.execute("DELETE FROM erased_events WHERE forgotten_at <= ?", [now.unix_ms()])?;
    Ok(())
}

/// The shard and fingerprint of the last event of a page.
pub type PageEnd = (i64, Vec<u8>);

/// Up to `limit` events after the end of the page before. Moves `end` to the end of this page.
pub fn page(
    connection: &Connection,
    end: &mut PageEnd,
    limit: usize,
) -> Result<Vec<ErasedEvent>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT site, shard_number, shard_count, fingerprint, forgotten_at, shard
         FROM erased_events JOIN shards ON shards.id = shard
         WHERE (shard, fingerprint) > (?, ?) ORDER BY shard, fingerprint LIMIT ?",
    )?;
    let mut rows = statement.query(params![end.0, end.1, limit as i64])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        let site = SiteId::parse(row.get_ref(0)?.as_str().map_err(unreadable)?).map_err(unreadable)?;
        let fingerprint: [u8; 16] = row.get(3)?;
        *end = (row.get(5)?, fingerprint.to_vec());
        let until = Timestamp::from_unix_ms(row.get(4)?);
        events.push(ErasedEvent { site, shard: read_shard(row, 1)?, fingerprint, until });
    }
    Ok(events)
}
