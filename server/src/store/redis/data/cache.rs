//! The cache of notices and of the shards of sites. Neither changes in Redis, and
//! the cache only reads them.

use super::key_names::{self, NOTICES, SITES, Tag};
use crate::store::StoreError;
use crate::store::common::NoticeDigits;
use crate::store::error::unreadable;
use crate::store::redis::connection::Call;
use constat_shared::{Hash, LogShards, SiteId};
use redis::Cmd;
use std::collections::HashMap;
use std::hash::Hash as Hashed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most notices, and the most sites, in the cache; a server uses few at a time.
const CACHED_MAX: usize = 1024;

/// Notices by number, their numbers by hash, and the shards of sites.
#[derive(Default)]
pub struct Cache {
    by_number: Mutex<HashMap<i64, Arc<NoticeDigits>>>,
    numbers: Mutex<HashMap<Hash, i64>>,
    sites: Mutex<HashMap<SiteId, LogShards>>,
}

/// Adds to a map of the cache. Empties a full map first.
fn insert<K: Eq + Hashed, V>(map: &Mutex<HashMap<K, V>>, key: K, value: V) {
    let mut map = lock(map);
    if map.len() >= CACHED_MAX {
        map.clear();
    }
    map.insert(key, value);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cache {
    /// Checks that the notices of the cache still have their numbers in Redis.
    ///
    /// # Errors
    /// [`StoreError::Engine`] when one has another number, or is missing.
    pub fn check(&self, call: &Call<'_>) -> Result<(), StoreError> {
        let used: Vec<_> = lock(&self.numbers).iter().map(|(hash, number)| (*hash, *number)).collect();
        let lines: Vec<String> = call.ask(&Cmd::lrange(NOTICES, 0, -1))?;
        let kept = |(hash, number): &(Hash, i64)| {
            let line = usize::try_from(*number).ok().and_then(|number| lines.get(number));
            line.is_some_and(|line| line.starts_with(&hash.to_string()))
        };
        if used.iter().all(kept) { Ok(()) } else { Err(set_back()) }
    }

    /// The notice of that hash, if it was published.
    pub fn by_hash(&self, call: &Call<'_>, hash: &Hash) -> Result<Arc<NoticeDigits>, StoreError> {
        let known = lock(&self.numbers).get(hash).copied();
        if let Some(number) = known {
            return self.by_number(call, number);
        }
        let lines: Vec<String> = call.ask(&Cmd::lrange(NOTICES, 0, -1))?;
        let prefix = hash.to_string();
        let position = lines.iter().position(|line| line.starts_with(&prefix));
        let number = position.ok_or(StoreError::NoticeUnknown(*hash))? as i64;
        insert(&self.numbers, *hash, number);
        self.by_number(call, number)
    }

    /// The notice of that number.
    pub fn by_number(&self, call: &Call<'_>, number: i64) -> Result<Arc<NoticeDigits>, StoreError> {
        if let Some(notice) = lock(&self.by_number).get(&number) {
            return Ok(Arc::clone(notice));
        }
        let missing = || unreadable(format!("notice number {number} is missing"));
        let line: Option<String> = call.ask(&Cmd::lindex(NOTICES, number as isize))?;
        let (_, hash) = read_line(&line.ok_or_else(missing)?)?;
        let mut cmd = redis::cmd("HMGET");
        let (json, terms): (Option<String>, Option<[u8; 32]>) =
            call.ask(cmd.arg(key_names::notice(&hash)).arg("json").arg("terms_hash"))?;
        let (json, terms) = json.zip(terms).ok_or_else(missing)?;
        let notice = Arc::new(NoticeDigits::read(number, Hash::from_bytes(terms), &json)?);
        insert(&self.by_number, number, Arc::clone(&notice));
        Ok(notice)
    }

    /// The number of logs a month of a site in the cache.
    pub fn cached_shards(&self, site: &SiteId) -> Option<LogShards> {
        lock(&self.sites).get(site).copied()
    }

    /// The number of logs a month of a site: one, unless it is set.
    pub fn shards(&self, call: &Call<'_>, site: &SiteId) -> Result<LogShards, StoreError> {
        if let Some(shards) = self.cached_shards(site) {
            return Ok(shards);
        }
        let count: Option<u8> = call.ask(&Cmd::hget(SITES, site.as_str()))?;
        let Some(count) = count else { return Ok(LogShards::ONE) };
        let shards = LogShards::new(count).map_err(unreadable)?;
        insert(&self.sites, site.clone(), shards);
        Ok(shards)
    }

    /// Up to `count` tags of the sites in the cache.
    pub fn some_tags(&self, count: usize) -> Vec<Tag> {
        let sites = lock(&self.sites);
        sites.iter().flat_map(|(site, shards)| Tag::all(site, *shards)).take(count).collect()
    }

    /// The tags of all sites in Redis.
    pub fn tags(&self, call: &Call<'_>) -> Result<Vec<Tag>, StoreError> {
        let sites: Vec<(String, u8)> = call.ask(&Cmd::hgetall(SITES))?;
        let mut tags = Vec::new();
        for (site, count) in sites {
            let site = SiteId::parse(&site).map_err(unreadable)?;
            tags.extend(Tag::all(&site, LogShards::new(count).map_err(unreadable)?));
        }
        Ok(tags)
    }
}

/// The error for a Redis that lacks a notice of the cache.
pub fn set_back() -> StoreError {
    let words = "Redis lacks a notice that was published: it was emptied or set back to an older copy; \
                 restart every server to publish it again";
    StoreError::Engine(words.to_owned())
}

/// Reads the site and hash of a line of the list of notices.
pub fn read_line(line: &str) -> Result<(SiteId, Hash), StoreError> {
    let (hash, site) = line.split_once(' ').ok_or_else(|| unreadable("a notice has no site"))?;
    Ok((SiteId::parse(site).map_err(unreadable)?, Hash::parse(hash).map_err(unreadable)?))
}
