//! The table of notices.

use crate::store::common::NoticeDigits;
use crate::store::error::unreadable;
use crate::store::{Publication, StoreError};
use constat_shared::{Hash, Notice, PublishedNotice, SiteId, Timestamp, canonical};
use rusqlite::{Connection, OptionalExtension, Row, params};

const SELECT_DIGITS: &str = "SELECT id, terms_hash, json FROM notices";

/// The notice of that hash, if it was published.
pub fn by_hash(connection: &Connection, hash: &Hash) -> Result<Option<NoticeDigits>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{SELECT_DIGITS} WHERE notice_hash = ?"))?;
    let row = statement.query_row([hash.as_bytes()], |row| Ok(read_digits(row))).optional()?;
    row.transpose()
}

/// The notice of that number.
///
/// # Errors
/// [`StoreError::Unreadable`] also when there is none.
pub fn by_id(connection: &Connection, id: i64) -> Result<NoticeDigits, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{SELECT_DIGITS} WHERE id = ?"))?;
    let row = statement.query_row([id], |row| Ok(read_digits(row))).optional()?;
    row.ok_or_else(|| unreadable(format!("notice number {id} is missing")))?
}

fn read_digits(row: &Row<'_>) -> Result<NoticeDigits, StoreError> {
    let json = row.get_ref(2)?.as_str().map_err(unreadable)?;
    NoticeDigits::read(row.get(0)?, Hash::from_bytes(row.get(1)?), json)
}

/// The whole notice of that hash, if it was published.
pub fn read(connection: &Connection, hash: &Hash) -> Result<Option<Notice>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT json FROM notices WHERE notice_hash = ?")?;
    let json: Option<String> = statement.query_row([hash.as_bytes()], |row| row.get(0)).optional()?;
    let parse = |json: String| serde_json::from_str(&json);
    json.map(parse).transpose().map_err(unreadable)
}

/// When the notice of that hash was published; `None` when it never was.
pub fn published_at(connection: &Connection, hash: &Hash) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT published_at FROM notices WHERE notice_hash = ?";
    let at = connection.query_row(sql, [hash.as_bytes()], |row| row.get(0)).optional()?;
    Ok(at.map(Timestamp::from_unix_ms))
}

/// The notices of a site, oldest first.
pub fn of_site(connection: &Connection, site: &SiteId) -> Result<Vec<Publication>, StoreError> {
    let sql = "SELECT notice_hash, terms_hash, published_at FROM notices WHERE site = ? ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([site.as_str()], |row| {
        Ok(Publication {
            notice_hash: Hash::from_bytes(row.get(0)?),
            terms_hash: Hash::from_bytes(row.get(1)?),
            at: Timestamp::from_unix_ms(row.get(2)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Stores a notice, unless it is stored.
pub fn add(connection: &Connection, notice: &PublishedNotice, at: Timestamp) -> Result<(), StoreError> {
    let json = String::from_utf8(canonical::to_vec(&**notice)).map_err(unreadable)?;
    connection.execute(
        "INSERT INTO notices (notice_hash, terms_hash, site, published_at, json) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (notice_hash) DO NOTHING",
        params![
            notice.notice_hash().as_bytes(),
            notice.terms_hash().as_bytes(),
            notice.site.as_str(),
            at.unix_ms(),
            json
        ],
    )?;
    Ok(())
}

/// The site and hash of every notice, oldest first.
pub fn list(connection: &Connection) -> Result<Vec<(SiteId, Hash)>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT site, notice_hash FROM notices ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut notices = Vec::new();
    while let Some(row) = rows.next()? {
        let site = SiteId::parse(row.get_ref(0)?.as_str().map_err(unreadable)?).map_err(unreadable)?;
        notices.push((site, Hash::from_bytes(row.get(1)?)));
    }
    Ok(notices)
}
