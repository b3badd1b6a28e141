//! The records of a site by the time recorded, read from the index of times of each
//! shard, and by the first digits of their consent ids.

use super::connection::Call;
use super::data::key_names::Tag;
use super::data::time_index::{Member, Walk};
use super::store::RedisStore;
use crate::store::common::{Examination, Wanted};
use crate::store::error::unreadable;
use crate::store::{
    ID_RANGE_MAX, IdRange, RecordFilter, RecordPage, RecordPlace, StoreError, StoredRecord, event_id_of,
};
use constat_shared::{ConsentId, SiteId, Timestamp};
use redis::Cmd;
use std::collections::BTreeMap;

impl RedisStore {
    /// As `RecordStore::page`.
    pub(super) fn page_of(
        &self,
        site: &SiteId,
        filter: &RecordFilter,
        after: Option<&RecordPlace>,
        limit: usize,
    ) -> Result<RecordPage, StoreError> {
        let call = self.link.call();
        let tags: Vec<Tag> = Tag::all(site, self.cache.shards(&call, site)?).collect();
        // Those of the time of `after` are read again and passed over.
        let until = after.map_or(filter.until, |after| {
            filter.until.min(Timestamp::from_unix_ms(after.recorded_at.unix_ms().saturating_add(1)))
        });
        let mut walks: Vec<_> =
            tags.iter().map(|tag| Walk::new(tag, filter.from, until, limit + 1)).collect();
        let (mut page, mut wanted) = (Examination::new(limit), Wanted::new(filter));
        while let Some(member) = newest(&call, &mut walks)? {
            if after.is_some_and(|after| member.place >= *after) {
                continue;
            }
            if !page.takes(member.place) {
                break;
            }
            if wanted.has(&member.facts(), |number| self.cache.by_number(&call, number))? {
                page.wanted.push(member.place);
            }
        }
        let (mut records, mut unreadable) = (Vec::new(), Vec::new());
        for stored in self.records_at(&tags, &page.wanted)? {
            match stored {
                Ok(placed) => records.push(placed.entry.record),
                Err(rest) => unreadable.push(rest),
            }
        }
        Ok(RecordPage { records, unreadable, examined: page.examined, next: page.next() })
    }

    /// The records at these places, in their order; one that was deleted meanwhile is missing.
    fn records_at(&self, tags: &[Tag], places: &[RecordPlace]) -> Result<Vec<StoredRecord>, StoreError> {
        let mut records = BTreeMap::new();
        for tag in tags {
            let shard = tag.shard().number();
            let events: Vec<_> =
                places.iter().filter(|place| place.shard == shard).map(|place| place.event_id).collect();
            for stored in self.stored_at(tag, &events)? {
                records.insert((event_id_of(&stored), shard), stored);
            }
        }
        Ok(places.iter().filter_map(|place| records.remove(&(Some(place.event_id), place.shard))).collect())
    }

    /// As `RecordStore::answered`.
    pub(super) fn answered_of(&self, site: &SiteId) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
        let call = self.link.call();
        let mut times = Vec::new();
        for tag in Tag::all(site, self.cache.shards(&call, site)?) {
            for place in [0, -1] {
                let ends: Vec<(Vec<u8>, f64)> =
                    call.ask(&Cmd::zrange_withscores(tag.times(), place, place))?;
                times.extend(ends.into_iter().map(|(_, score)| Timestamp::from_unix_ms(score as i64)));
            }
        }
        Ok(times.iter().min().copied().zip(times.iter().max().copied()))
    }

    /// As `RecordStore::consent_ids`.
    pub(super) fn ids_of(
        &self,
        site: &SiteId,
        range: &IdRange,
        limit: usize,
    ) -> Result<Vec<ConsentId>, StoreError> {
        let (call, mut ids) = (self.link.call(), Vec::new());
        let limit = limit.min(ID_RANGE_MAX);
        for tag in Tag::all(site, self.cache.shards(&call, site)?) {
            let mut cmd = redis::cmd("ZRANGE");
            cmd.arg(tag.consent_ids(&range.first));
            cmd.arg([b"[", range.first.as_slice()].concat()).arg([b"[", range.last.as_slice()].concat());
            let members: Vec<[u8; 16]> = call.ask(cmd.arg("BYLEX").arg("LIMIT").arg(0).arg(limit))?;
            for bytes in members {
                ids.push(ConsentId::from_bytes(bytes).map_err(unreadable)?);
            }
        }
        ids.sort_unstable();
        ids.truncate(limit);
        Ok(ids)
    }
}

/// Takes the newest member of all shards.
fn newest(call: &Call<'_>, walks: &mut [Walk<'_>]) -> Result<Option<Member>, StoreError> {
    let mut first: Option<(RecordPlace, usize)> = None;
    for (number, walk) in walks.iter_mut().enumerate() {
        first = first.max(walk.peek(call)?.map(|place| (place, number)));
    }
    Ok(first.and_then(|(_, number)| walks[number].take()))
}
