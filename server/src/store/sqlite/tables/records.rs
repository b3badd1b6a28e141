//! The table of records: from record to row and back.

use super::logs::Log;
use super::notices;
use super::shards::{self, read_id};
use crate::store::common::{NoticeDigits, StoredLeaf};
use crate::store::error::unreadable;
use crate::store::unreadable_record::{AtStep, at_step, divide};
use crate::store::{
    CommittedRecord, HISTORY_MAX, Holder, PlacedRecord, StoreError, StoredRecord, UnreadableRecord,
};
use constat_shared::consent::DIGEST_LEN;
use constat_shared::proof::Step;
use constat_shared::{Action, CommitmentKey, ConsentId, EventId, HolderDigest, Language, Layer};
use constat_shared::{LogId, LogShards, Record, Signals, SiteId, Timestamp};
use rusqlite::{Connection, Row, Rows, params};
use std::collections::{BTreeMap, HashMap};

/// Whether that is the holder of the records of a consent id in a shard, of which `held` tells.
pub fn is_holder(
    connection: &Connection,
    (shard, consent_id): (i64, &ConsentId),
    held: &Held,
    holder: Holder,
) -> Result<bool, StoreError> {
    match holder {
        Holder::Unknown => Ok(false),
        Holder::Secret(_) => Ok(holder == held.holder),
        Holder::Receipt(event_id) => {
            let mut statement = connection.prepare_cached(
                "SELECT 1 FROM records WHERE event_id = ? AND shard = ? AND consent_id = ?",
            )?;
            Ok(statement.exists(params![event_id.as_bytes(), shard, consent_id.as_bytes()])?)
        }
    }
}

/// Inserts a record with the leaf index `log.size`, unless its shard has the
/// event id. Returns whether it did.
pub fn insert(
    connection: &Connection,
    entry: &CommittedRecord,
    holder: Holder,
    notice: &NoticeDigits,
    log: &Log,
) -> Result<bool, StoreError> {
    let record = &entry.record;
    let mut statement = connection.prepare_cached(
        "INSERT INTO records (event_id, shard, consent_id, previous_event_id, notice, action, layer,
           language, categories, vendors, gpc, dnt, recorded_at, choice_expires_at, expires_at,
           commitment_key, log, leaf_index, holder)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_id, shard) DO NOTHING",
    )?;
    let inserted = statement.execute(params![
        record.event_id.as_bytes(),
        log.shard,
        record.consent_id.as_bytes(),
        record.previous_event_id.as_ref().map(EventId::as_bytes),
        notice.number,
        record.action.as_str(),
        record.layer.as_str(),
        record.language.as_str(),
        NoticeDigits::category_digits(record),
        notice.vendor_digits(record),
        record.signals.gpc,
        record.signals.dnt,
        record.recorded_at.unix_ms(),
        record.choice_expires_at.unix_ms(),
        record.expires_at.unix_ms(),
        entry.key.as_bytes(),
        log.id,
        log.size.cast_signed(),
        holder.digest().as_ref().map(HolderDigest::as_bytes),
    ])?;
    Ok(inserted == 1)
}

/// Whether a consent id has a record in a shard. The plus keeps SQLite from the index by time, which begins with
/// the shard: it would read all of it.
pub const HELD_ANY: &str = "SELECT 1 FROM records WHERE consent_id = ? AND +shard = ?";
/// What its newest records are. The plus is that of [`HELD_ANY`].
pub const HELD: &str = "SELECT count(*), count(*) FILTER (WHERE recorded_at > ?), max(holder)
   FROM (SELECT recorded_at, holder FROM records WHERE consent_id = ? AND +shard = ?
         ORDER BY event_id DESC LIMIT 1000)";

/// What decides whether a consent id takes another record.
pub struct Held {
    /// The number of its records, at most [`HISTORY_MAX`].
    pub count: u64,
    /// The number of those that were made after a moment.
    pub recent_count: u64,
    /// Their holder.
    pub holder: Holder,
}

/// The newest records of a consent id in a shard, counted. `since` is the moment of
/// [`Held::recent_count`].
pub fn held(
    connection: &Connection,
    shard: i64,
    consent_id: &ConsentId,
    since: Timestamp,
) -> Result<Held, StoreError> {
    // Almost every consent id is new, and this is much cheaper than to count.
    if !connection.prepare_cached(HELD_ANY)?.exists(params![consent_id.as_bytes(), shard])? {
        return Ok(Held { count: 0, recent_count: 0, holder: Holder::Unknown });
    }
    let mut statement = connection.prepare_cached(HELD)?;
    // The statement has this number as its limit.
    const _: () = assert!(HISTORY_MAX == 1000);
    let of = params![since.unix_ms(), consent_id.as_bytes(), shard];
    Ok(statement.query_row(of, |row| {
        let holder: Option<[u8; DIGEST_LEN]> = row.get(2)?;
        let holder = holder.map(HolderDigest::from_bytes).into();
        let count = |column| row.get(column).map(i64::unsigned_abs);
        Ok(Held { count: count(0)?, recent_count: count(1)?, holder })
    })?)
}

macro_rules! columns {
    () => {
        "event_id, consent_id, previous_event_id, notice, action, layer, language, categories, vendors,
        gpc, dnt, recorded_at, choice_expires_at, expires_at, commitment_key, leaf_index, holder"
    };
}

const RECORD: &str = concat!("SELECT ", columns!(), " FROM records");

const PLACED: &str = concat!(
    "SELECT ",
    columns!(),
    ", site, month, shard_number, shard_count, records.shard
    FROM records JOIN logs ON logs.id = records.log JOIN shards ON shards.id = logs.shard"
);

/// The record of an event id in a shard, with its key and the index of its leaf.
pub fn by_event(
    connection: &Connection,
    shard: i64,
    event_id: &EventId,
) -> Result<Option<(CommittedRecord, u64)>, StoreError> {
    let mut statement =
        connection.prepare_cached(&format!("{PLACED} WHERE event_id = ? AND records.shard = ?"))?;
    let mut rows = statement.query(params![event_id.as_bytes(), shard])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let notice = notices::by_id(connection, row.get(3)?)?;
    read_entry(row, &notice).map(Some)
}

/// The event id and shard of the last record of a page.
pub type PageEnd = (Vec<u8>, i64);

/// Up to `limit` records after the end of the page before, sorted by event id
/// and shard. Moves `end` to the end of this page.
pub fn page(
    connection: &Connection,
    end: &mut PageEnd,
    limit: usize,
) -> Result<Vec<PlacedRecord>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "{PLACED} WHERE (event_id, records.shard) > (?, ?) ORDER BY event_id, records.shard LIMIT ?"
    ))?;
    let mut rows = statement.query(params![end.0, end.1, limit as i64])?;
    let (mut notices, mut records) = (HashMap::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let (entry, leaf_index) = read_entry(row, cached(connection, &mut notices, row.get(3)?)?)?;
        *end = (entry.record.event_id.as_bytes().to_vec(), row.get(21)?);
        records.push(PlacedRecord { leaf_index, entry });
    }
    Ok(records)
}

/// The leaf of every record of a log.
pub fn leaves(connection: &Connection, log: i64) -> Result<Vec<StoredLeaf>, StoreError> {
    let mut statement = connection.prepare(&format!("{PLACED} WHERE log = ?"))?;
    let mut rows = statement.query([log])?;
    let mut notices = HashMap::new();
    let mut leaves = Vec::new();
    while let Some(row) = rows.next()? {
        let notice = cached(connection, &mut notices, row.get(3)?)?;
        let (entry, leaf_index) = read_entry(row, notice)?;
        leaves.push((leaf_index, entry.leaf, true));
    }
    Ok(leaves)
}

fn cached<'a>(
    connection: &Connection,
    notices: &'a mut HashMap<i64, NoticeDigits>,
    id: i64,
) -> Result<&'a NoticeDigits, StoreError> {
    use std::collections::hash_map::Entry::{Occupied, Vacant};
    Ok(match notices.entry(id) {
        Occupied(known) => known.into_mut(),
        Vacant(vacant) => vacant.insert(notices::by_id(connection, id)?),
    })
}

fn read_entry(row: &Row<'_>, notice: &NoticeDigits) -> Result<(CommittedRecord, u64), StoreError> {
    let key = CommitmentKey::from_bytes(row.get(14)?);
    let leaf_index: i64 = row.get(15)?;
    let holder: Option<[u8; DIGEST_LEN]> = row.get(16)?;
    let shards = read_id(row, 17)?.shard.count();
    let entry = CommittedRecord::new(read(row, notice)?, key, shards);
    Ok((entry.held_by(holder.map(HolderDigest::from_bytes).into()), leaf_index.unsigned_abs()))
}

/// Which records of a consent id are a site's: by their shard, or where that was changed, by their notice. The
/// plus is that of [`HELD_ANY`].
macro_rules! of_site {
    () => {
        "consent_id = ?1 AND (+shard IN (SELECT id FROM shards WHERE site = ?2)
           OR +notice IN (SELECT id FROM notices WHERE site = ?2))"
    };
}

pub(super) use of_site;

/// The newest records of a consent id on a site.
pub const ANSWERS: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM records WHERE ",
    of_site!(),
    " ORDER BY recorded_at DESC, event_id DESC LIMIT ?3"
);

/// The newest `limit` records of a consent id on a site, oldest first.
pub fn answers(
    connection: &Connection,
    site: &SiteId,
    consent_id: &ConsentId,
    limit: usize,
) -> Result<Vec<StoredRecord>, StoreError> {
    let mut statement = connection.prepare_cached(ANSWERS)?;
    let mut rows = statement.query(params![consent_id.as_bytes(), site.as_str(), limit as i64])?;
    let (mut notices, mut records) = (HashMap::new(), Vec::new());
    while let Some(row) = rows.next()? {
        records.push(stored(connection, &mut notices, row, site)?);
    }
    records.reverse();
    Ok(records)
}

/// The record of a consent id on a site with that event id.
pub fn answer(
    connection: &Connection,
    site: &SiteId,
    consent_id: &ConsentId,
    event_id: &EventId,
) -> Result<Option<StoredRecord>, StoreError> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        columns!(),
        " FROM records WHERE event_id = ?3 AND ",
        of_site!()
    ))?;
    let mut rows = statement.query(params![consent_id.as_bytes(), site.as_str(), event_id.as_bytes()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    stored(connection, &mut HashMap::new(), row, site).map(Some)
}

/// A row of a site, with its key and its place, or what is left of it.
fn stored(
    connection: &Connection,
    notices: &mut HashMap<i64, NoticeDigits>,
    row: &Row<'_>,
    site: &SiteId,
) -> Result<StoredRecord, StoreError> {
    let read = placed(connection, notices, row, site);
    divide(read, |step, why| rest(row, step, why))
}

fn placed(
    connection: &Connection,
    notices: &mut HashMap<i64, NoticeDigits>,
    row: &Row<'_>,
    site: &SiteId,
) -> Result<PlacedRecord, AtStep> {
    let notice = row.get(3).map_err(StoreError::from).and_then(|number| cached(connection, notices, number));
    let notice = at_step(Step::Notice, notice)?;
    if notice.site != *site {
        return at_step(Step::Notice, Err(unreadable("it is a notice of another site")));
    }
    let record = at_step(Step::Record, read(row, notice))?;
    let key = CommitmentKey::from_bytes(at_step(Step::InclusionProof, row.get(14))?);
    let leaf_index: i64 = at_step(Step::InclusionProof, row.get(15))?;
    let shards = at_step(Step::Log, shards::kept(connection, site))?.unwrap_or(LogShards::ONE);
    // The holder is no part of the proof. One that cannot be read is nobody.
    let holder: Option<[u8; DIGEST_LEN]> = row.get(16).unwrap_or_default();
    let entry = CommittedRecord::new(record, key, shards);
    let entry = entry.held_by(holder.map(HolderDigest::from_bytes).into());
    Ok(PlacedRecord { leaf_index: leaf_index.unsigned_abs(), entry })
}

/// What can be read of a row one by one.
fn rest(row: &Row<'_>, step: Step, why: String) -> UnreadableRecord {
    let id = |column| row.get::<_, [u8; 16]>(column).ok();
    UnreadableRecord {
        event_id: id(0).and_then(|id| EventId::from_bytes(id).ok()),
        consent_id: id(1).and_then(|id| ConsentId::from_bytes(id).ok()),
        recorded_at: row.get(11).ok().map(Timestamp::from_unix_ms),
        language: row.get_ref(6).ok().and_then(|text| Language::parse(text.as_str().ok()?)),
        step,
        why,
    }
}

/// The record of an event id in a shard; `notices` are those read before.
pub fn of_event(
    connection: &Connection,
    notices: &mut HashMap<i64, NoticeDigits>,
    shard: i64,
    event_id: &[u8],
) -> Result<Result<Record, UnreadableRecord>, StoreError> {
    let mut statement = connection.prepare_cached(&format!("{RECORD} WHERE event_id = ? AND shard = ?"))?;
    let mut rows = statement.query(params![event_id, shard])?;
    let row = rows.next()?.ok_or_else(|| unreadable("an index has a record that is not there"))?;
    let notice = row.get(3).map_err(StoreError::from).and_then(|number| cached(connection, notices, number));
    let record = at_step(Step::Notice, notice).and_then(|notice| at_step(Step::Record, read(row, notice)));
    divide(record, |step, why| rest(row, step, why))
}

fn read(row: &Row<'_>, notice: &NoticeDigits) -> Result<Record, StoreError> {
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
        categories: NoticeDigits::categories(word(7)?)?,
        vendors: notice.vendors(word(8)?)?,
        signals: Signals { gpc: signal(row, 9)?, dnt: signal(row, 10)? },
        notice_hash: notice.notice_hash,
        terms_hash: notice.terms_hash,
        recorded_at: time(11)?,
        choice_expires_at: time(12)?,
        expires_at: time(13)?,
    })
}

/// Only 0 and 1 are read: any other number is a changed one.
fn signal(row: &Row<'_>, column: usize) -> Result<bool, StoreError> {
    match row.get(column)? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(unreadable("a signal of a record is neither 0 nor 1")),
    }
}

/// The number of deleted records, by the log that has their leaves.
pub type Deleted = BTreeMap<LogId, u64>;

/// Deletes up to `limit` records that are due.
pub fn delete_due(connection: &Connection, now: Timestamp, limit: u64) -> Result<Deleted, StoreError> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM records WHERE (event_id, shard) IN
           (SELECT event_id, shard FROM records WHERE expires_at <= ? LIMIT ?)
         RETURNING log",
    )?;
    count_by_log(connection, statement.query(params![now.unix_ms(), limit.cast_signed()])?)
}

/// Deletes the records of a consent id on a site.
pub fn delete_of(
    connection: &Connection,
    site: &SiteId,
    consent_id: &ConsentId,
) -> Result<Deleted, StoreError> {
    let mut statement =
        connection.prepare_cached(concat!("DELETE FROM records WHERE ", of_site!(), " RETURNING log"))?;
    count_by_log(connection, statement.query(params![consent_id.as_bytes(), site.as_str()])?)
}

fn count_by_log(connection: &Connection, mut rows: Rows<'_>) -> Result<Deleted, StoreError> {
    let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        *counts.entry(row.get(0)?).or_default() += 1;
    }
    let mut statement = connection.prepare_cached(
        "SELECT site, month, shard_number, shard_count
         FROM logs JOIN shards ON shards.id = logs.shard WHERE logs.id = ?",
    )?;
    let mut name = |(log, count)| Ok((statement.query_row([log], |row| Ok(read_id(row, 0)))??, count));
    counts.into_iter().map(&mut name).collect()
}
