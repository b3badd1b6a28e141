//! A shard's index of expiries: its records by `expires_at`. `redis/erase.rs`
//! deletes the expired ones.

use super::key_names::Tag;
use crate::store::error::unreadable;
use crate::store::redis::connection::{Call, Link};
use crate::store::{RECORDS_MAX, StoreError};
use constat_shared::{ConsentId, EventId, Month, Timestamp};
use redis::Cmd;
use std::collections::BTreeMap;

/// The most members of one read.
const READ_CHUNK: usize = 500;

/// A member of the index: the month of the record's log (3 bytes), its event id
/// and its consent id (16 bytes each).
#[derive(Clone, Copy)]
pub struct Member([u8; 35]);

impl Member {
    /// The member of a record; `month` is in the form of [`Month::count`], 3 bytes.
    pub fn new(month: [u8; 3], event_id: &[u8; 16], consent_id: &ConsentId) -> Member {
        let mut bytes = [0; 35];
        bytes[..3].copy_from_slice(&month);
        bytes[3..19].copy_from_slice(event_id);
        bytes[19..].copy_from_slice(consent_id.as_bytes());
        Member(bytes)
    }

    /// Reads the bytes of a member.
    fn read(bytes: &[u8]) -> Result<Member, StoreError> {
        bytes
            .try_into()
            .map(Member)
            .map_err(|_| unreadable("the index of expiries has a member of another length"))
    }

    /// The record's event id.
    pub fn event_id(&self) -> Result<EventId, StoreError> {
        let bytes = self.0[3..19].try_into().map_err(unreadable)?;
        EventId::from_bytes(bytes).map_err(unreadable)
    }

    /// The month of the record's log.
    pub fn month(&self) -> Result<Month, StoreError> {
        let count = u32::from_be_bytes([0, self.0[0], self.0[1], self.0[2]]);
        Month::of_count(count).ok_or_else(|| unreadable("the index of expiries has an unknown month"))
    }

    /// The bytes in Redis.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Up to `count` members whose records have expired at `now`, the earliest first.
pub fn due(call: &Call<'_>, tag: &Tag, now: Timestamp, count: usize) -> Result<Vec<Member>, StoreError> {
    let mut range = redis::cmd("ZRANGE");
    range.arg(tag.expiries()).arg("-inf").arg(now.unix_ms()).arg("BYSCORE");
    read_all(call.ask(range.arg("LIMIT").arg(0).arg(count))?)
}

/// The members of events of a consent id, whose times recorded are given in milliseconds since 1970; `None`
/// where there is none. The month of a record's log is the one in which it was recorded, or one beside it.
pub fn members_of(
    call: &Call<'_>,
    tag: &Tag,
    consent_id: &ConsentId,
    events: &[([u8; 16], f64)],
) -> Result<Vec<Option<Member>>, StoreError> {
    let candidates: Vec<_> = events
        .iter()
        .flat_map(|(event_id, recorded)| {
            let count = Month::of(Timestamp::from_unix_ms(*recorded as i64)).count();
            [count, count.saturating_sub(1), count + 1].map(|count| {
                let [_, high, middle, low] = count.to_be_bytes();
                Member::new([high, middle, low], event_id, consent_id)
            })
        })
        .collect();
    let mut cmd = redis::cmd("ZMSCORE");
    cmd.arg(tag.expiries()).arg(candidates.iter().map(Member::bytes).collect::<Vec<_>>());
    let scores: Vec<Option<f64>> = call.ask(&cmd)?;
    let found: Vec<_> = candidates.iter().zip(scores).map(|(member, at)| at.map(|_| *member)).collect();
    Ok(found.chunks_exact(3).map(|three| three.iter().copied().flatten().next()).collect())
}

/// Hands out all members in pages of up to [`RECORDS_MAX`].
pub fn each_page(
    link: &Link,
    tag: &Tag,
    mut take: impl FnMut(&[Member]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    for first in (0..).step_by(RECORDS_MAX) {
        let end = first + RECORDS_MAX as isize - 1;
        let members = read_all(link.call().ask(&Cmd::zrange(tag.expiries(), first, end))?)?;
        if members.is_empty() {
            break;
        }
        take(&members)?;
    }
    Ok(())
}

fn read_all(members: Vec<Vec<u8>>) -> Result<Vec<Member>, StoreError> {
    members.iter().map(|bytes| Member::read(bytes)).collect()
}

/// The records of the log of a month, with `expires_at` in milliseconds since 1970.
pub fn of_month(link: &Link, tag: &Tag, month: Month) -> Result<BTreeMap<EventId, f64>, StoreError> {
    let (mut cursor, mut expiries) = (0_u64, BTreeMap::new());
    loop {
        let mut cmd = redis::cmd("ZSCAN");
        cmd.arg(tag.expiries()).arg(cursor).arg("COUNT").arg(READ_CHUNK);
        let (next, page): (u64, Vec<(Vec<u8>, f64)>) = link.call().ask(&cmd)?;
        for (member, expires_at) in page {
            let member = Member::read(&member)?;
            if member.month()? == month {
                expiries.insert(member.event_id()?, expires_at);
            }
        }
        cursor = next;
        if cursor == 0 {
            return Ok(expiries);
        }
    }
}
