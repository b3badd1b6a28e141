//! Copies out of and into Redis.

use super::account_store::arguments;
use super::connection::WRITER_NAME;
use super::data::entries;
use super::data::expiry_index::{self, Member};
use super::data::key_names::{self, CONSOLE, TRAIL_SEGMENTS, Tag, UNFINISHED_COPY};
use super::data::log_tree::{CHUNK, Log};
use super::data::{record_bytes, trail_entry};
use super::scripts::{COPY_DOCUMENTS, COPY_TRAIL, FORGET, PUT_LEAVES, PUT_RECORDS, token};
use super::store::RedisStore;
use crate::store::copy_store::not_at_end;
use crate::store::error::unreadable;
use crate::store::{
    CopyStore, Document, ErasedEvent, LEAVES_MAX, LogSlice, LogStore, PlacedRecord, RECORDS_MAX, StoreError,
    TakeErased, TakePage, TrailEntry, TrailSegment,
};
use constat_shared::{Hash, LogId, Month, Shard, SignedCheckpoint, SiteId, Timestamp, canonical};
use redis::Cmd;
use redis::cluster_routing::MultipleNodeRoutingInfo;
use std::collections::BTreeMap;

impl RedisStore {
    /// The addresses of all clients with a connection for changes, such as that of
    /// a running server. This process is one of them after its first change.
    ///
    /// # Errors
    /// [`StoreError::Engine`] when Redis cannot be reached, or forbids the command.
    pub fn writing_clients(&self) -> Result<Vec<String>, StoreError> {
        let mut list = redis::cmd("CLIENT");
        list.arg("LIST").arg("TYPE").arg("NORMAL");
        let mut writing = Vec::new();
        for (_, text) in self.link.call().ask_each(&list, &MultipleNodeRoutingInfo::AllMasters)? {
            let text: String = redis::from_redis_value(text).map_err(unreadable)?;
            let named =
                |line: &&str| line.split(' ').any(|word| word.strip_prefix("name=") == Some(WRITER_NAME));
            let address =
                |line: &str| line.split(' ').find_map(|word| word.strip_prefix("addr=")).map(str::to_owned);
            writing.extend(text.lines().filter(named).filter_map(address));
        }
        Ok(writing)
    }

    fn put_records_of(
        &self,
        site: &SiteId,
        shard: Shard,
        records: &[&PlacedRecord],
    ) -> Result<u64, StoreError> {
        let call = self.link.call();
        self.ensure_shards(&call, site, shard.count())?;
        let mut script = PUT_RECORDS.on(Tag::new(site, shard).bytes());
        for PlacedRecord { leaf_index, entry } in records {
            let record = &entry.record;
            let notice = self.cache.by_hash(&call, &record.notice_hash)?;
            let [_, _, leaf_index @ ..] = leaf_index.to_be_bytes();
            let bytes =
                [&record_bytes::head(entry)[..], &leaf_index, &record_bytes::tail(entry, &notice)].concat();
            script = script
                .arg(record.event_id.as_bytes().as_slice())
                .arg(record.consent_id.as_bytes().as_slice())
                .arg(bytes)
                .arg(record.recorded_at.unix_ms())
                .arg(record.expires_at.unix_ms());
        }
        call.run(&script)
    }

    fn forget_of(&self, tag: &Tag, now: Timestamp) -> Result<u64, StoreError> {
        let mut total = 0;
        loop {
            let due = expiry_index::due(&self.link.call(), tag, now, RECORDS_MAX)?;
            if due.is_empty() {
                return Ok(total);
            }
            let script = FORGET.on(tag.bytes()).arg(token()?);
            let script = due.iter().fold(script, |script, member| script.arg(member.bytes()));
            total += self.link.call().run::<u64>(&script)?;
        }
    }
}

impl CopyStore for RedisStore {
    fn set_unfinished(&self, unfinished: bool) -> Result<(), StoreError> {
        let cmd = if unfinished { Cmd::set(UNFINISHED_COPY, "") } else { Cmd::del(UNFINISHED_COPY) };
        self.link.call().change(&cmd)
    }

    fn is_unfinished(&self) -> Result<bool, StoreError> {
        self.link.call().ask(&Cmd::exists(UNFINISHED_COPY))
    }

    fn key_added_at(&self, kid: &str) -> Result<Option<Timestamp>, StoreError> {
        let lines: Vec<String> = self.link.call().ask(&Cmd::lrange(key_names::KEYS, 0, -1))?;
        let of = |line: &&String| line.split_once(' ').is_some_and(|(_, jwk)| jwk.contains(kid));
        let at = lines.iter().find(of).and_then(|line| line.split_once(' ')).map(|(at, _)| at);
        at.map(Timestamp::parse).transpose().map_err(unreadable)
    }

    fn each_record(&self, take: &mut TakePage<'_>) -> Result<(), StoreError> {
        for tag in self.cache.tags(&self.link.call())? {
            expiry_index::each_page(&self.link, &tag, |members| {
                let events = members.iter().map(Member::event_id).collect::<Result<Vec<_>, _>>()?;
                let records = self.read(&tag, &events)?.into_iter();
                take(records.map(|(entry, leaf_index)| PlacedRecord { leaf_index, entry }).collect())
            })?;
        }
        Ok(())
    }

    fn put_records(&self, records: &[PlacedRecord]) -> Result<u64, StoreError> {
        let mut shards: BTreeMap<(&SiteId, Shard), Vec<&PlacedRecord>> = BTreeMap::new();
        for placed in records {
            let LogId { site, shard, .. } = &placed.entry.log;
            shards.entry((site, *shard)).or_default().push(placed);
        }
        let put = |((site, shard), records): (_, Vec<_>)| self.put_records_of(site, shard, &records);
        shards.into_iter().map(put).sum()
    }

    fn each_erased_event(&self, take: &mut TakeErased<'_>) -> Result<(), StoreError> {
        for tag in self.cache.tags(&self.link.call())? {
            for first in (0..).step_by(RECORDS_MAX) {
                let end = first + RECORDS_MAX as isize - 1;
                let page: Vec<([u8; 16], f64)> =
                    self.link.call().ask(&Cmd::zrange_withscores(tag.erased(), first, end))?;
                if page.is_empty() {
                    break;
                }
                take(
                    page.into_iter()
                        .map(|(fingerprint, until)| tag.erased_event(fingerprint, until))
                        .collect(),
                )?;
            }
        }
        Ok(())
    }

    fn put_erased_events(&self, events: &[ErasedEvent]) -> Result<(), StoreError> {
        let call = self.link.call();
        let mut shards: BTreeMap<(&SiteId, Shard), Vec<&ErasedEvent>> = BTreeMap::new();
        for event in events {
            shards.entry((&event.site, event.shard)).or_default().push(event);
        }
        for ((site, shard), events) in shards {
            self.ensure_shards(&call, site, shard.count())?;
            let mut add = redis::cmd("ZADD");
            add.arg(Tag::new(site, shard).erased());
            for event in events {
                add.arg(event.until.unix_ms()).arg(event.fingerprint.as_slice());
            }
            call.change(&add)?;
        }
        Ok(())
    }

    fn forget(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut total = 0;
        for tag in self.cache.tags(&self.link.call())? {
            total += self.forget_of(&tag, now)?;
        }
        Ok(total)
    }

    fn leaves(&self, id: &LogId, first: u64) -> Result<Vec<Hash>, StoreError> {
        let call = self.link.call();
        let Some(log) = Log::find(&call, id)?.filter(|log| first < log.size) else { return Ok(Vec::new()) };
        let count = LEAVES_MAX.min(log.size - first).min(CHUNK - first % CHUNK);
        let leaves: Option<Vec<Hash>> = log.hashes(0, first, count)?.into_iter().collect();
        let leaves = leaves.filter(|leaves| leaves.len() as u64 == count);
        leaves.ok_or_else(|| unreadable(format!("the log {} lacks leaves from {first} on", id.origin())))
    }

    fn put_leaves(&self, id: &LogId, slice: &LogSlice) -> Result<(), StoreError> {
        let call = self.link.call();
        self.ensure_shards(&call, &id.site, id.shard.count())?;
        let leaves: Vec<u8> = slice.leaves.iter().flat_map(|leaf| *leaf.as_bytes()).collect();
        let script = PUT_LEAVES.on(Tag::of(id).bytes()).arg(token()?).arg(id.month.to_string());
        let mut script = script.arg(slice.first).arg(leaves);
        for (leaf_index, entry) in &slice.entries {
            let line = [leaf_index.to_string().as_bytes(), b" ", &canonical::to_vec(entry)].concat();
            script = script.arg(entries::list(entry)).arg(line);
        }
        let size = u64::try_from(call.run::<i64>(&script)?).map_err(|_| not_at_end(id, slice))?;
        // A new call, because the one above may have used up its time.
        Log::of(&self.link.call(), id, size).complete(slice.first, size)
    }

    fn dropped(&self) -> Result<Vec<(LogId, SignedCheckpoint)>, StoreError> {
        let (logs, mut dropped) = (self.logs()?, Vec::new());
        for tag in self.cache.tags(&self.link.call())? {
            let heads: Vec<(String, String)> = self.link.call().ask(&Cmd::hgetall(tag.heads()))?;
            for (month, head) in heads {
                let log = tag.log(Month::parse(&month).map_err(unreadable)?);
                dropped.extend((!logs.contains(&log)).then_some((log, SignedCheckpoint::from(head))));
            }
        }
        dropped.sort_unstable();
        Ok(dropped)
    }

    fn put_dropped(&self, log: &LogId, checkpoint: &SignedCheckpoint) -> Result<(), StoreError> {
        let call = self.link.call();
        self.ensure_shards(&call, &log.site, log.shard.count())?;
        let mut keep = redis::cmd("HSETNX");
        call.change(keep.arg(Tag::of(log).heads()).arg(log.month.to_string()).arg(checkpoint.as_str()))
    }

    fn put_documents(&self, documents: &[Document]) -> Result<(), StoreError> {
        let script = COPY_DOCUMENTS.on(CONSOLE.as_bytes());
        let script = documents.iter().flat_map(arguments).fold(script, |script, it| script.arg(it));
        if documents.is_empty() { Ok(()) } else { self.link.call().run::<u64>(&script).map(drop) }
    }

    fn put_trail(&self, entries: &[TrailEntry]) -> Result<(), StoreError> {
        let mut script = COPY_TRAIL.on(CONSOLE.as_bytes());
        for entry in entries {
            script = script.arg(Month::of(entry.at).to_string()).arg(entry.index);
            script = script.arg(trail_entry::fixed(entry)?).arg(trail_entry::target(entry));
            script = script.arg(trail_entry::consent_id(entry));
        }
        if entries.is_empty() { Ok(()) } else { self.link.call().run::<u64>(&script).map(drop) }
    }

    fn put_trail_segments(&self, segments: &[TrailSegment]) -> Result<(), StoreError> {
        for segment in segments {
            let (month, value) = (segment.month.to_string(), trail_entry::segment(segment));
            self.link.call().change(&Cmd::hset(TRAIL_SEGMENTS, month, value))?;
            if segment.is_dropped {
                self.drop_entries(segment)?;
            }
        }
        Ok(())
    }
}
