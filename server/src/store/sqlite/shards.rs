//! Over how many logs a month the records of a site are spread.

use crate::store::StoreError;
use crate::store::common::unreadable;
use constat_shared::{LogShards, Shard, SiteId};
use rusqlite::{Connection, OptionalExtension, params};

/// How many logs a month a site has; nothing when nothing is kept for it yet.
pub fn kept(connection: &Connection, site: &SiteId) -> Result<Option<LogShards>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT shard_count FROM shards WHERE site = ? LIMIT 1")?;
    let count: Option<u8> = statement.query_row([site.as_str()], |row| row.get(0)).optional()?;
    count.map(LogShards::new).transpose().map_err(unreadable)
}

/// Fixes how many logs a month a site has, unless that is done.
///
/// # Errors
/// [`StoreError::Spread`] when it has another number of them.
pub fn spread(connection: &Connection, site: &SiteId, shards: LogShards) -> Result<(), StoreError> {
    if let Some(kept) = kept(connection, site)? {
        return if kept == shards { Ok(()) } else { Err(StoreError::Spread { site: site.clone(), kept }) };
    }
    for shard in shards.all() {
        connection.execute(
            "INSERT INTO shards (site, shard_number, shard_count) VALUES (?, ?, ?)",
            params![site.as_str(), shard.number(), shards.get()],
        )?;
    }
    Ok(())
}

/// The row of a shard that is there.
pub fn find(connection: &Connection, site: &SiteId, shard: Shard) -> Result<Option<i64>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT id FROM shards WHERE site = ? AND shard_number = ? AND shard_count = ?")?;
    let of = params![site.as_str(), shard.number(), shard.count().get()];
    Ok(statement.query_row(of, |row| row.get(0)).optional()?)
}
