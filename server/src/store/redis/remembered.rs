//! What a server remembers of Redis: notices and sites, which never change
//! once they are there.

use super::keys::{self, NOTICES, SITES};
use super::link::Call;
use super::scripts::ADD;
use crate::store::StoreError;
use crate::store::known::{KnownNotice, unreadable};
use constat_shared::{Hash, SiteId};
use redis::Cmd;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most notices and sites that are remembered; a server has few at a time.
const REMEMBERED_MAX: usize = 1024;

/// Notices by their number and by their hash, and sites that Redis knows.
#[derive(Default)]
pub struct Remembered {
    by_number: Mutex<HashMap<i64, Arc<KnownNotice>>>,
    numbers: Mutex<HashMap<Hash, i64>>,
    sites: Mutex<HashSet<SiteId>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Remembered {
    /// Keeps a notice of a site, unless it is there.
    pub fn publish(
        &self,
        call: &Call<'_>,
        site: &SiteId,
        hash: &Hash,
        fields: &[(&str, &[u8])],
    ) -> Result<(), StoreError> {
        self.see(call, site)?;
        // Twice the same but for the date: whatever is listed is whole, and the first date counts.
        let key = keys::notice(hash);
        if !call.ask::<bool>(&Cmd::exists(&key))? {
            call.change(redis::cmd("HSET").arg(&key).arg(fields))?;
        }
        let add = ADD.on(NOTICES.as_bytes()).arg(hash.to_string()).arg(format!("{hash} {site}"));
        call.run::<u64>(&add).map(drop)
    }

    /// The notice of that hash, if it was published.
    pub fn by_hash(&self, call: &Call<'_>, hash: &Hash) -> Result<Arc<KnownNotice>, StoreError> {
        let known = lock(&self.numbers).get(hash).copied();
        if let Some(number) = known {
            return self.by_number(call, number);
        }
        let lines: Vec<String> = call.ask(&Cmd::lrange(NOTICES, 0, -1))?;
        let prefix = hash.to_string();
        let place = lines.iter().position(|line| line.starts_with(&prefix));
        let number = place.ok_or(StoreError::NoticeUnknown(*hash))? as i64;
        let mut numbers = lock(&self.numbers);
        if numbers.len() >= REMEMBERED_MAX {
            numbers.clear();
        }
        numbers.insert(*hash, number);
        drop(numbers);
        self.by_number(call, number)
    }

    /// The notice of that number.
    pub fn by_number(&self, call: &Call<'_>, number: i64) -> Result<Arc<KnownNotice>, StoreError> {
        if let Some(notice) = lock(&self.by_number).get(&number) {
            return Ok(Arc::clone(notice));
        }
        let missing = || unreadable(format!("notice number {number} is missing"));
        let line: Option<String> = call.ask(&Cmd::lindex(NOTICES, number as isize))?;
        let (_, hash) = read_line(&line.ok_or_else(missing)?)?;
        let mut cmd = redis::cmd("HMGET");
        let (json, terms): (Option<String>, Option<[u8; 32]>) =
            call.ask(cmd.arg(keys::notice(&hash)).arg("json").arg("terms_hash"))?;
        let (json, terms) = json.zip(terms).ok_or_else(missing)?;
        let notice = Arc::new(KnownNotice::read(number, Hash::from_bytes(terms), &json)?);
        let mut notices = lock(&self.by_number);
        if notices.len() >= REMEMBERED_MAX {
            notices.clear();
        }
        notices.insert(number, Arc::clone(&notice));
        Ok(notice)
    }

    /// Sees to it that Redis knows a site before anything is kept for it.
    pub fn see(&self, call: &Call<'_>, site: &SiteId) -> Result<(), StoreError> {
        if lock(&self.sites).contains(site) {
            return Ok(());
        }
        call.change(redis::cmd("SADD").arg(SITES).arg(site.as_str()))?;
        let mut sites = lock(&self.sites);
        if sites.len() >= REMEMBERED_MAX {
            sites.clear();
        }
        sites.insert(site.clone());
        Ok(())
    }

    /// Up to so many of the sites that this server has used.
    pub fn some_sites(&self, count: usize) -> Vec<SiteId> {
        lock(&self.sites).iter().take(count).cloned().collect()
    }

    /// Every site that anything is kept for.
    pub fn sites(&self, call: &Call<'_>) -> Result<Vec<SiteId>, StoreError> {
        let names: Vec<String> = call.ask(&Cmd::smembers(SITES))?;
        names.iter().map(|name| SiteId::parse(name).map_err(unreadable)).collect()
    }
}

/// The site and hash of a line of the list of notices.
pub fn read_line(line: &str) -> Result<(SiteId, Hash), StoreError> {
    let (hash, site) = line.split_once(' ').ok_or_else(|| unreadable("a notice has no site"))?;
    Ok((SiteId::parse(site).map_err(unreadable)?, Hash::parse(hash).map_err(unreadable)?))
}
