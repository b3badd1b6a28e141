//! From a record to its bytes in Redis and back.
//!
//! ```text
//! 0    the version of this format: 2 with a holder, 1 without
//! 1    the month of its log, as `Month::count`, 3 bytes
//! 4    the index of its leaf, 6 bytes, set by the script that appends
//! 10   consent id, then recorded_at, choice_expires_at, expires_at (ms, 8 bytes each)
//! 50   commitment key
//! 82   1 for GPC, 2 for DNT, 4 when a previous event id follows the fixed part
//! 83   action and layer: their positions in `ACTIONS` and `LAYERS`; the language's two letters
//! 87   the number of the notice
//! 91   in version 2 the digest of the holder's secret, 16 bytes
//!      the previous event id, if any; a digit for each category and each vendor
//! ```
//!
//! Numbers are big-endian. The event id is part of the key. `append.lua` adds the
//! holder of a consent id's records to the bytes of the next one.

use crate::store::common::NoticeDigits;
use crate::store::error::unreadable;
use crate::store::{CommittedRecord, Holder, StoreError, UnreadableRecord};
use constat_shared::consent::DIGEST_LEN;
use constat_shared::proof::Step;
use constat_shared::{Action, Category, CommitmentKey, ConsentId, EventId, Language, Layer, LogShards};
use constat_shared::{HolderDigest, Record, Signals, Timestamp};

const WITHOUT_HOLDER: u8 = 1;
const WITH_HOLDER: u8 = 2;
/// Where the digest of a holder's secret ends.
pub const HOLDER_END: usize = 91 + DIGEST_LEN;
const GPC: u8 = 1;
const DNT: u8 = 2;
const FOLLOWS: u8 = 4;

/// The bytes before the leaf's index: the version and the month.
pub fn head(entry: &CommittedRecord) -> [u8; 4] {
    let [_, high, middle, low] = entry.log.month.count().to_be_bytes();
    let version = if entry.holder.digest().is_some() { WITH_HOLDER } else { WITHOUT_HOLDER };
    [version, high, middle, low]
}

/// The bytes after the leaf's index.
pub fn tail(entry: &CommittedRecord, notice: &NoticeDigits) -> Vec<u8> {
    let record = &entry.record;
    let mut bytes = Vec::with_capacity(128);
    bytes.extend_from_slice(record.consent_id.as_bytes());
    for time in [record.recorded_at, record.choice_expires_at, record.expires_at] {
        bytes.extend_from_slice(&time.unix_ms().to_be_bytes());
    }
    bytes.extend_from_slice(entry.key.as_bytes());
    let flag = |on: bool, bit: u8| if on { bit } else { 0 };
    let follows = flag(record.previous_event_id.is_some(), FOLLOWS);
    bytes.push(flag(record.signals.gpc, GPC) | flag(record.signals.dnt, DNT) | follows);
    bytes.push(position_of(&ACTIONS, &record.action));
    bytes.push(position_of(&LAYERS, &record.layer));
    bytes.extend_from_slice(record.language.as_str().as_bytes());
    // Notices are written by hand, so four bytes are enough for their number.
    bytes.extend_from_slice(&(notice.number as u32).to_be_bytes());
    bytes.extend(entry.holder.digest().iter().flat_map(|digest| *digest.as_bytes()));
    bytes.extend(record.previous_event_id.iter().flat_map(|id| *id.as_bytes()));
    bytes.extend_from_slice(NoticeDigits::category_digits(record).as_bytes());
    bytes.extend_from_slice(notice.vendor_digits(record).as_bytes());
    bytes
}

// Stored records have the positions in these lists: append new values at the end.
const ACTIONS: [Action; 5] =
    [Action::AllowAll, Action::RefuseAll, Action::ContinueWithoutAccepting, Action::Save, Action::Withdraw];
const LAYERS: [Layer; 2] = [Layer::Banner, Layer::Configuration];

fn position_of<T: PartialEq>(all: &[T], value: &T) -> u8 {
    // Each list is short and has every value.
    all.iter().position(|other| other == value).unwrap_or(usize::from(u8::MAX)) as u8
}

/// The action of that position; `None` when there is none.
pub fn action(position: u8) -> Option<Action> {
    ACTIONS.get(usize::from(position)).copied()
}

/// The bytes that are not read yet.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], StoreError> {
        let (first, rest) = self.0.split_first_chunk::<N>().ok_or_else(cut_off)?;
        self.0 = rest;
        Ok(*first)
    }

    fn text(&mut self, count: usize) -> Result<&'a str, StoreError> {
        let (text, rest) = self.0.split_at_checked(count).ok_or_else(cut_off)?;
        self.0 = rest;
        std::str::from_utf8(text).map_err(unreadable)
    }

    fn time(&mut self) -> Result<Timestamp, StoreError> {
        Ok(Timestamp::from_unix_ms(i64::from_be_bytes(self.take()?)))
    }

    fn word<T: Copy>(&mut self, all: &[T]) -> Result<T, StoreError> {
        let [position] = self.take()?;
        all.get(usize::from(position))
            .copied()
            .ok_or_else(|| unreadable("a record has an unknown action or layer"))
    }
}

fn cut_off() -> StoreError {
    unreadable("a record is shorter than it should be")
}

/// The number of the notice of a record in bytes.
///
/// # Errors
/// [`StoreError::Unreadable`] when the bytes are not a record.
pub fn notice_number(bytes: &[u8]) -> Result<i64, StoreError> {
    let number = bytes.get(87..91).and_then(|bytes| bytes.try_into().ok()).ok_or_else(cut_off)?;
    Ok(i64::from(u32::from_be_bytes(number)))
}

/// The holder in the first bytes of a record: at least 107, or all of it.
///
/// # Errors
/// [`StoreError::Unreadable`] when the bytes are not a record.
pub fn holder(bytes: &[u8]) -> Result<Holder, StoreError> {
    if bytes.first() != Some(&WITH_HOLDER) {
        return Ok(Holder::Unknown);
    }
    let digest = bytes.get(91..HOLDER_END).and_then(|bytes| bytes.try_into().ok()).ok_or_else(cut_off)?;
    Ok(Holder::Secret(HolderDigest::from_bytes(digest)))
}

/// When the choice of a record in bytes ends.
///
/// # Errors
/// As [`notice_number`].
pub fn choice_expires_at(bytes: &[u8]) -> Result<Timestamp, StoreError> {
    let ms = bytes.get(34..42).and_then(|bytes| bytes.try_into().ok()).ok_or_else(cut_off)?;
    Ok(Timestamp::from_unix_ms(i64::from_be_bytes(ms)))
}

/// Reads a record with its key and the index of its leaf. `notice` is the one of
/// [`notice_number`], and `shards` the number of logs a month of its site.
///
/// # Errors
/// [`StoreError::Unreadable`] when the bytes are not a record of that notice.
pub fn unpack(
    event_id: EventId,
    bytes: &[u8],
    notice: &NoticeDigits,
    shards: LogShards,
) -> Result<(CommittedRecord, u64), StoreError> {
    let mut bytes = Reader(bytes);
    let [version, _, _, _] = bytes.take()?;
    if !matches!(version, WITHOUT_HOLDER | WITH_HOLDER) {
        let words = format!("a record has the format {version}, this version reads 1 and {WITH_HOLDER}");
        return Err(unreadable(words));
    }
    let leaf_index =
        bytes.take::<6>()?.into_iter().fold(0, |leaf_index, byte| leaf_index << 8 | u64::from(byte));
    let consent_id = ConsentId::from_bytes(bytes.take()?).map_err(unreadable)?;
    let (recorded_at, choice_expires_at, expires_at) = (bytes.time()?, bytes.time()?, bytes.time()?);
    let key = CommitmentKey::from_bytes(bytes.take()?);
    let [flags] = bytes.take()?;
    if flags & !(GPC | DNT | FOLLOWS) != 0 {
        return Err(unreadable("a record has an unknown signal"));
    }
    let (action, layer) = (bytes.word(&ACTIONS)?, bytes.word(&LAYERS)?);
    let language = Language::parse(bytes.text(2)?);
    let language = language.ok_or_else(|| unreadable("a record has an unknown language"))?;
    bytes.take::<4>()?;
    let holder = if version == WITH_HOLDER { Some(HolderDigest::from_bytes(bytes.take()?)) } else { None };
    let previous = if flags & FOLLOWS == 0 { None } else { Some(bytes.take()?) };
    let categories = NoticeDigits::categories(bytes.text(Category::ALL.len())?)?;
    let vendors = notice.vendors(bytes.text(notice.vendors.len())?)?;
    if !bytes.0.is_empty() {
        return Err(unreadable("a record is longer than it should be"));
    }
    let record = Record {
        event_id,
        consent_id,
        previous_event_id: previous.map(EventId::from_bytes).transpose().map_err(unreadable)?,
        site: notice.site.clone(),
        action,
        layer,
        language,
        categories,
        vendors,
        signals: Signals { gpc: flags & GPC != 0, dnt: flags & DNT != 0 },
        notice_hash: notice.notice_hash,
        terms_hash: notice.terms_hash,
        recorded_at,
        choice_expires_at,
        expires_at,
    };
    Ok((CommittedRecord::new(record, key, shards).held_by(holder.into()), leaf_index))
}

/// What can be read of a record's bytes part by part.
pub fn rest(event_id: EventId, bytes: &[u8], step: Step, why: String) -> UnreadableRecord {
    let eight = |at: usize| bytes.get(at..at + 8)?.try_into().ok().map(i64::from_be_bytes);
    let consent_id = bytes.get(10..26).and_then(|id| ConsentId::from_bytes(id.try_into().ok()?).ok());
    let language = bytes.get(85..87).and_then(|text| Language::parse(std::str::from_utf8(text).ok()?));
    UnreadableRecord {
        event_id: Some(event_id),
        consent_id,
        recorded_at: eight(26).map(Timestamp::from_unix_ms),
        language,
        step,
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::store::contract;

    /// A byte that moves makes old records unreadable.
    #[test]
    fn a_record_has_the_bytes_it_always_had() {
        let notice = contract::notice("boreale");
        let id = |last: u8| [1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12, 13, 14, 15, last];
        let mut request = contract::request(&notice, Action::Save);
        request.event_id = EventId::from_bytes(id(1)).unwrap();
        request.consent_id = ConsentId::from_bytes(id(2)).unwrap();
        request.previous_event_id = Some(EventId::from_bytes(id(3)).unwrap());
        let at = Timestamp::parse("2026-03-01T09:30:00.007Z").unwrap();
        let mut record = contract::record_of(request, &notice, at);
        record.categories = [(Category::Essential, true), (Category::ThirdParty, false)].into();
        let json = String::from_utf8(constat_shared::canonical::to_vec(&*notice)).unwrap();
        let known = NoticeDigits::read(258, notice.terms_hash(), &json).unwrap();
        let entry = contract::entry(&record).held_by(Holder::Unknown);
        let bytes = [head(&entry).as_slice(), &[0, 0, 0, 0, 1, 2], &tail(&entry, &known)].concat();
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let [choice, proof] = [record.choice_expires_at, record.expires_at].map(|at| at.unix_ms());
        let (consent, previous, key) = (hex(&id(2)), hex(&id(3)), "07".repeat(32));
        let expected = format!(
            "01 005efa 000000000102 {consent} 0000019ca8bbb5c7 {choice:016x} {proof:016x} {key} 05 03 00 6672 \
             00000102 {previous} 312d2d2d30 30"
        );
        assert_eq!(hex(&bytes), expected.replace(' ', ""));
        assert_eq!(notice_number(&bytes).unwrap(), 258);
        assert_eq!(choice_expires_at(&bytes).unwrap(), record.choice_expires_at);
        let (read, leaf_index) = unpack(record.event_id, &bytes, &known, LogShards::ONE).unwrap();
        assert_eq!((&read.record, leaf_index, read.leaf), (&record, 258, entry.leaf));
        for cut in 0..bytes.len() {
            assert!(unpack(record.event_id, &bytes[..cut], &known, LogShards::ONE).is_err(), "{cut}");
        }
        let held = Holder::Secret(HolderDigest::from_bytes([9; DIGEST_LEN]));
        let entry = entry.held_by(held);
        let bytes = [head(&entry).as_slice(), &[0, 0, 0, 0, 1, 2], &tail(&entry, &known)].concat();
        let with_holder = expected.replacen("01", "02", 1);
        let with_holder = with_holder
            .replace(&format!("00000102 {previous}"), &format!("00000102 {} {previous}", "09".repeat(16)));
        assert_eq!(hex(&bytes), with_holder.replace(' ', ""));
        assert_eq!(holder(&bytes[..HOLDER_END]).unwrap(), held);
        let (read, _) = unpack(record.event_id, &bytes, &known, LogShards::ONE).unwrap();
        assert_eq!((&read.record, read.holder), (&record, held));
        for cut in 0..bytes.len() {
            assert!(unpack(record.event_id, &bytes[..cut], &known, LogShards::ONE).is_err(), "{cut}");
        }
    }
}
