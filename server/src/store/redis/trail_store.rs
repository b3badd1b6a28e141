//! The audit trail in Redis.

use super::data::key_names::{self, CONSOLE, TRAIL_NAMES, TRAIL_SEGMENTS};
use super::data::trail_entry;
use super::scripts::{APPEND_TO_TRAIL, DROP_TRAIL, FORGET_IN_TRAIL, token};
use super::store::RedisStore;
use crate::store::error::unreadable;
use crate::store::{StoreError, TRAIL_PAGE_MAX, TrailEntry, TrailSegment, TrailStore};
use constat_shared::{ConsentId, Month, SignedCheckpoint};
use redis::Cmd;

/// The most entries that one script changes, so that other writers wait only briefly.
const CHUNK: u64 = 1000;

impl TrailStore for RedisStore {
    fn append_to_trail(&self, entry: &TrailEntry, head: &SignedCheckpoint) -> Result<bool, StoreError> {
        entry.check()?;
        let month = Month::of(entry.at).to_string();
        let append = APPEND_TO_TRAIL.on(CONSOLE.as_bytes()).arg(token()?).arg(month);
        let append = append.arg(entry.index).arg(entry.at.unix_ms()).arg(trail_entry::fixed(entry)?);
        let append = append.arg(trail_entry::target(entry)).arg(trail_entry::consent_id(entry));
        Ok(self.link.call().run::<u64>(&append.arg(head.as_str()))? == 1)
    }

    fn trail(&self, first: u64, count: usize) -> Result<Vec<TrailEntry>, StoreError> {
        let (count, mut entries) = (count.min(TRAIL_PAGE_MAX), Vec::new());
        for segment in self.trail_segments()?.into_iter().filter(|segment| !segment.is_dropped) {
            let mut from = segment.first.max(first);
            while from < segment.end && entries.len() < count {
                let to = segment.end.min(from + (count - entries.len()) as u64);
                self.read_trail(segment.month, from..to, &mut entries)?;
                from = to;
            }
        }
        Ok(entries)
    }

    fn trail_segments(&self) -> Result<Vec<TrailSegment>, StoreError> {
        let mut segments: Vec<(String, String)> = self.link.call().ask(&Cmd::hgetall(TRAIL_SEGMENTS))?;
        segments.sort_unstable();
        segments.into_iter().map(|(month, value)| trail_entry::read_segment(&month, &value)).collect()
    }

    fn drop_trail_segment(&self, month: Month) -> Result<bool, StoreError> {
        let segments = self.trail_segments()?;
        match segments.iter().find(|segment| segment.month == month) {
            Some(segment) if Some(segment) != segments.last() => self.drop_entries(segment),
            _ => Ok(false),
        }
    }

    fn consent_ids_in_trail(&self, after: Option<ConsentId>) -> Result<Vec<ConsentId>, StoreError> {
        let mut ids: Vec<ConsentId> = Vec::new();
        let past = |id: &ConsentId| format!("({id}!");
        let mut from = after.as_ref().map_or("-".to_owned(), past);
        while ids.len() < TRAIL_PAGE_MAX {
            let page = Cmd::zrangebylex_limit(TRAIL_NAMES, &from, "+", 0, TRAIL_PAGE_MAX as isize);
            let members: Vec<String> = self.link.call().ask(&page)?;
            for member in &members {
                let id = member.split(' ').next().unwrap_or_default();
                ids.push(ConsentId::parse(id).map_err(unreadable)?);
            }
            ids.dedup();
            let Some(last) = ids.last().filter(|_| !members.is_empty()) else { break };
            from = past(last);
        }
        ids.truncate(TRAIL_PAGE_MAX);
        Ok(ids)
    }

    fn forget_in_trail(&self, consent_id: &ConsentId) -> Result<u64, StoreError> {
        let mut total = 0;
        loop {
            let forget = FORGET_IN_TRAIL.on(CONSOLE.as_bytes()).arg(token()?);
            let count: u64 = self.link.call().run(&forget.arg(consent_id.to_string()).arg(CHUNK))?;
            total += count;
            if count < CHUNK {
                return Ok(total);
            }
        }
    }
}

impl RedisStore {
    /// Reads those entries of a month that there are.
    fn read_trail(
        &self,
        month: Month,
        indexes: std::ops::Range<u64>,
        entries: &mut Vec<TrailEntry>,
    ) -> Result<(), StoreError> {
        let fields: Vec<String> =
            indexes.clone().flat_map(|index| [index.to_string(), format!("{index} t")]).collect();
        let mut get = redis::cmd("HMGET");
        let values: Vec<Option<String>> =
            self.link.call().ask(get.arg(key_names::trail(month)).arg(fields))?;
        for (index, values) in indexes.zip(values.chunks(2)) {
            if let [Some(fixed), target] = values {
                entries.push(trail_entry::read(index, fixed, target.as_deref())?);
            }
        }
        Ok(())
    }

    /// Deletes the entries of a month, which is marked as dropped before the first of
    /// them goes. Returns whether there were any.
    pub(super) fn drop_entries(&self, segment: &TrailSegment) -> Result<bool, StoreError> {
        let key = key_names::trail(segment.month);
        if segment.is_dropped && !self.link.call().ask::<bool>(&Cmd::exists(key))? {
            return Ok(false);
        }
        let (mut total, mut from) = (0, segment.first);
        while from < segment.end {
            let to = segment.end.min(from + CHUNK);
            let drop = DROP_TRAIL.on(CONSOLE.as_bytes()).arg(token()?).arg(segment.month.to_string());
            total += self.link.call().run::<u64>(&drop.arg(from).arg(to))?;
            from = to;
        }
        Ok(total > 0)
    }
}
