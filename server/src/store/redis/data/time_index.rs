//! A shard's index of times: its records by `recorded_at`, each with what a search
//! filters by.
//!
//! ```text
//! 0    event id, then consent id
//! 32   recorded_at in milliseconds, 6 bytes: Redis takes several times as long for a score as for a member
//! 38   as in the bytes of the record: action and layer, language, number of the notice
//! 46   a digit for each category and each vendor
//! ```

use super::key_names::Tag;
use super::record_bytes;
use crate::store::common::Facts;
use crate::store::error::unreadable;
use crate::store::redis::connection::Call;
use crate::store::{RecordPlace, StoreError};
use constat_shared::{Category, EventId, Language, Timestamp};
use std::collections::VecDeque;

/// Where the digits of the vendors begin.
const VENDORS: usize = 46 + Category::ALL.len();
/// The most members of one read, so that other clients of Redis wait only briefly.
const READ_CHUNK: usize = 4000;

/// A member of the index.
pub struct Member {
    bytes: Vec<u8>,
    /// Where the record is.
    pub place: RecordPlace,
}

impl Member {
    fn new(bytes: Vec<u8>, shard: u8) -> Result<Member, StoreError> {
        if bytes.len() < VENDORS {
            return Err(unreadable("the index of times has a member that is too short"));
        }
        let event_id = bytes[..16].try_into().map_err(unreadable)?;
        let event_id = EventId::from_bytes(event_id).map_err(unreadable)?;
        let at_ms = bytes[32..38].iter().fold(0, |ms: i64, byte| ms << 8 | i64::from(*byte));
        let recorded_at = Timestamp::from_unix_ms(at_ms);
        Ok(Member { bytes, place: RecordPlace { recorded_at, event_id, shard } })
    }

    /// What a filter asks about.
    pub fn facts(&self) -> Facts<'_> {
        let notice = [self.bytes[42], self.bytes[43], self.bytes[44], self.bytes[45]];
        Facts {
            notice: i64::from(u32::from_be_bytes(notice)),
            action: record_bytes::action(self.bytes[38]),
            language: std::str::from_utf8(&self.bytes[40..42]).ok().and_then(Language::parse),
            vendors: &self.bytes[VENDORS..],
            id_end: &self.bytes[30..32],
        }
    }
}

/// Goes through the index of a shard, from the newest member that is wanted.
pub struct Walk<'a> {
    /// The shard.
    pub tag: &'a Tag,
    from: i64,
    /// The highest score of the next read, and how many of its members were read.
    bound: (i64, usize),
    chunk: usize,
    read: VecDeque<Member>,
    is_at_end: bool,
}

impl<'a> Walk<'a> {
    /// The members with a score from `from` to `until`, without it. The first read has
    /// `chunk` of them.
    pub fn new(tag: &'a Tag, from: Timestamp, until: Timestamp, chunk: usize) -> Walk<'a> {
        let bound = (until.unix_ms().saturating_sub(1), 0);
        Walk { tag, from: from.unix_ms(), bound, chunk, read: VecDeque::new(), is_at_end: false }
    }

    /// The next member, which stays the next one.
    pub fn peek(&mut self, call: &Call<'_>) -> Result<Option<RecordPlace>, StoreError> {
        if self.read.is_empty() && !self.is_at_end {
            self.read_on(call)?;
        }
        Ok(self.read.front().map(|member| member.place))
    }

    /// Takes the next member, after [`Walk::peek`].
    pub fn take(&mut self) -> Option<Member> {
        self.read.pop_front()
    }

    fn read_on(&mut self, call: &Call<'_>) -> Result<(), StoreError> {
        let (score, skipped) = self.bound;
        let mut read = redis::cmd("ZRANGE");
        read.arg(self.tag.times()).arg(score).arg(self.from).arg("BYSCORE").arg("REV");
        let members: Vec<Vec<u8>> = call.ask(read.arg("LIMIT").arg(skipped).arg(self.chunk))?;
        let (count, shard) = (members.len(), self.tag.shard().number());
        for bytes in members {
            let member = Member::new(bytes, shard)?;
            let at_ms = member.place.recorded_at.unix_ms();
            let of_bound = if at_ms == self.bound.0 { self.bound.1 } else { 0 };
            self.bound = (at_ms, of_bound + 1);
            self.read.push_back(member);
        }
        self.is_at_end = count < self.chunk;
        self.chunk = READ_CHUNK;
        Ok(())
    }
}
