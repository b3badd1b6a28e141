//! The table of times: one row.

use crate::clock::{self, StoreTimes};
use crate::store::StoreError;
use constat_shared::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

/// What the table holds.
pub fn read(connection: &Connection) -> Result<StoreTimes, StoreError> {
    let mut statement = connection.prepare_cached("SELECT newest, accepted_at FROM times")?;
    let row = statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (newest, accepted_at): (Option<i64>, Option<i64>) = row.unwrap_or_default();
    let time = |ms: Option<i64>| ms.map(Timestamp::from_unix_ms);
    Ok(StoreTimes { newest: time(newest), accepted_at: time(accepted_at), engine_now: None })
}

/// Raises the newest time to the date of what is committed, but never beyond the clock.
pub fn raise(connection: &Connection, dated: Option<Timestamp>) -> Result<(), StoreError> {
    let Some(dated) = dated else { return Ok(()) };
    let mut statement = connection.prepare_cached(
        "INSERT INTO times (id, newest) VALUES (1, ?) ON CONFLICT (id)
         DO UPDATE SET newest = max(coalesce(newest, excluded.newest), excluded.newest)",
    )?;
    statement.execute([dated.min(clock::now()).unix_ms()])?;
    Ok(())
}

/// Sets both times; `None` leaves what is there.
pub fn set(connection: &Connection, times: &StoreTimes) -> Result<(), StoreError> {
    let [newest, accepted_at] = [times.newest, times.accepted_at].map(|time| time.map(Timestamp::unix_ms));
    connection.execute(
        "INSERT INTO times (id, newest, accepted_at) VALUES (1, ?, ?) ON CONFLICT (id)
         DO UPDATE SET newest = coalesce(excluded.newest, newest),
           accepted_at = coalesce(excluded.accepted_at, accepted_at)",
        params![newest, accepted_at],
    )?;
    Ok(())
}
