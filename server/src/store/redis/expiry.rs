//! What comes to its end. Redis lets each record expire by itself, to the
//! millisecond; the job counts it, writes that into the log, and clears what
//! pointed to it.

use super::keys::{self, Tag};
use super::scripts::{ERASE, EXPIRE, HOLD};
use super::{RedisStore, token};
use crate::store::StoreError;
use constat_shared::log::entry::Purge;
use constat_shared::log::merkle;
use constat_shared::{ConsentId, EventId, LogEntry, Month, SiteId, Timestamp, canonical};
use redis::Cmd;
use redis::cluster_routing::MultipleNodeRoutingInfo;

/// How many records one script deletes, so that writers wait briefly.
const EXPIRE_CHUNK: usize = 1000;
/// How long the job is held without a sign of life, in milliseconds.
const HOLD_MS: u64 = 30_000;

/// The event id in a member of the index of expiries, if it is of that month's log.
pub fn event_of(member: &[u8], month: [u8; 2]) -> Option<EventId> {
    let event: [u8; 16] = member.strip_prefix(&month)?.first_chunk().copied()?;
    EventId::from_bytes(event).ok()
}

impl RedisStore {
    pub(super) fn erase_all(&self, tag: &Tag, consent_id: &ConsentId) -> Result<u64, StoreError> {
        let erase = ERASE.on(tag.bytes()).arg(token()?).arg(consent_id.as_bytes().as_slice());
        let count = self.link.call().run(&erase)?;
        if count > 0 {
            self.link.call().change(redis::cmd("SET").arg(keys::REWRITE_DUE).arg(""))?;
        }
        Ok(count)
    }

    /// Deletes what is due on all sites; nothing while another server does so.
    pub(super) fn expire_all(&self, now: Timestamp) -> Result<u64, StoreError> {
        let holder = token()?;
        let mut take = redis::cmd("SET");
        take.arg(keys::EXPIRY_JOB).arg(&holder).arg("NX").arg("PX").arg(HOLD_MS);
        let taken: Option<String> = self.link.call().ask(&take)?;
        if taken.is_none() {
            return Ok(0);
        }
        let result = self.expire_while_held(now, &holder);
        // What is not let go ends by itself.
        let _ = self.hold(&holder, 0);
        result
    }

    fn expire_while_held(&self, now: Timestamp, holder: &[u8]) -> Result<u64, StoreError> {
        let mut total = 0;
        for site in self.remembered.sites(&self.link.call())? {
            loop {
                let deleted = self.expire_some(&site, now)?;
                total += deleted;
                if !self.hold(holder, HOLD_MS)? {
                    return Ok(total);
                }
                if deleted < EXPIRE_CHUNK as u64 {
                    break;
                }
            }
        }
        if total > 0 {
            self.link.call().change(redis::cmd("SET").arg(keys::REWRITE_DUE).arg(""))?;
        }
        self.rewrite_files()?;
        Ok(total)
    }

    fn hold(&self, holder: &[u8], ms: u64) -> Result<bool, StoreError> {
        self.link.call().run(&HOLD.on(keys::EXPIRY_JOB.as_bytes()).arg(holder).arg(ms))
    }

    /// Deletes up to [`EXPIRE_CHUNK`] records of a site, and says so in its log.
    fn expire_some(&self, site: &SiteId, now: Timestamp) -> Result<u64, StoreError> {
        let tag = Tag::of(site);
        loop {
            let mut cmd = redis::cmd("ZRANGE");
            cmd.arg(tag.key("x")).arg("-inf").arg(now.unix_ms()).arg("BYSCORE");
            let due: Vec<Vec<u8>> = self.link.call().ask(cmd.arg("LIMIT").arg(0).arg(EXPIRE_CHUNK))?;
            if due.is_empty() {
                return Ok(0);
            }
            let purge = Purge { site: site.clone(), purged_at: now, record_count: due.len() as u64 };
            let json = canonical::to_vec(&LogEntry::Purge(purge));
            let leaf = merkle::leaf_hash(&json);
            let expire = EXPIRE.on(tag.bytes()).arg(token()?).arg(Month::of(now).to_string());
            let expire = expire.arg(leaf.as_bytes().as_slice()).arg(json).arg(due);
            let deleted: i64 = self.link.call().run(&expire)?;
            // Less than nothing: somebody erased one of them since they were read.
            if let Ok(deleted) = u64::try_from(deleted) {
                return Ok(deleted);
            }
        }
    }

    /// Lets Redis write its files anew when they still have bytes of what was
    /// deleted; they keep them otherwise until they have grown to twice their size.
    fn rewrite_files(&self) -> Result<(), StoreError> {
        if !self.link.call().ask::<bool>(&Cmd::exists(keys::REWRITE_DUE))? {
            return Ok(());
        }
        let rewrite = redis::cmd("BGREWRITEAOF");
        match self.link.call().ask_each(&rewrite, &MultipleNodeRoutingInfo::AllNodes) {
            Ok(_) => self.link.call().change(&Cmd::del(keys::REWRITE_DUE)),
            Err(error) => {
                tracing::warn!(%error, "Redis did not begin to write its files anew; the next run asks again");
                Ok(())
            }
        }
    }
}
