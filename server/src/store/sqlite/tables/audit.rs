//! An audit of a whole log.

use super::logs::{Log, list};
use super::{purges, records};
use crate::store::common::{Auditing, StoredLeaf};
use crate::store::{Audit, StoreError};
use constat_shared::log::merkle;
use constat_shared::{Hash, LogId};
use rusqlite::{Connection, OptionalExtension, params};

/// Recomputes a log: compares every stored record and entry with its leaf, and
/// every kept subtree with the leaves below it.
pub fn audit(connection: &Connection, id: &LogId, log: &Log) -> Result<Audit, StoreError> {
    let mut auditing = Auditing::new(stored_leaves(connection, log)?);
    let mut leaves =
        connection.prepare("SELECT hash FROM subtrees WHERE log = ? AND level = 0 ORDER BY place")?;
    let mut kept =
        connection.prepare("SELECT hash FROM subtrees WHERE log = ? AND level = ? AND place = ?")?;
    let mut rows = leaves.query([log.id])?;
    while let Some(row) = rows.next()? {
        auditing.leaf(Hash::from_bytes(row.get(0)?), |level, index, hash| {
            let at = params![log.id, level, index.cast_signed()];
            let stored: Option<[u8; 32]> = kept.query_row(at, |row| row.get(0)).optional()?;
            Ok::<_, StoreError>(stored == Some(*hash.as_bytes()))
        })?;
    }
    Ok(auditing.finish(log.size, purged(connection, id)?))
}

/// The number of the log's records that are deleted according to the purge
/// entries in the logs of its shard, and to those that are still to be written.
fn purged(connection: &Connection, id: &LogId) -> Result<u64, StoreError> {
    let mut count = purges::pending(connection, id)?;
    for other in list(connection)?.iter().filter(|other| other.is_beside(id)) {
        if let Some(log) = Log::find(connection, other)? {
            count += purges::counted(connection, &log, id.month)?;
        }
    }
    Ok(count)
}

/// The leaf of every record and entry that is stored for the log.
fn stored_leaves(connection: &Connection, log: &Log) -> Result<Vec<StoredLeaf>, StoreError> {
    let mut leaves = records::leaves(connection, log.id)?;
    let mut statement = connection.prepare("SELECT leaf_index, json FROM entries WHERE log = ?")?;
    let mut rows = statement.query([log.id])?;
    while let Some(row) = rows.next()? {
        let leaf_index: i64 = row.get(0)?;
        let json: String = row.get(1)?;
        leaves.push((leaf_index.unsigned_abs(), merkle::leaf_hash(json.as_bytes()), false));
    }
    Ok(leaves)
}
