//! Deletes the records of an erasure and the expired ones, with their entries in
//! the histories and in the index of expiries.
//!
//! Every step is one script for up to 1,000 records, which also notes the duty to
//! rewrite the files of Redis: a crash between two steps leaves nothing undone.
//!
//! Only the hourly job deletes expired records: no key has an expiry of Redis, whose
//! clock may be wrong.

use super::connection::Call;
use super::data::entries;
use super::data::expiry_index::{self, Member};
use super::data::key_names::{self, Tag};
use super::data::record_bytes;
use super::scripts::{DELETE, HOLD, MARK, REWRITTEN, WRITE_PENDING, token};
use super::store::RedisStore;
use crate::store::common::{AT_ONCE_MAX, REASONS, long_before, purges, reason_word};
use crate::store::erased_events::{fingerprint, remembered_until};
use crate::store::error::unreadable;
use crate::store::{ERASED_MAX, StoreError};
use constat_shared::log::{PurgeReason, merkle};
use constat_shared::{ConsentId, EventId, LogEntry, Months, SiteId, Timestamp, canonical};
use redis::Cmd;
use redis::cluster_routing::MultipleNodeRoutingInfo;
use std::collections::BTreeMap;

/// The most records that one script deletes, so that other writers wait only briefly.
const DELETE_CHUNK: usize = 1000;
/// How long a server holds the job after its last step, in milliseconds.
const HOLD_MS: u64 = 30_000;

/// A record to delete.
struct ToDelete {
    member: Member,
    /// What is remembered of its event, and until when; nothing of an expired one.
    remembered: Option<([u8; 16], Timestamp)>,
}

impl RedisStore {
    /// Waits for the replicas after an erasure that found nothing: an attempt before may have
    /// deleted the records without their confirmation.
    pub(super) fn confirm_erased(&self, tag: &Tag) -> Result<(), StoreError> {
        if self.link.waits() {
            self.link.call().run::<u64>(&MARK.on(tag.bytes()))?;
        }
        Ok(())
    }

    /// Deletes the records of a consent id.
    pub(super) fn erase_stored(
        &self,
        tag: &Tag,
        site: &SiteId,
        consent_id: &ConsentId,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let (mut count, mut first) = (0, 0);
        loop {
            // A new call for each step, because an id may have any number of records.
            let call = self.link.call();
            let last = first + DELETE_CHUNK as isize - 1;
            let events: Vec<([u8; 16], f64)> =
                call.ask(&Cmd::zrange_withscores(tag.history(consent_id), first, last))?;
            if events.is_empty() {
                return Ok(count);
            }
            let records = stored(&call, tag, site, consent_id, &events, now)?;
            // Those of format 1 that Redis has expired stay in the history until the job counts them.
            first += (events.len() - records.len()) as isize;
            count += self.delete(tag, &records, now, PurgeReason::Erased)?.unwrap_or_default();
        }
    }

    /// Deletes records of a shard and counts them for the log in one script. Does
    /// nothing and returns `None` when one of them was deleted before.
    fn delete(
        &self,
        tag: &Tag,
        records: &[ToDelete],
        now: Timestamp,
        reason: PurgeReason,
    ) -> Result<Option<u64>, StoreError> {
        let mut deleted = BTreeMap::new();
        for ToDelete { member, .. } in records {
            *deleted.entry(tag.log(member.month()?)).or_default() += 1;
        }
        let Some((log, purge)) = purges(&deleted, now, reason).pop() else { return Ok(Some(0)) };
        let json = canonical::to_vec(&LogEntry::Purge(purge));
        let leaf = merkle::leaf_hash(&json);
        let script = DELETE.on(tag.bytes()).arg(token()?).arg(log.month.to_string());
        let script = script.arg(leaf.as_bytes().as_slice()).arg(json).arg(reason_word(reason));
        let mut script = script.arg(AT_ONCE_MAX).arg(long_before(now).to_string()).arg(ERASED_MAX);
        for ToDelete { member, remembered } in records {
            let (fingerprint, until) = match remembered {
                Some((fingerprint, until)) => (fingerprint.as_slice(), until.unix_ms()),
                None => (&[][..], 0),
            };
            script = script.arg(member.bytes()).arg(fingerprint).arg(until);
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
        let (mut total, mut duties) = (0, Vec::new());
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
            self.write_pending(&tag, now)?;
            self.forget_erased_events(&tag, now)?;
            let duty: Option<Vec<u8>> = self.link.call().ask(&Cmd::get(tag.rewrite()))?;
            duties.extend(duty.map(|duty| (tag.bytes().to_vec(), duty)));
        }
        let duty: Option<Vec<u8>> = self.link.call().ask(&Cmd::get(key_names::CONSOLE_REWRITE))?;
        duties.extend(duty.map(|duty| (key_names::CONSOLE.as_bytes().to_vec(), duty)));
        self.rewrite_files(&duties)?;
        Ok(total)
    }

    /// Writes a purge entry for each reason for which deletions of a shard are still to be written.
    fn write_pending(&self, tag: &Tag, now: Timestamp) -> Result<(), StoreError> {
        let pending = entries::pending(&self.link, tag)?;
        for reason in REASONS {
            let of_it = pending.iter().filter(|(of, _, _)| *of == reason);
            let counts: BTreeMap<_, _> = of_it.map(|(_, month, count)| (tag.log(*month), *count)).collect();
            let Some((log, purge)) = purges(&counts, now, reason).pop() else { continue };
            let json = canonical::to_vec(&LogEntry::Purge(purge));
            let leaf = merkle::leaf_hash(&json);
            let script = WRITE_PENDING.on(tag.bytes()).arg(token()?).arg(log.month.to_string());
            let mut script = script.arg(leaf.as_bytes().as_slice()).arg(json);
            for (log, count) in &counts {
                script = script.arg(entries::pending_field(reason, log.month)).arg(count);
            }
            // Where another server has written some of them, the next run writes the rest.
            self.link.call().run::<u64>(&script)?;
        }
        Ok(())
    }

    fn forget_erased_events(&self, tag: &Tag, now: Timestamp) -> Result<(), StoreError> {
        let mut cmd = redis::cmd("ZREMRANGEBYSCORE");
        self.link.call().change(cmd.arg(tag.erased()).arg("-inf").arg(now.unix_ms()))
    }

    fn hold(&self, holder: &[u8], ms: u64) -> Result<bool, StoreError> {
        self.link.call().run(&HOLD.on(key_names::EXPIRY_JOB.as_bytes()).arg(holder).arg(ms))
    }

    /// Deletes up to [`DELETE_CHUNK`] records of a shard that are due.
    fn expire_some(&self, tag: &Tag, now: Timestamp) -> Result<u64, StoreError> {
        loop {
            let due = expiry_index::due(&self.link.call(), tag, now, DELETE_CHUNK)?;
            let records: Vec<_> =
                due.into_iter().map(|member| ToDelete { member, remembered: None }).collect();
            // `None` means that another server erased one of them after they were read.
            if let Some(count) = self.delete(tag, &records, now, PurgeReason::Expired)? {
                return Ok(count);
            }
        }
    }

    /// Whether the last rewrite of a node failed, as far as the nodes answer.
    fn last_rewrite_failed(&self) -> bool {
        let info = redis::cmd("INFO").arg("persistence").clone();
        let nodes = self.link.call().ask_each(&info, &MultipleNodeRoutingInfo::AllNodes).unwrap_or_default();
        let mut texts =
            nodes.into_iter().filter_map(|(_, text)| redis::from_redis_value::<String>(text).ok());
        texts.any(|text| text.contains("aof_last_bgrewrite_status:err"))
    }

    /// Lets Redis rewrite its files when they still have the bytes of deleted
    /// records, or the last rewrite failed. Redis itself does so only when the files
    /// have doubled in size. The duties are hash tags with what was noted there; a
    /// deletion during this renews the one of its tag.
    pub(super) fn rewrite_files(&self, duties: &[(Vec<u8>, Vec<u8>)]) -> Result<(), StoreError> {
        let nodes = MultipleNodeRoutingInfo::AllNodes;
        let of_earlier_version: bool = self.link.call().ask(&Cmd::exists(key_names::REWRITE_DUE))?;
        if duties.is_empty() && !of_earlier_version && !self.last_rewrite_failed() {
            return Ok(());
        }
        if let Err(error) = self.link.call().ask_each(&redis::cmd("BGREWRITEAOF"), &nodes) {
            tracing::warn!(%error, "Redis did not begin to rewrite its files; the next run asks again");
            return Ok(());
        }
        for (tag, duty) in duties {
            self.link.call().run::<u64>(&REWRITTEN.on(tag).arg(duty.as_slice()))?;
        }
        if of_earlier_version {
            self.link.call().change(&Cmd::del(key_names::REWRITE_DUE))?;
        }
        Ok(())
    }
}

/// Those events of a consent id, with their times recorded, of which a record is stored. Nothing of this is
/// taken from the bytes of a record but until when it is remembered: changed bytes keep nobody from erasing it.
fn stored(
    call: &Call<'_>,
    tag: &Tag,
    site: &SiteId,
    consent_id: &ConsentId,
    events: &[([u8; 16], f64)],
    now: Timestamp,
) -> Result<Vec<ToDelete>, StoreError> {
    // Before the records: one that is read afterwards was in the index.
    let members = expiry_index::members_of(call, tag, consent_id, events)?;
    let keys: Vec<_> = events.iter().map(|(event_id, _)| tag.record(event_id)).collect();
    let found: Vec<Option<Vec<u8>>> = call.ask(redis::cmd("MGET").arg(&keys))?;
    // No choice that is stored by now ends later.
    let latest = remembered_until(Months::MAX.after(now));
    let mut records = Vec::with_capacity(events.len());
    for ((member, bytes), (event_id, _)) in members.into_iter().zip(found).zip(events) {
        let Some(bytes) = bytes else { continue };
        let lacks = || unreadable("the index of expiries lacks a record");
        let until = record_bytes::choice_expires_at(&bytes).map_or(latest, remembered_until).min(latest);
        let event_id = EventId::from_bytes(*event_id).map_err(unreadable)?;
        let remembered = Some((fingerprint(site, &event_id), until));
        records.push(ToDelete { member: member.ok_or_else(lacks)?, remembered });
    }
    Ok(records)
}
