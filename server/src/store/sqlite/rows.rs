//! Records as rows, and back.

use super::log::Log;
use crate::store::{Entry, StoreError};
use constat_shared::receipt::Jwk;
use constat_shared::{Action, Category, CommitmentKey, ConsentId, EventId, Hash, Language, Layer, Notice};
use constat_shared::{LogId, Month, Record, Signals, SiteId, Timestamp, VendorId};
use rusqlite::{Connection, OptionalExtension, Row, Rows, params};
use std::collections::{BTreeMap, HashMap};

/// A row of `notices`, as much of it as records need.
pub struct NoticeRow {
    id: i64,
    notice_hash: Hash,
    terms_hash: Hash,
    site: SiteId,
    vendors: Vec<VendorId>,
}

const NOTICE: &str = "SELECT id, notice_hash, terms_hash, json FROM notices";

impl NoticeRow {
    /// The notice of that hash, if it was published.
    pub fn by_hash(connection: &Connection, hash: &Hash) -> Result<Option<NoticeRow>, StoreError> {
        let mut statement = connection.prepare_cached(&format!("{NOTICE} WHERE notice_hash = ?"))?;
        let row = statement.query_row([hash.as_bytes()], |row| Ok(NoticeRow::read(row))).optional()?;
        row.transpose()
    }

    fn by_id(connection: &Connection, id: i64) -> Result<NoticeRow, StoreError> {
        let mut statement = connection.prepare_cached(&format!("{NOTICE} WHERE id = ?"))?;
        statement.query_row([id], |row| Ok(NoticeRow::read(row)))?
    }

    fn read(row: &Row<'_>) -> Result<NoticeRow, StoreError> {
        let json: String = row.get(3)?;
        let notice: Notice = serde_json::from_str(&json).map_err(unreadable)?;
        Ok(NoticeRow {
            id: row.get(0)?,
            notice_hash: Hash::from_bytes(row.get(1)?),
            terms_hash: Hash::from_bytes(row.get(2)?),
            site: notice.site,
            vendors: notice.vendors.into_iter().map(|vendor| vendor.id).collect(),
        })
    }
}

fn unreadable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Unreadable(error.to_string())
}

/// Inserts a record, unless its event id is taken; says whether it did.
pub fn insert(
    connection: &Connection,
    entry: &Entry,
    notice: &NoticeRow,
    log: &Log,
) -> Result<bool, StoreError> {
    let record = &entry.record;
    let mut statement = connection.prepare_cached(
        "INSERT INTO records (event_id, consent_id, previous_event_id, notice, action, layer, language,
           categories, vendors, gpc, dnt, recorded_at, choice_expires_at, expires_at,
           commitment_key, log, leaf_index)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING",
    )?;
    let inserted = statement.execute(params![
        record.event_id.as_bytes(),
        record.consent_id.as_bytes(),
        record.previous_event_id.as_ref().map(EventId::as_bytes),
        notice.id,
        record.action.as_str(),
        record.layer.as_str(),
        record.language.as_str(),
        digits(Category::ALL.iter().map(|category| record.categories.get(category))),
        digits(notice.vendors.iter().map(|vendor| record.vendors.get(vendor))),
        record.signals.gpc,
        record.signals.dnt,
        record.recorded_at.unix_ms(),
        record.choice_expires_at.unix_ms(),
        record.expires_at.unix_ms(),
        entry.key.as_bytes(),
        log.id,
        log.size.cast_signed(),
    ])?;
    Ok(inserted == 1)
}

const RECORD: &str =
    "SELECT event_id, consent_id, previous_event_id, notice, action, layer, language, categories,
    vendors, gpc, dnt, recorded_at, choice_expires_at, expires_at, commitment_key, leaf_index FROM records";

/// The record of an event id, with its key and its place in the log.
pub fn by_event(connection: &Connection, event_id: &EventId) -> Result<Option<(Entry, u64)>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{RECORD} WHERE event_id = ?"))?;
    let mut rows = statement.query([event_id.as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let notice = NoticeRow::by_id(connection, row.get(3)?)?;
    read_entry(row, &notice).map(Some)
}

/// The place and leaf hash of every record of a log; `true` says it is a record.
pub fn leaves(connection: &Connection, log: i64) -> Result<Vec<(u64, Hash, bool)>, StoreError> {
    let mut statement = connection.prepare(&format!("{RECORD} WHERE log = ?"))?;
    let mut rows = statement.query([log])?;
    let mut notices = HashMap::new();
    let mut leaves = Vec::new();
    while let Some(row) = rows.next()? {
        let notice = cached(connection, &mut notices, row.get(3)?)?;
        let (entry, place) = read_entry(row, notice)?;
        leaves.push((place, entry.leaf, true));
    }
    Ok(leaves)
}

fn cached<'a>(
    connection: &Connection,
    notices: &'a mut HashMap<i64, NoticeRow>,
    id: i64,
) -> Result<&'a NoticeRow, StoreError> {
    use std::collections::hash_map::Entry::{Occupied, Vacant};
    Ok(match notices.entry(id) {
        Occupied(known) => known.into_mut(),
        Vacant(place) => place.insert(NoticeRow::by_id(connection, id)?),
    })
}

fn read_entry(row: &Row<'_>, notice: &NoticeRow) -> Result<(Entry, u64), StoreError> {
    let key = CommitmentKey::from_bytes(row.get(14)?);
    let place: i64 = row.get(15)?;
    Ok((Entry::new(read(row, notice)?, key), place.unsigned_abs()))
}

/// The newest `limit` records of a consent id on a site, oldest first.
pub fn by_consent(
    connection: &Connection,
    site: &SiteId,
    consent_id: &ConsentId,
    limit: usize,
) -> Result<Vec<Record>, StoreError> {
    let query = format!(
        "{RECORD} WHERE consent_id = ? AND notice IN (SELECT id FROM notices WHERE site = ?)
         ORDER BY recorded_at DESC, event_id DESC LIMIT ?"
    );
    let mut statement = connection.prepare_cached(&query)?;
    let mut rows = statement.query(params![consent_id.as_bytes(), site.as_str(), limit as i64])?;
    let mut notices = HashMap::new();
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        let notice = cached(connection, &mut notices, row.get(3)?)?;
        records.push(read(row, notice)?);
    }
    records.reverse();
    Ok(records)
}

fn read(row: &Row<'_>, notice: &NoticeRow) -> Result<Record, StoreError> {
    let previous: Option<[u8; 16]> = row.get(2)?;
    let time = |column| Ok::<_, rusqlite::Error>(Timestamp::from_unix_ms(row.get(column)?));
    let word = |column| row.get_ref(column)?.as_str().map_err(unreadable);
    let unknown = |what| StoreError::Unreadable(format!("an unknown {what}"));
    Ok(Record {
        event_id: EventId::from_bytes(row.get(0)?).map_err(unreadable)?,
        consent_id: ConsentId::from_bytes(row.get(1)?).map_err(unreadable)?,
        previous_event_id: previous.map(EventId::from_bytes).transpose().map_err(unreadable)?,
        site: notice.site.clone(),
        action: Action::parse(word(4)?).ok_or_else(|| unknown("action"))?,
        layer: Layer::parse(word(5)?).ok_or_else(|| unknown("layer"))?,
        language: Language::parse(word(6)?).ok_or_else(|| unknown("language"))?,
        categories: switches(word(7)?, &Category::ALL)?,
        vendors: switches(word(8)?, &notice.vendors)?,
        signals: Signals { gpc: row.get(9)?, dnt: row.get(10)? },
        notice_hash: notice.notice_hash,
        terms_hash: notice.terms_hash,
        recorded_at: time(11)?,
        choice_expires_at: time(12)?,
        expires_at: time(13)?,
    })
}

fn digits<'a>(switches: impl Iterator<Item = Option<&'a bool>>) -> String {
    let digit = |switch: Option<&bool>| match switch {
        Some(true) => '1',
        Some(false) => '0',
        None => '-',
    };
    switches.map(digit).collect()
}

fn switches<K: Ord + Clone>(digits: &str, keys: &[K]) -> Result<BTreeMap<K, bool>, StoreError> {
    if digits.len() != keys.len() {
        return Err(unreadable("as many digits as categories or vendors were expected"));
    }
    let known = digits.chars().zip(keys).filter(|(digit, _)| *digit != '-');
    Ok(known.map(|(digit, key)| (key.clone(), digit == '1')).collect())
}

/// How many records were deleted, by the log that keeps their leaves.
pub type Deleted = BTreeMap<LogId, u64>;

const RETURNING_LOG: &str =
    "RETURNING (SELECT site FROM logs WHERE id = log), (SELECT month FROM logs WHERE id = log)";

/// Deletes up to `limit` records that are due.
pub fn delete_due(connection: &Connection, now: Timestamp, limit: u64) -> Result<Deleted, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "DELETE FROM records WHERE event_id IN (SELECT event_id FROM records WHERE expires_at <= ? LIMIT ?)
         {RETURNING_LOG}"
    ))?;
    count_by_log(statement.query(params![now.unix_ms(), limit.cast_signed()])?)
}

/// Deletes the records of a consent id on a site.
pub fn delete_of(
    connection: &Connection,
    site: &SiteId,
    consent_id: &ConsentId,
) -> Result<Deleted, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "DELETE FROM records WHERE consent_id = ? AND notice IN (SELECT id FROM notices WHERE site = ?)
         {RETURNING_LOG}"
    ))?;
    count_by_log(statement.query(params![consent_id.as_bytes(), site.as_str()])?)
}

fn count_by_log(mut rows: Rows<'_>) -> Result<Deleted, StoreError> {
    let mut counts = Deleted::new();
    while let Some(row) = rows.next()? {
        let site = SiteId::parse(row.get_ref(0)?.as_str().map_err(unreadable)?).map_err(unreadable)?;
        let month = Month::parse(row.get_ref(1)?.as_str().map_err(unreadable)?).map_err(unreadable)?;
        *counts.entry(LogId { site, month }).or_default() += 1;
    }
    Ok(counts)
}

/// The public keys, oldest first.
pub fn keys(connection: &Connection) -> Result<Vec<Jwk>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT jwk FROM keys ORDER BY number")?;
    let mut rows = statement.query([])?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        keys.push(serde_json::from_str(row.get_ref(0)?.as_str().map_err(unreadable)?).map_err(unreadable)?);
    }
    Ok(keys)
}

/// Adds a public key after all others, unless it is there.
pub fn add_key(connection: &Connection, key: &Jwk, at: Timestamp) -> Result<(), StoreError> {
    let jwk = serde_json::to_string(key).map_err(unreadable)?;
    connection.execute(
        "INSERT INTO keys (kid, added_at, jwk) VALUES (?, ?, ?) ON CONFLICT (kid) DO NOTHING",
        params![key.kid, at.unix_ms(), jwk],
    )?;
    Ok(())
}

/// The site and hash of every notice, oldest first.
pub fn notices(connection: &Connection) -> Result<Vec<(SiteId, Hash)>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT site, notice_hash FROM notices ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut notices = Vec::new();
    while let Some(row) = rows.next()? {
        let site = SiteId::parse(row.get_ref(0)?.as_str().map_err(unreadable)?).map_err(unreadable)?;
        notices.push((site, Hash::from_bytes(row.get(1)?)));
    }
    Ok(notices)
}
