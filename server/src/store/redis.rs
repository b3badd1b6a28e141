//! The store for more than one server: Redis 7, alone, with replicas, or a cluster.
//!
//! Every change of a shard is one script in its slot, so servers that change it
//! at once do so one after the other, in an order that Redis gives.
//! Nothing here is remembered between calls but what never changes.

use super::common::{Auditing, StoredLeaf, purged_count, unreadable};
use super::{Appended, Audit, Entry, HISTORY_MAX, StoreError};
use super::{KeyStore, LogStore, NoticeStore, RecordStore};
use crate::{clock, crash};
use address::Address;
use constat_shared::log::merkle;
use constat_shared::{
    Checkpoint, ConsentId, EventId, Hash, Jwk, LogEntry, LogId, LogShards, Month, Notice, PublishedNotice,
    Record, SiteId, Timestamp, canonical,
};
use expiry::Member;
use keys::Tag;
use link::{Call, Link};
use log::Log;
use redis::Cmd;
use redis::cluster_routing::MultipleNodeRoutingInfo;
use remembered::Remembered;
use std::collections::BTreeMap;
use std::time::Duration;

pub mod address;
mod append;
mod durability;
mod expiry;
mod keys;
mod link;
mod log;
mod moving;
mod named;
mod packed;
mod readiness;
mod remembered;
mod scripts;
mod trouble;

/// The version of the names and forms in Redis.
const FORMAT: &str = "1";
/// How many records are read at a time.
const READ_CHUNK: usize = 500;

/// The store on Redis.
pub struct RedisStore {
    link: Link,
    remembered: Remembered,
}

impl RedisStore {
    /// Reaches a Redis and writes nothing there. `min_replicas` confirm every
    /// change before it counts as durable.
    ///
    /// # Errors
    /// [`StoreError::Engine`] when it cannot be reached, is older than 7, or is
    /// a node of a cluster that was not named as one.
    pub fn reach(address: &Address, min_replicas: u32, deadline: Duration) -> Result<RedisStore, StoreError> {
        let link = Link::new(address, min_replicas, deadline)?;
        let primaries = MultipleNodeRoutingInfo::AllMasters;
        for (node, info) in link.call().ask_each(redis::cmd("INFO").arg("server"), &primaries)? {
            let info: String = redis::from_redis_value(info).map_err(unreadable)?;
            let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("");
            let version = field("redis_version:");
            let major: u32 = version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0);
            if major < 7 {
                let words = format!("{node} is version {version}: Redis 7.0 or newer is needed");
                return Err(StoreError::Engine(words));
            }
            if field("redis_mode:") == "cluster" && !link.is_cluster() {
                let words = "this Redis is a node of a cluster: write redis+cluster:// or rediss+cluster://";
                return Err(StoreError::Engine(words.to_owned()));
            }
        }
        Ok(RedisStore { link, remembered: Remembered::default() })
    }

    /// Whether there is a store in this Redis.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when another version of Constat, or something else, wrote there.
    pub fn is_there(&self) -> Result<bool, StoreError> {
        let (call, mut key_count) = (self.link.call(), 0);
        // Counted first: another server may be making the store, and begins with its version.
        for (_, keys) in call.ask_each(&redis::cmd("DBSIZE"), &MultipleNodeRoutingInfo::AllMasters)? {
            key_count += redis::from_redis_value::<u64>(keys).map_err(unreadable)?;
        }
        match call.ask::<Option<String>>(&Cmd::get(keys::VERSION))? {
            Some(found) if found == FORMAT => Ok(true),
            Some(found) => {
                let words = format!("its form has version {found}, this one reads {FORMAT}");
                Err(StoreError::Unreadable(words))
            }
            None if key_count > 0 => {
                let words = format!("keys that are not Constat's ({key_count}): name an empty Redis");
                Err(StoreError::Unreadable(words))
            }
            None => Ok(false),
        }
    }

    /// Makes a store where there is none.
    ///
    /// # Errors
    /// As [`RedisStore::is_there`].
    pub fn make(&self) -> Result<(), StoreError> {
        if !self.is_there()? {
            let mut set = redis::cmd("SET");
            self.link.call().ask::<redis::Value>(set.arg(keys::VERSION).arg(FORMAT).arg("NX"))?;
        }
        Ok(())
    }

    /// Refuses a Redis that may lose what it has confirmed.
    ///
    /// # Errors
    /// [`StoreError::WouldLose`] in words that name the setting.
    pub fn check_durability(&self, min_replicas: u32) -> Result<(), StoreError> {
        durability::check(&self.link, min_replicas)
    }

    /// The records of these keys that are there, each with its place.
    fn read(&self, tag: &Tag, events: &[EventId]) -> Result<Vec<(Entry, u64)>, StoreError> {
        let mut entries = Vec::with_capacity(events.len());
        for events in events.chunks(READ_CHUNK) {
            let call = self.link.call();
            let keys: Vec<_> = events.iter().map(|event_id| tag.record(event_id)).collect();
            let found: Vec<Option<Vec<u8>>> = call.ask(redis::cmd("MGET").arg(&keys))?;
            for (event_id, bytes) in events.iter().zip(found) {
                let Some(bytes) = bytes else { continue };
                entries.push(self.unpack(&call, tag, *event_id, &bytes)?);
            }
        }
        Ok(entries)
    }

    fn unpack(
        &self,
        call: &Call<'_>,
        tag: &Tag,
        event_id: EventId,
        bytes: &[u8],
    ) -> Result<(Entry, u64), StoreError> {
        let notice = self.remembered.by_number(call, packed::notice_number(bytes)?)?;
        packed::unpack(event_id, bytes, &notice, tag.shards())
    }

    /// Every record and entry of a log as its leaf, and how many records have
    /// come to their end since the job last ran.
    fn stored_leaves(&self, log: &LogId) -> Result<(Vec<StoredLeaf>, u64), StoreError> {
        let tag = Tag::of(log);
        let mut expiries = self.expiries(&tag, log.month)?;
        let events: Vec<_> = expiries.keys().copied().collect();
        let mut leaves = Vec::with_capacity(events.len());
        for (entry, place) in self.read(&tag, &events)? {
            expiries.remove(&entry.record.event_id);
            leaves.push((place, entry.leaf, true));
        }
        let now = clock::now().unix_ms() as f64;
        let over_count = expiries.values().filter(|expires_at| **expires_at <= now).count() as u64;
        let entries = self.entries(log)?.into_iter().map(|(place, entry)| (place, entry.leaf_hash(), false));
        leaves.extend(entries);
        Ok((leaves, over_count))
    }

    /// The records of a log by the index of expiries, each with its end in milliseconds since 1970.
    fn expiries(&self, tag: &Tag, month: Month) -> Result<BTreeMap<EventId, f64>, StoreError> {
        let (mut cursor, mut expiries) = (0_u64, BTreeMap::new());
        loop {
            let mut cmd = redis::cmd("ZSCAN");
            cmd.arg(tag.key("x")).arg(cursor).arg("COUNT").arg(READ_CHUNK);
            let (next, page): (u64, Vec<(Vec<u8>, f64)>) = self.link.call().ask(&cmd)?;
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

    /// How many of the log's records the purge entries of its shard's logs speak of.
    fn purged(&self, id: &LogId) -> Result<u64, StoreError> {
        let mut count = 0;
        for other in self.logs()?.iter().filter(|other| other.is_beside(id)) {
            count += purged_count(self.entries(other)?.iter().map(|(_, entry)| entry), id.month);
        }
        Ok(count)
    }
}

impl RecordStore for RedisStore {
    fn append(&self, entries: &[Entry]) -> Result<Vec<Appended>, StoreError> {
        self.append_batch(entries)
    }

    fn find(
        &self,
        site: &SiteId,
        consent_id: &ConsentId,
        event_id: &EventId,
    ) -> Result<Option<(Entry, u64)>, StoreError> {
        let call = self.link.call();
        let tag = Tag::new(site, self.remembered.shards(&call, site)?.of(consent_id));
        let bytes: Option<Vec<u8>> = call.ask(&Cmd::get(tag.record(event_id)))?;
        let found = bytes.map(|bytes| self.unpack(&call, &tag, *event_id, &bytes)).transpose()?;
        Ok(found.filter(|(entry, _)| entry.record.consent_id == *consent_id))
    }

    fn history(&self, site: &SiteId, consent_id: &ConsentId) -> Result<Vec<Record>, StoreError> {
        let shards = self.remembered.shards(&self.link.call(), site)?;
        let tag = Tag::new(site, shards.of(consent_id));
        let newest = Cmd::zrevrange(tag.history(consent_id), 0, HISTORY_MAX as isize - 1);
        let events: Vec<[u8; 16]> = self.link.call().ask(&newest)?;
        let events = events.into_iter().rev().map(EventId::from_bytes).collect::<Result<Vec<_>, _>>();
        let entries = self.read(&tag, &events.map_err(unreadable)?)?;
        Ok(entries.into_iter().map(|(entry, _)| entry.record).collect())
    }

    fn erase(&self, site: &SiteId, consent_id: &ConsentId, now: Timestamp) -> Result<u64, StoreError> {
        self.erase_all(site, consent_id, now)
    }

    fn expire(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.expire_all(now)
    }

    fn ping(&self) -> Result<(), StoreError> {
        readiness::check(&self.link, &self.remembered)?;
        self.remembered.check(&self.link.call())
    }
}

impl NoticeStore for RedisStore {
    fn publish(&self, notice: &PublishedNotice, at: Timestamp) -> Result<(), StoreError> {
        self.remembered.publish(&self.link.call(), notice, at)
    }

    fn notice(&self, hash: &Hash) -> Result<Option<Notice>, StoreError> {
        let json: Option<Vec<u8>> = self.link.call().ask(&Cmd::hget(keys::notice(hash), "json"))?;
        json.map(|json| serde_json::from_slice(&json)).transpose().map_err(unreadable)
    }

    fn notices(&self) -> Result<Vec<(SiteId, Hash)>, StoreError> {
        let lines: Vec<String> = self.link.call().ask(&Cmd::lrange(keys::NOTICES, 0, -1))?;
        lines.iter().map(|line| remembered::read_line(line)).collect()
    }
}

impl LogStore for RedisStore {
    fn spread(&self, site: &SiteId, shards: LogShards) -> Result<(), StoreError> {
        self.remembered.see(&self.link.call(), site, shards)
    }

    fn shards(&self, site: &SiteId) -> Result<LogShards, StoreError> {
        self.remembered.shards(&self.link.call(), site)
    }

    fn head(&self, log: &LogId) -> Result<Option<Checkpoint>, StoreError> {
        let call = self.link.call();
        let log = Log::find(&call, log)?;
        log.map(|mut log| log.head(log.size)).transpose()
    }

    fn inclusion_proof(&self, log: &LogId, index: u64, size: u64) -> Result<Option<Vec<Hash>>, StoreError> {
        let call = self.link.call();
        let log = Log::find(&call, log)?.filter(|log| index < size && size <= log.size);
        log.map(|mut log| log.inclusion(index, size)).transpose()
    }

    fn consistency_proof(&self, log: &LogId, from: u64, to: u64) -> Result<Option<Vec<Hash>>, StoreError> {
        let call = self.link.call();
        let log = Log::find(&call, log)?.filter(|log| from <= to && to <= log.size);
        log.map(|mut log| log.consistency(from, to)).transpose()
    }

    fn keep_checkpoint(&self, log: &LogId, note: &str) -> Result<(), StoreError> {
        let keep = scripts::HEAD.on(Tag::of(log).bytes()).arg(log.month.to_string()).arg(note);
        self.link.call().run::<u64>(&keep).map(drop)
    }

    fn checkpoint(&self, log: &LogId) -> Result<Option<String>, StoreError> {
        self.link.call().ask(&Cmd::hget(Tag::of(log).key("heads"), log.month.to_string()))
    }

    fn write(&self, log: &LogId, entry: &LogEntry) -> Result<u64, StoreError> {
        let call = self.link.call();
        self.remembered.see(&call, &log.site, log.shard.count())?;
        let json = canonical::to_vec(entry);
        let write = scripts::WRITE.on(Tag::of(log).bytes()).arg(token()?).arg(log.month.to_string());
        call.run(&write.arg(merkle::leaf_hash(&json).as_bytes().as_slice()).arg(json))
    }

    fn entries(&self, log: &LogId) -> Result<Vec<(u64, LogEntry)>, StoreError> {
        let call = self.link.call();
        Ok(Log::find(&call, log)?.map(|log| log.entries()).transpose()?.unwrap_or_default())
    }

    fn logs(&self) -> Result<Vec<LogId>, StoreError> {
        let mut logs = Vec::new();
        for tag in self.remembered.tags(&self.link.call())? {
            let months: Vec<String> = self.link.call().ask(&Cmd::hkeys(tag.key("logs")))?;
            for month in months {
                logs.push(tag.log(Month::parse(&month).map_err(unreadable)?));
            }
        }
        logs.sort_unstable();
        Ok(logs)
    }

    fn drop_log(&self, log: &LogId, checkpoint: &str) -> Result<bool, StoreError> {
        let drop = scripts::DROP.on(Tag::of(log).bytes()).arg(token()?).arg(log.month.to_string());
        let dropped: u64 = self.link.call().run(&drop.arg(checkpoint).arg(&log::LEVELS))?;
        Ok(dropped == 1)
    }

    fn audit(&self, id: &LogId) -> Result<Audit, StoreError> {
        let none = || unreadable(format!("there is no log {}", id.origin()));
        let size = Log::find(&self.link.call(), id)?.ok_or_else(none)?.size;
        // What comes in meanwhile is not part of it.
        let (mut stored, over_count) = self.stored_leaves(id)?;
        stored.retain(|(place, _, _)| *place < size);
        let mut auditing = Auditing::new(stored);
        let chunk = log::CHUNK / 16;
        for first in (0..size).step_by(chunk as usize) {
            let call = self.link.call();
            let log = Log::find(&call, id)?.ok_or_else(none)?;
            let leaves = log.hashes(0, first, chunk.min(size - first))?;
            for leaf in leaves.into_iter().flatten() {
                auditing.leaf(leaf, |level, place, hash| {
                    // What was not worked out yet is no difference.
                    let kept = log.hashes(level, place, 1)?.first().copied().flatten();
                    Ok::<_, StoreError>(kept.is_none_or(|kept| kept == hash))
                })?;
            }
        }
        Ok(auditing.finish(size, self.purged(id)? + over_count))
    }
}

impl KeyStore for RedisStore {
    fn keys(&self) -> Result<Vec<Jwk>, StoreError> {
        let lines: Vec<String> = self.link.call().ask(&Cmd::lrange(keys::KEYS, 0, -1))?;
        let read = |line: String| {
            let (_, jwk) = line.split_once(' ').ok_or_else(|| unreadable("a key has no date"))?;
            serde_json::from_str(jwk).map_err(unreadable)
        };
        lines.into_iter().map(read).collect()
    }

    fn add_key(&self, key: &Jwk, at: Timestamp) -> Result<(), StoreError> {
        let jwk = serde_json::to_string(key).map_err(unreadable)?;
        let add = scripts::ADD.on(keys::KEYS.as_bytes()).arg(&key.kid).arg(format!("{at} {jwk}"));
        self.link.call().run::<u64>(&add).map(drop)
    }
}

/// Names one call, so that Redis does it once.
fn token() -> Result<Vec<u8>, StoreError> {
    let mut token = vec![0; 16];
    getrandom::fill(&mut token).map_err(|error| StoreError::Engine(error.to_string()))?;
    Ok(token)
}

#[cfg(test)]
mod faults;

#[cfg(test)]
mod refusals;
#[cfg(test)]
mod tests;
