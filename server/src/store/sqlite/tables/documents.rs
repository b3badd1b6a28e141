//! The table of the console's documents.

use crate::store::account_store::too_many;
use crate::store::{DOCUMENTS_MAX, Document, DocumentKind, StoreError};
use constat_shared::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// The document of that id.
pub fn find(connection: &Connection, kind: DocumentKind, id: &str) -> Result<Option<Document>, StoreError> {
    let sql = "SELECT id, version, ends_at, json FROM documents WHERE kind = ? AND id = ?";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([kind.as_str(), id], |row| read(kind, row)).optional()?)
}

/// All documents of a kind, by id.
pub fn list(connection: &Connection, kind: DocumentKind) -> Result<Vec<Document>, StoreError> {
    let sql = "SELECT id, version, ends_at, json FROM documents WHERE kind = ? ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([kind.as_str()], |row| read(kind, row))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Stores a document in the place of the version before, or as the first one.
pub fn put(connection: &Connection, document: &Document) -> Result<bool, StoreError> {
    let Document { kind, id, version, ends_at, json } = document;
    let (kind_name, ends_at) = (kind.as_str(), ends_at.map(Timestamp::unix_ms));
    if *version != 1 {
        let mut statement = connection.prepare_cached(
            "UPDATE documents SET version = version + 1, ends_at = ?, json = ?
             WHERE kind = ? AND id = ? AND version = ? - 1",
        )?;
        let changed = statement.execute(params![ends_at, json, kind_name, id, version.cast_signed()])?;
        return Ok(changed == 1);
    }
    let mut statement = connection.prepare_cached(
        "INSERT INTO documents (kind, id, version, ends_at, json) VALUES (?, ?, 1, ?, ?)
         ON CONFLICT DO NOTHING",
    )?;
    let is_new = statement.execute(params![kind_name, id, ends_at, json])? == 1;
    let mut statement = connection.prepare_cached("SELECT count(*) FROM documents WHERE kind = ?")?;
    let count: i64 = statement.query_row([kind_name], |row| row.get(0))?;
    // An error rolls the row back.
    if is_new && count > DOCUMENTS_MAX as i64 { Err(too_many(*kind)) } else { Ok(is_new) }
}

/// Deletes a document.
pub fn remove(connection: &Connection, kind: DocumentKind, id: &str) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached("DELETE FROM documents WHERE kind = ? AND id = ?")?;
    Ok(statement.execute([kind.as_str(), id])? == 1)
}

/// Deletes those whose end has come.
pub fn expire(connection: &Connection, now: Timestamp) -> Result<u64, StoreError> {
    Ok(connection.execute("DELETE FROM documents WHERE ends_at <= ?", [now.unix_ms()])? as u64)
}

/// Stores a document of another store, in the place of any other of its id.
pub fn replace(connection: &Connection, document: &Document) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "INSERT OR REPLACE INTO documents (kind, id, version, ends_at, json) VALUES (?, ?, ?, ?, ?)",
    )?;
    let Document { kind, id, version, ends_at, json } = document;
    let ends_at = ends_at.map(Timestamp::unix_ms);
    statement.execute(params![kind.as_str(), id, version.cast_signed(), ends_at, json])?;
    Ok(())
}

fn read(kind: DocumentKind, row: &Row<'_>) -> rusqlite::Result<Document> {
    let (version, ends_at): (i64, Option<i64>) = (row.get(1)?, row.get(2)?);
    Ok(Document {
        kind,
        id: row.get(0)?,
        version: version.unsigned_abs(),
        ends_at: ends_at.map(Timestamp::from_unix_ms),
        json: row.get(3)?,
    })
}
