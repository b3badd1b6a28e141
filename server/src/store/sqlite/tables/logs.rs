//! The tables of logs, their trees and their entries. A tree has all its leaves,
//! and every eighth level above them.

use super::shards::{self, read_id};
use crate::store::StoreError;
use crate::store::common::{STEP, fold};
use crate::store::error::unreadable;
use constat_shared::log::merkle::{self, Subtrees};
use constat_shared::{Hash, LogEntry, LogId, SignedCheckpoint, TreeHead, canonical};
use rusqlite::{Connection, OptionalExtension, params};

/// A row of the table of logs, with its number of leaves.
#[derive(Clone, Copy)]
pub struct Log {
    /// The number of the row.
    pub id: i64,
    /// The number of its shard's row.
    pub shard: i64,
    /// The number of leaves.
    pub size: u64,
}

impl Log {
    /// Finds a log; `None` when there is none.
    pub fn find(connection: &Connection, log: &LogId) -> Result<Option<Log>, StoreError> {
        let Some(shard) = shards::find(connection, &log.site, log.shard)? else { return Ok(None) };
        let mut statement = connection.prepare_cached("SELECT id FROM logs WHERE shard = ? AND month = ?")?;
        let id = statement.query_row(params![shard, log.month.to_string()], |row| row.get(0));
        let Some(id) = id.optional()? else { return Ok(None) };
        let mut statement =
            connection.prepare_cached("SELECT max(place) FROM subtrees WHERE log = ? AND level = 0")?;
        let last: Option<i64> = statement.query_row([id], |row| row.get(0))?;
        Ok(Some(Log { id, shard, size: last.map_or(0, |last| last.unsigned_abs() + 1) }))
    }

    /// Finds a log, or creates it.
    ///
    /// # Errors
    /// [`StoreError::ShardsDiffer`] when the site has another number of logs a month,
    /// [`StoreError::Engine`] when the log was dropped.
    pub fn open(connection: &Connection, log: &LogId) -> Result<Log, StoreError> {
        if let Some(found) = Log::find(connection, log)? {
            let closed: bool = found.size == 0
                && connection.query_row(
                    "SELECT checkpoint IS NOT NULL FROM logs WHERE id = ?",
                    [found.id],
                    |row| row.get(0),
                )?;
            // A new leaf would start a second log of that name. Only a clock that is months wrong gets here.
            let refusal = || StoreError::Engine(format!("the log {} was closed and dropped", log.origin()));
            return if closed { Err(refusal()) } else { Ok(found) };
        }
        let shard = shards::open(connection, log)?;
        connection.execute(
            "INSERT INTO logs (shard, month) VALUES (?, ?)",
            params![shard, log.month.to_string()],
        )?;
        Ok(Log { id: connection.last_insert_rowid(), shard, size: 0 })
    }

    /// Appends a leaf and the kept hashes that it completes. Returns its index.
    pub fn push(&mut self, connection: &Connection, leaf: Hash) -> Result<u64, StoreError> {
        let leaf_index = self.size;
        self.insert(connection, 0, leaf_index, leaf)?;
        self.size += 1;
        let mut level = STEP;
        while self.size.is_multiple_of(1 << level) {
            let index = (self.size >> level) - 1;
            let hash = self.subtree_from(connection, level - STEP, level, index)?;
            self.insert(connection, level, index, hash)?;
            level += STEP;
        }
        Ok(leaf_index)
    }

    /// Stores the text of an entry whose leaf is in the log.
    pub fn keep_entry(
        &self,
        connection: &Connection,
        leaf_index: u64,
        entry: &LogEntry,
    ) -> Result<(), StoreError> {
        let json = String::from_utf8(canonical::to_vec(entry)).map_err(unreadable)?;
        connection.execute(
            "INSERT INTO entries (log, leaf_index, json) VALUES (?, ?, ?)",
            params![self.id, leaf_index.cast_signed(), json],
        )?;
        Ok(())
    }

    fn insert(&self, connection: &Connection, level: u32, index: u64, hash: Hash) -> Result<(), StoreError> {
        let mut statement = connection
            .prepare_cached("INSERT INTO subtrees (log, level, place, hash) VALUES (?, ?, ?, ?)")?;
        statement.execute(params![self.id, level, index.cast_signed(), hash.as_bytes()])?;
        Ok(())
    }

    /// The hash of a complete subtree, computed from the kept level `base` below it.
    fn subtree_from(
        &self,
        connection: &Connection,
        base: u32,
        level: u32,
        index: u64,
    ) -> Result<Hash, StoreError> {
        let count = 1_u64 << (level - base);
        let mut statement = connection.prepare_cached(
            "SELECT hash FROM subtrees WHERE log = ? AND level = ? AND place >= ? AND place < ? ORDER BY place",
        )?;
        let (first, end) = (index * count, (index + 1) * count);
        let rows = statement
            .query_map(params![self.id, base, first.cast_signed(), end.cast_signed()], |row| {
                row.get(0).map(Hash::from_bytes)
            })?;
        let hashes = rows.collect::<Result<Vec<_>, _>>()?;
        if hashes.len() as u64 != count {
            let what = format!("the log lacks hashes of level {base} between {first} and {end}");
            return Err(StoreError::Unreadable(what));
        }
        Ok(fold(hashes))
    }

    /// The head over the first `size` leaves.
    pub fn head(&self, connection: &Connection, size: u64) -> Result<TreeHead, StoreError> {
        let root = merkle::root(size, &mut Tree { log: self, connection })?;
        Ok(TreeHead { size, root })
    }

    /// The inclusion proof of a leaf.
    pub fn inclusion(
        &self,
        connection: &Connection,
        leaf_index: u64,
        size: u64,
    ) -> Result<Vec<Hash>, StoreError> {
        merkle::inclusion_proof(leaf_index, size, &mut Tree { log: self, connection })
    }

    /// The consistency proof between two sizes.
    pub fn consistency(&self, connection: &Connection, from: u64, to: u64) -> Result<Vec<Hash>, StoreError> {
        merkle::consistency_proof(from, to, &mut Tree { log: self, connection })
    }
}

struct Tree<'a> {
    log: &'a Log,
    connection: &'a Connection,
}

impl Subtrees for Tree<'_> {
    type Error = StoreError;

    fn subtree(&mut self, level: u32, index: u64) -> Result<Hash, StoreError> {
        self.log.subtree_from(self.connection, level - level % STEP, level, index)
    }
}

/// Appends an operator entry to a log. Returns the index of its leaf.
pub fn append_entry(connection: &Connection, log: &LogId, entry: &LogEntry) -> Result<u64, StoreError> {
    let mut log = Log::open(connection, log)?;
    let leaf_index = log.push(connection, entry.leaf_hash())?;
    log.keep_entry(connection, leaf_index, entry)?;
    Ok(leaf_index)
}

/// Whether a row of the entries is a purge entry, by the beginning of its canonical
/// JSON: the expression of an index, which SQLite uses only when it is told to.
macro_rules! is_purge {
    () => {
        "(substr(json, 1, 15) = '{\"kind\":\"purge\"')"
    };
}
pub(super) use is_purge;

/// The operator entries of a log, in order.
pub fn operator_entries(connection: &Connection, log: &Log) -> Result<Vec<(u64, LogEntry)>, StoreError> {
    entries(connection, log, "SELECT leaf_index, json FROM entries WHERE log = ? ORDER BY leaf_index")
}

/// The operator entries of a log that are not purge entries, in order.
pub fn entries_but_purges(connection: &Connection, log: &Log) -> Result<Vec<(u64, LogEntry)>, StoreError> {
    let sql = concat!(
        "SELECT leaf_index, json FROM entries INDEXED BY purge_entries WHERE log = ? AND ",
        is_purge!(),
        " = 0 ORDER BY leaf_index"
    );
    entries(connection, log, sql)
}

fn entries(connection: &Connection, log: &Log, sql: &str) -> Result<Vec<(u64, LogEntry)>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([log.id])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let (leaf_index, json): (i64, String) = (row.get(0)?, row.get(1)?);
        entries.push((leaf_index.unsigned_abs(), serde_json::from_str(&json).map_err(unreadable)?));
    }
    Ok(entries)
}

/// Up to `limit` leaves of a log from `first` on.
pub fn leaves(connection: &Connection, log: &Log, first: u64, limit: u64) -> Result<Vec<Hash>, StoreError> {
    let sql = "SELECT hash FROM subtrees WHERE log = ? AND level = 0 AND place >= ? ORDER BY place LIMIT ?";
    let mut statement = connection.prepare_cached(sql)?;
    let of = params![log.id, first.cast_signed(), limit.cast_signed()];
    let leaves = statement.query_map(of, |row| row.get(0).map(Hash::from_bytes))?;
    Ok(leaves.collect::<Result<_, _>>()?)
}

/// Keeps the newest signed head of a log, if there is such a log.
pub fn keep_checkpoint(
    connection: &Connection,
    log: &LogId,
    checkpoint: &SignedCheckpoint,
) -> Result<(), StoreError> {
    let Some(Log { id, .. }) = Log::find(connection, log)? else { return Ok(()) };
    connection.execute("UPDATE logs SET checkpoint = ? WHERE id = ?", params![checkpoint.as_str(), id])?;
    Ok(())
}

/// The newest signed head of a log; `None` when none was kept.
pub fn checkpoint(connection: &Connection, log: &LogId) -> Result<Option<SignedCheckpoint>, StoreError> {
    let Some(Log { id, .. }) = Log::find(connection, log)? else { return Ok(None) };
    let mut statement = connection.prepare_cached("SELECT checkpoint FROM logs WHERE id = ?")?;
    let kept: Option<String> = statement.query_row([id], |row| row.get(0))?;
    Ok(kept.map(SignedCheckpoint::from))
}

/// Every log that still has its leaves, by site, month and shard.
pub fn list(connection: &Connection) -> Result<Vec<LogId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT site, month, shard_number, shard_count
         FROM logs JOIN shards ON shards.id = logs.shard
         WHERE EXISTS (SELECT 1 FROM subtrees WHERE log = logs.id AND level = 0 AND place = 0)
         ORDER BY site, month, shard_number",
    )?;
    let mut rows = statement.query([])?;
    let mut logs = Vec::new();
    while let Some(row) = rows.next()? {
        logs.push(read_id(row, 0)?);
    }
    Ok(logs)
}

/// Every log that was dropped, with its last head, by site, month and shard.
pub fn dropped(connection: &Connection) -> Result<Vec<(LogId, SignedCheckpoint)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT site, month, shard_number, shard_count, checkpoint
         FROM logs JOIN shards ON shards.id = logs.shard
         WHERE checkpoint IS NOT NULL AND NOT EXISTS (SELECT 1 FROM subtrees WHERE log = logs.id)
         ORDER BY site, month, shard_number",
    )?;
    let mut rows = statement.query([])?;
    let mut logs = Vec::new();
    while let Some(row) = rows.next()? {
        logs.push((read_id(row, 0)?, SignedCheckpoint::from(row.get::<_, String>(4)?)));
    }
    Ok(logs)
}

/// Stores the last head of a log that this store never had.
pub fn add_dropped(
    connection: &Connection,
    log: &LogId,
    checkpoint: &SignedCheckpoint,
) -> Result<(), StoreError> {
    let shard = shards::open(connection, log)?;
    connection.execute(
        "INSERT INTO logs (shard, month, checkpoint) VALUES (?, ?, ?) ON CONFLICT (shard, month) DO NOTHING",
        params![shard, log.month.to_string(), checkpoint.as_str()],
    )?;
    Ok(())
}

/// Deletes a log's leaves and entries and keeps its last signed head, unless a
/// record of the log is stored. Returns whether it did.
pub fn drop_leaves(
    connection: &Connection,
    log: &LogId,
    checkpoint: &SignedCheckpoint,
) -> Result<bool, StoreError> {
    let Some(Log { id, size: 1.., .. }) = Log::find(connection, log)? else { return Ok(false) };
    let in_use: bool =
        connection
            .query_row("SELECT EXISTS (SELECT 1 FROM records WHERE log = ?)", [id], |row| row.get(0))?;
    if in_use {
        return Ok(false);
    }
    connection.execute("UPDATE logs SET checkpoint = ? WHERE id = ?", params![checkpoint.as_str(), id])?;
    connection.execute("DELETE FROM subtrees WHERE log = ?", [id])?;
    connection.execute("DELETE FROM entries WHERE log = ?", [id])?;
    Ok(true)
}
