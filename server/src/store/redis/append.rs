//! Appends records: one script for each shard of a batch.

use super::data::cache::set_back;
use super::data::key_names::Tag;
use super::data::log_tree::{LEVELS, Log};
use super::data::record_bytes;
use super::scripts::{APPEND, Invocation};
use super::store::RedisStore;
use crate::clock::{self, ClockError, TOLERANCE_MS};
use crate::crash;
use crate::store::common::NoticeDigits;
use crate::store::erased_events::fingerprint;
use crate::store::error::unreadable;
use crate::store::{Appended, CommittedRecord, DAY_MAX, HISTORY_MAX, Holder, StoreError};
use constat_shared::{Hash, LogId, Month, Timestamp};
use redis::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The records of one shard, by their positions in the batch.
struct Part {
    tag: Tag,
    positions: Vec<usize>,
}

impl RedisStore {
    /// Stores a batch: for each shard, all of its records or none. When one machine
    /// of a cluster fails, the records of the others are stored.
    pub(super) fn append_batch(&self, entries: &[CommittedRecord]) -> Result<Vec<Appended>, StoreError> {
        let call = self.link.call();
        let mut notices = Vec::with_capacity(entries.len());
        for entry in entries {
            notices.push(self.cache.by_hash(&call, &entry.record.notice_hash)?);
            self.ensure_shards(&call, &entry.log.site, entry.log.shard.count())?;
        }
        let parts = parts(entries);
        let scripts: Vec<_> = parts.iter().map(|part| self.script(part, entries, &notices)).collect();
        crash::at("store.before_commit");
        let answers = call.run_all(&scripts);
        crash::at("store.after_commit");
        let (mut results, mut failures) = (vec![Appended::Failed; entries.len()], Vec::new());
        for (part, answer) in parts.iter().zip(answers) {
            match answer.and_then(|answer| self.results(part, entries, answer)) {
                Ok(of_part) => {
                    part.positions.iter().zip(of_part).for_each(|(position, it)| results[*position] = it)
                }
                Err(error) => failures.push(error),
            }
        }
        if failures.len() == parts.len()
            && let Some(error) = failures.pop()
        {
            return Err(error);
        }
        for error in failures {
            tracing::error!(%error, "the records of one shard were not stored");
        }
        self.complete(entries, &results);
        Ok(results)
    }

    /// The results for the records of one shard. `unheard` is true when an earlier
    /// attempt of this call, whose answer did not arrive, may have stored them.
    fn results(
        &self,
        part: &Part,
        entries: &[CommittedRecord],
        (answer, unheard): (Value, bool),
    ) -> Result<Vec<Appended>, StoreError> {
        if let Value::SimpleString(refusal) = &answer {
            return Err(refused(refusal));
        }
        let answers: Vec<Value> = redis::from_redis_value(answer).map_err(unreadable)?;
        if answers.len() != part.positions.len() {
            return Err(unreadable("Redis answered for another number of records"));
        }
        let of_part = part.positions.iter().zip(answers);
        of_part
            .map(|(position, answer)| self.result(&part.tag, &entries[*position], answer, unheard))
            .collect()
    }

    fn script(&self, part: &Part, entries: &[CommittedRecord], notices: &[Arc<NoticeDigits>]) -> Invocation {
        let mut months: Vec<Month> =
            part.positions.iter().map(|position| entries[*position].log.month).collect();
        months.sort_unstable();
        months.dedup();
        let used: BTreeMap<i64, Hash> = part
            .positions
            .iter()
            .map(|position| (notices[*position].number, notices[*position].notice_hash))
            .collect();
        let now = clock::now();
        let dates = part.positions.iter().map(|position| entries[*position].record.recorded_at);
        let newest = dates.max().unwrap_or(now).min(now);
        let mut script =
            APPEND.on(part.tag.bytes()).arg(now.unix_ms()).arg(TOLERANCE_MS).arg(newest.unix_ms());
        script = script.arg(u8::from(self.link.waits())).arg(used.len());
        for (number, hash) in &used {
            script = script.arg(number).arg(hash.as_bytes().as_slice());
        }
        script = script.arg(months.len());
        for month in &months {
            script = script.arg(month.to_string());
        }
        script = script.arg(HISTORY_MAX).arg(DAY_MAX);
        for position in &part.positions {
            let (entry, notice) = (&entries[*position], &notices[*position]);
            let number = months.binary_search(&entry.log.month).map_or(0, |number| number + 1);
            let record = &entry.record;
            script = script
                .arg(number)
                .arg(record.event_id.as_bytes().as_slice())
                .arg(record.consent_id.as_bytes().as_slice())
                .arg(record_bytes::head(entry).as_slice())
                .arg(record_bytes::tail(entry, notice))
                .arg(entry.leaf.as_bytes().as_slice())
                .arg(record.recorded_at.unix_ms())
                .arg(record.expires_at.unix_ms())
                .arg(receipt_of(entry))
                .arg(fingerprint(&record.site, &record.event_id).as_slice());
        }
        script
    }

    /// The result for one record; `unheard` as for [`RedisStore::results`].
    fn result(
        &self,
        tag: &Tag,
        entry: &CommittedRecord,
        answer: Value,
        unheard: bool,
    ) -> Result<Appended, StoreError> {
        let bytes = match answer {
            Value::Int(leaf_index) => return Ok(Appended::Stored(leaf_index.unsigned_abs())),
            Value::BulkString(bytes) => bytes,
            Value::SimpleString(word) if word == "NOTHELD" => return Ok(Appended::NotHeld),
            Value::SimpleString(word) if word == "TOOMANY" => return Ok(Appended::TooMany),
            Value::Nil => return Ok(Appended::Erased),
            _ => return Err(unreadable("Redis answered with neither a leaf index nor a record")),
        };
        let (before, leaf_index) = self.unpack(&self.link.call(), tag, entry.record.event_id, &bytes)?;
        // Each call draws a new key, so this call has stored the record.
        if unheard && before.key == entry.key && before.record == entry.record {
            return Ok(Appended::Stored(leaf_index));
        }
        if before.record.same_request(&entry.record) {
            return Ok(Appended::Repeated(Box::new(before.record), leaf_index));
        }
        Ok(Appended::Conflict)
    }

    /// Computes the hashes that the new leaves complete. A failure is harmless: a later proof computes them.
    fn complete(&self, entries: &[CommittedRecord], results: &[Appended]) {
        let mut grown: BTreeMap<LogId, (u64, u64)> = BTreeMap::new();
        for (entry, result) in entries.iter().zip(results) {
            let Appended::Stored(leaf_index) = *result else { continue };
            let (from, to) = grown.entry(entry.log.clone()).or_insert((leaf_index, leaf_index + 1));
            (*from, *to) = (leaf_index.min(*from), (leaf_index + 1).max(*to));
        }
        for (id, (from, to)) in grown {
            if from >> LEVELS[1] == to >> LEVELS[1] {
                continue;
            }
            let call = self.link.call();
            let completed = Log::of(&call, &id, to).complete(from, to);
            if let Err(error) = completed {
                tracing::warn!(%error, "hashes of a log were not computed; a later proof computes them");
            }
        }
    }
}

/// The error for a script that refused all records.
fn refused(refusal: &str) -> StoreError {
    let (clock, time) = (clock::now(), |ms: &str| ms.parse().map(Timestamp::from_unix_ms));
    match refusal.split_once(' ').map(|(word, ms)| (word, time(ms))) {
        Some(("AHEAD", Ok(redis))) => ClockError::AheadOfRedis { clock, redis }.into(),
        Some(("BEHIND", Ok(newest))) => ClockError::Behind { clock, newest }.into(),
        _ => set_back(),
    }
}

/// The event id of the receipt that the sender of a record has shown; nothing without one.
fn receipt_of(entry: &CommittedRecord) -> &[u8] {
    match &entry.holder {
        Holder::Receipt(event_id) => event_id.as_bytes(),
        Holder::Unknown | Holder::Secret(_) => &[],
    }
}

fn parts(entries: &[CommittedRecord]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (position, entry) in entries.iter().enumerate() {
        let tag = Tag::of(&entry.log);
        match parts.iter_mut().find(|part| part.tag == tag) {
            Some(part) => part.positions.push(position),
            None => parts.push(Part { tag, positions: vec![position] }),
        }
    }
    parts
}
