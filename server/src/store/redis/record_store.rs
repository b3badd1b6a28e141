//! Records in Redis.

use super::data::key_names::Tag;
use super::data::record_bytes;
use super::readiness;
use super::store::RedisStore;
use crate::store::error::unreadable;
use crate::store::{
    Appended, CommittedRecord, HISTORY_MAX, Holder, IdRange, RECORD_PAGE_MAX, RecordFilter, RecordPage,
    RecordPlace, RecordStore, StoreError, StoredRecord,
};
use constat_shared::{ConsentId, EventId, SiteId, Timestamp};
use redis::Cmd;

impl RecordStore for RedisStore {
    fn append(&self, entries: &[CommittedRecord]) -> Result<Vec<Appended>, StoreError> {
        self.append_batch(entries)
    }

    fn find(
        &self,
        site: &SiteId,
        consent_id: &ConsentId,
        event_id: &EventId,
    ) -> Result<Option<StoredRecord>, StoreError> {
        let call = self.link.call();
        let tag = Tag::new(site, self.cache.shards(&call, site)?.of(consent_id));
        // The same event id can be another visitor's in the same shard.
        let score: Option<f64> =
            call.ask(&Cmd::zscore(tag.history(consent_id), event_id.as_bytes().as_slice()))?;
        let stored = if score.is_some() { self.stored_at(&tag, &[*event_id])? } else { Vec::new() };
        Ok(stored.into_iter().next())
    }

    fn is_holder(
        &self,
        site: &SiteId,
        consent_id: &ConsentId,
        holder: Holder,
    ) -> Result<Option<bool>, StoreError> {
        let call = self.link.call();
        let tag = Tag::new(site, self.cache.shards(&call, site)?.of(consent_id));
        let history = tag.history(consent_id);
        // Those of format 1 that Redis has expired may be the newest.
        let newest: Vec<[u8; 16]> = call.ask(&Cmd::zrevrange(&history, 0, 9))?;
        for event_id in newest {
            let first = Cmd::getrange(tag.record(&event_id), 0, record_bytes::HOLDER_END as isize - 1);
            let bytes: Vec<u8> = call.ask(&first)?;
            if bytes.is_empty() && !call.ask::<bool>(&Cmd::exists(tag.record(&event_id)))? {
                continue;
            }
            return Ok(Some(match holder {
                Holder::Unknown => false,
                Holder::Secret(_) => record_bytes::holder(&bytes)? == holder,
                Holder::Receipt(event_id) => {
                    let score: Option<f64> =
                        call.ask(&Cmd::zscore(&history, event_id.as_bytes().as_slice()))?;
                    score.is_some()
                }
            }));
        }
        Ok(None)
    }

    fn answers(&self, site: &SiteId, consent_id: &ConsentId) -> Result<Vec<StoredRecord>, StoreError> {
        let shards = self.cache.shards(&self.link.call(), site)?;
        let tag = Tag::new(site, shards.of(consent_id));
        let newest = Cmd::zrevrange(tag.history(consent_id), 0, HISTORY_MAX as isize - 1);
        let events: Vec<[u8; 16]> = self.link.call().ask(&newest)?;
        let events = events.into_iter().rev().map(EventId::from_bytes).collect::<Result<Vec<_>, _>>();
        self.stored_at(&tag, &events.map_err(unreadable)?)
    }

    fn answered(&self, site: &SiteId) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
        self.answered_of(site)
    }

    fn page(
        &self,
        site: &SiteId,
        filter: &RecordFilter,
        after: Option<&RecordPlace>,
        limit: usize,
    ) -> Result<RecordPage, StoreError> {
        self.page_of(site, filter, after, limit.min(RECORD_PAGE_MAX))
    }

    fn consent_ids(
        &self,
        site: &SiteId,
        range: &IdRange,
        limit: usize,
    ) -> Result<Vec<ConsentId>, StoreError> {
        self.ids_of(site, range, limit)
    }

    fn erase(
        &self,
        site: &SiteId,
        consent_id: &ConsentId,
        holder: Holder,
        now: Timestamp,
    ) -> Result<Option<u64>, StoreError> {
        let tag = Tag::new(site, self.cache.shards(&self.link.call(), site)?.of(consent_id));
        let count = match self.is_holder(site, consent_id, holder)? {
            Some(false) => return Ok(None),
            Some(true) => self.erase_stored(&tag, site, consent_id, now)?,
            // What others store from now on stays.
            None => 0,
        };
        if count == 0 {
            self.confirm_erased(&tag)?;
        }
        Ok(Some(count))
    }

    fn bytes_remain(&self, site: &SiteId, consent_id: &ConsentId) -> Result<bool, StoreError> {
        let call = self.link.call();
        let tag = Tag::new(site, self.cache.shards(&call, site)?.of(consent_id));
        call.ask(&Cmd::exists(tag.rewrite()))
    }

    fn clean(&self) -> Result<bool, StoreError> {
        Ok(false)
    }

    fn expire(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.expire_all(now)
    }

    fn ping(&self) -> Result<(), StoreError> {
        readiness::check(&self.link, &self.cache)?;
        self.cache.check(&self.link.call())
    }
}
