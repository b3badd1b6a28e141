//! The table of shards: the number of logs a month of each site.

use crate::store::StoreError;
use crate::store::error::unreadable;
use constat_shared::{LogId, LogShards, Month, Shard, SiteId};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// The number of logs a month of a site; `None` when none is set.
pub fn kept(connection: &Connection, site: &SiteId) -> Result<Option<LogShards>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT shard_count FROM shards WHERE site = ? LIMIT 1")?;
    let count: Option<u8> = statement.query_row([site.as_str()], |row| row.get(0)).optional()?;
    count.map(LogShards::new).transpose().map_err(unreadable)
}

/// Sets the number of logs a month of a site, unless it is set.
///
/// # Errors
/// [`StoreError::ShardsDiffer`] when it is set to another number.
pub fn set(connection: &Connection, site: &SiteId, shards: LogShards) -> Result<(), StoreError> {
    if let Some(kept) = kept(connection, site)? {
        return if kept == shards {
            Ok(())
        } else {
            Err(StoreError::ShardsDiffer { site: site.clone(), kept })
        };
    }
    for shard in shards.all() {
        connection.execute(
            "INSERT INTO shards (site, shard_number, shard_count) VALUES (?, ?, ?)",
            params![site.as_str(), shard.number(), shards.get()],
        )?;
    }
    Ok(())
}

/// The row of a shard; `None` when there is none.
pub fn find(connection: &Connection, site: &SiteId, shard: Shard) -> Result<Option<i64>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT id FROM shards WHERE site = ? AND shard_number = ? AND shard_count = ?")?;
    let of = params![site.as_str(), shard.number(), shard.count().get()];
    Ok(statement.query_row(of, |row| row.get(0)).optional()?)
}

/// The row of a log's shard. Creates the rows of all shards of a site that has none.
///
/// # Errors
/// As [`set`].
pub fn open(connection: &Connection, log: &LogId) -> Result<i64, StoreError> {
    open_shard(connection, &log.site, log.shard)
}

/// The row of a shard; as [`open`].
pub fn open_shard(connection: &Connection, site: &SiteId, shard: Shard) -> Result<i64, StoreError> {
    set(connection, site, shard.count())?;
    let found = find(connection, site, shard)?;
    found.ok_or_else(|| unreadable(format!("a shard of {site} is missing")))
}

/// The log whose site, month, shard number and shard count are in the four
/// columns from `first` on.
pub fn read_id(row: &Row<'_>, first: usize) -> Result<LogId, StoreError> {
    let text = |column| row.get_ref(column)?.as_str().map_err(unreadable);
    let site = SiteId::parse(text(first)?).map_err(unreadable)?;
    let month = Month::parse(text(first + 1)?).map_err(unreadable)?;
    let shard = read_shard(row, first + 2)?;
    Ok(LogId { site, month, shard })
}

/// The shard whose number and count are in the two columns from `first` on.
pub fn read_shard(row: &Row<'_>, first: usize) -> Result<Shard, StoreError> {
    let count = LogShards::new(row.get(first + 1)?).map_err(unreadable)?;
    let shard = Shard::new(row.get(first)?, count);
    shard.ok_or_else(|| unreadable("a shard's number is larger than the number of shards"))
}
