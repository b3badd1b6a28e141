//! Deletes the records of an erasure and the expired ones, with their entries in
//! the histories and in the index of expiries.
//!
//! Only the hourly job deletes expired records: no key has an expiry of Redis, whose
//! clock may be wrong.

use super::data::expiry_index::{self, Member};
use super::data::key_names::{self, Tag};
use super::scripts::{DELETE, HOLD, NOTE, token};
use super::store::RedisStore;
use crate::store::StoreError;
use crate::store::common::purges;
use constat_shared::log::{PurgeReason, merkle};
use constat_shared::{ConsentId, LogEntry, SiteId, Timestamp, canonical};
use redis::Cmd;
use redis::cluster_routing::MultipleNodeRoutingInfo;
use std::collections::BTreeMap;

/// The most records that one script deletes, so that other writers wait only briefly.
const DELETE_CHUNK: usize = 1000;
/// How long a server holds the job after its last step, in milliseconds.
const HOLD_MS: u64 = 30_000;

impl RedisStore {
    pub(super) fn erase_all(
        &self,
        site: &SiteId,
        consent_id: &ConsentId,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let shards = self.cache.shards(&self.link.call(), site)?;
        let (tag, mut count) = (Tag::new(site, shards.of(consent_id)), 0);
        loop {
            let members = self.members_of(&tag, consent_id)?;
            if members.is_empty() {
                break;
            }
            for members in members.chunks(DELETE_CHUNK) {
                count += self.delete(&tag, members, now, PurgeReason::Erased)?.unwrap_or_default();
            }
        }
        if count > 0 {
            self.note_rewrite()?;
        }
        Ok(count)
    }

    /// The members of the index for the records of a consent id. A record of
    /// format 1 that Redis has expired is not among them: the job counts it.
    fn members_of(&self, tag: &Tag, consent_id: &ConsentId) -> Result<Vec<Member>, StoreError> {
        let call = self.link.call();
        let events: Vec<[u8; 16]> = call.ask(&Cmd::zrange(tag.history(consent_id), 0, -1))?;
        let mut members = Vec::new();
        for event_id in events {
            let head: Vec<u8> = call.ask(&Cmd::getrange(tag.record(&event_id), 1, 3))?;
            if let Ok(month) = head.try_into() {
                members.push(Member::new(month, &event_id, consent_id));
            }
        }
        Ok(members)
    }

    /// Deletes records of a shard and writes the purge entry in one script. Does
    /// nothing and returns `None` when one of them was deleted before.
    fn delete(
        &self,
        tag: &Tag,
        members: &[Member],
        now: Timestamp,
        reason: PurgeReason,
    ) -> Result<Option<u64>, StoreError> {
        let mut deleted = BTreeMap::new();
        for member in members {
            *deleted.entry(tag.log(member.month()?)).or_default() += 1;
        }
        let Some((log, purge)) = purges(&deleted, now, reason).pop() else { return Ok(Some(0)) };
        let json = canonical::to_vec(&LogEntry::Purge(purge));
        let leaf = merkle::leaf_hash(&json);
        let script = DELETE.on(tag.bytes()).arg(token()?).arg(log.month.to_string());
        let mut script = script.arg(leaf.as_bytes().as_slice()).arg(json);
        for member in members {
            script = script.arg(member.bytes());
        }
        let count: i64 = self.link.call().run(&script)?;
        Ok(u64::try_from(count).ok())
    }

    /// Deletes the expired records of all sites, unless another server is doing so.
    pub(super) fn expire_all(&self, now: Timestamp) -> Result<u64, StoreError> {
        let holder = token()?;
        if !self.hold(&holder, HOLD_MS)? {
            return Ok(0);
        }
        let result = self.expire_while_held(now, &holder);
        // When this fails, another server can take the job after `HOLD_MS`.
        let _ = self.hold(&holder, 0);
        result
    }

    fn expire_while_held(&self, now: Timestamp, holder: &[u8]) -> Result<u64, StoreError> {
        let mut total = 0;
        for tag in self.cache.tags(&self.link.call())? {
            loop {
                let deleted = self.expire_some(&tag, now)?;
                total += deleted;
                if !self.hold(holder, HOLD_MS)? {
                    return Ok(total);
                }
                if deleted < DELETE_CHUNK as u64 {
                    break;
                }
            }
        }
        if total > 0 {
            self.note_rewrite()?;
        }
        self.rewrite_files()?;
        Ok(total)
    }

    fn hold(&self, holder: &[u8], ms: u64) -> Result<bool, StoreError> {
        self.link.call().run(&HOLD.on(key_names::EXPIRY_JOB.as_bytes()).arg(holder).arg(ms))
    }

    /// Deletes up to [`DELETE_CHUNK`] records of a shard that are due.
    fn expire_some(&self, tag: &Tag, now: Timestamp) -> Result<u64, StoreError> {
        loop {
            let due = expiry_index::due(&self.link.call(), tag, now, DELETE_CHUNK)?;
            // `None` means that another server erased one of them after they were read.
            if let Some(count) = self.delete(tag, &due, now, PurgeReason::Expired)? {
                return Ok(count);
            }
        }
    }

    /// Notes that the files of Redis still have the bytes of deleted records.
    pub(super) fn note_rewrite(&self) -> Result<(), StoreError> {
        self.link.call().run::<u64>(&NOTE.on(key_names::REWRITE_DUE.as_bytes())).map(drop)
    }

    /// Lets Redis rewrite its files when they still have the bytes of deleted
    /// records. Redis itself does so only when the files have doubled in size.
    fn rewrite_files(&self) -> Result<(), StoreError> {
        if !self.link.call().ask::<bool>(&Cmd::exists(key_names::REWRITE_DUE))? {
            return Ok(());
        }
        let rewrite = redis::cmd("BGREWRITEAOF");
        match self.link.call().ask_each(&rewrite, &MultipleNodeRoutingInfo::AllNodes) {
            Ok(_) => self.link.call().change(&Cmd::del(key_names::REWRITE_DUE)),
            Err(error) => {
                tracing::warn!(%error, "Redis did not begin to rewrite its files; the next run asks again");
                Ok(())
            }
        }
    }
}
