//! Copies out of and into SQLite.

use super::store::SqliteStore;
use super::tables::logs::{self, Log};
use super::tables::{documents, erased_events, keys, records, shards, trail, unfinished_copy};
use super::write_connection::{EXPIRE_CHUNK, cached_notice};
use crate::store::copy_store::{event_id_taken, not_at_end};
use crate::store::{
    CopyStore, Document, ErasedEvent, LEAVES_MAX, LogSlice, PlacedRecord, RECORDS_MAX, StoreError,
    TakeErased, TakePage, TrailEntry, TrailSegment,
};
use constat_shared::{Hash, LogId, SignedCheckpoint, Timestamp};
use std::collections::HashMap;

impl CopyStore for SqliteStore {
    fn set_unfinished(&self, unfinished: bool) -> Result<(), StoreError> {
        unfinished_copy::set(self.write_connection().connection(), unfinished)
    }

    fn is_unfinished(&self) -> Result<bool, StoreError> {
        self.read(unfinished_copy::exists)
    }

    fn key_added_at(&self, kid: &str) -> Result<Option<Timestamp>, StoreError> {
        self.read(|connection| keys::added_at(connection, kid))
    }

    fn each_record(&self, take: &mut TakePage<'_>) -> Result<(), StoreError> {
        let mut end = records::PageEnd::default();
        loop {
            let page = self.read(|connection| records::page(connection, &mut end, RECORDS_MAX))?;
            if page.is_empty() {
                return Ok(());
            }
            take(page)?;
        }
    }

    fn put_records(&self, records: &[PlacedRecord]) -> Result<u64, StoreError> {
        let mut known = HashMap::new();
        self.write_connection().change_logs(|connection| {
            let mut count = 0;
            for placed in records {
                let notice = cached_notice(connection, &mut known, &placed.entry.record.notice_hash)?;
                let log = Log { size: placed.leaf_index, ..Log::open(connection, &placed.entry.log)? };
                if records::insert(connection, &placed.entry, placed.entry.holder, &notice, &log)? {
                    count += 1;
                    continue;
                }
                let there = records::by_event(connection, log.shard, &placed.entry.record.event_id)?;
                if there != Some((placed.entry.clone(), placed.leaf_index)) {
                    return Err(event_id_taken(placed));
                }
            }
            Ok(count)
        })
    }

    fn each_erased_event(&self, take: &mut TakeErased<'_>) -> Result<(), StoreError> {
        let mut end = erased_events::PageEnd::default();
        loop {
            let page = self.read(|connection| erased_events::page(connection, &mut end, RECORDS_MAX))?;
            if page.is_empty() {
                return Ok(());
            }
            take(page)?;
        }
    }

    fn put_erased_events(&self, events: &[ErasedEvent]) -> Result<(), StoreError> {
        self.write_connection().change_logs(|connection| {
            events.iter().try_for_each(|event| {
                let shard = shards::open_shard(connection, &event.site, event.shard)?;
                erased_events::add(connection, shard, &event.fingerprint, event.until)
            })
        })
    }

    fn forget(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut total = 0;
        loop {
            let deleted = self
                .write_connection()
                .change_logs(|connection| records::delete_due(connection, now, EXPIRE_CHUNK))?;
            let count: u64 = deleted.values().sum();
            total += count;
            if count < EXPIRE_CHUNK {
                break;
            }
        }
        self.clean_now()?;
        Ok(total)
    }

    fn leaves(&self, log: &LogId, first: u64) -> Result<Vec<Hash>, StoreError> {
        let leaves =
            self.read_log(log, |connection, log| logs::leaves(connection, log, first, LEAVES_MAX).map(Some))?;
        Ok(leaves.unwrap_or_default())
    }

    fn put_leaves(&self, id: &LogId, slice: &LogSlice) -> Result<(), StoreError> {
        self.write_connection().change_logs(|connection| {
            let mut log = Log::open(connection, id)?;
            if log.size != slice.first {
                return Err(not_at_end(id, slice));
            }
            for leaf in &slice.leaves {
                log.push(connection, *leaf)?;
            }
            slice
                .entries
                .iter()
                .try_for_each(|(leaf_index, entry)| log.keep_entry(connection, *leaf_index, entry))
        })
    }

    fn dropped(&self) -> Result<Vec<(LogId, SignedCheckpoint)>, StoreError> {
        self.read(logs::dropped)
    }

    fn put_dropped(&self, log: &LogId, checkpoint: &SignedCheckpoint) -> Result<(), StoreError> {
        self.write_connection().change_logs(|connection| logs::add_dropped(connection, log, checkpoint))
    }

    fn put_documents(&self, documents: &[Document]) -> Result<(), StoreError> {
        self.write_connection().change(|connection| {
            documents.iter().try_for_each(|document| documents::replace(connection, document))
        })
    }

    fn put_trail(&self, entries: &[TrailEntry]) -> Result<(), StoreError> {
        self.write_connection()
            .change(|connection| entries.iter().try_for_each(|entry| trail::put(connection, entry)))
    }

    fn put_trail_segments(&self, segments: &[TrailSegment]) -> Result<(), StoreError> {
        self.write_connection().change(|connection| trail::put_segments(connection, segments))
    }
}
