//! Reads records by their event ids.

use super::connection::Call;
use super::data::key_names::Tag;
use super::data::record_bytes;
use super::store::RedisStore;
use crate::store::error::unreadable;
use crate::store::unreadable_record::{AtStep, at_step, divide};
use crate::store::{CommittedRecord, PlacedRecord, StoreError, StoredRecord};
use constat_shared::EventId;
use constat_shared::proof::Step;

/// The most records of one read.
const READ_CHUNK: usize = 500;

impl RedisStore {
    /// The stored records among these event ids, in their order.
    pub(super) fn stored_at(&self, tag: &Tag, events: &[EventId]) -> Result<Vec<StoredRecord>, StoreError> {
        let mut records = Vec::with_capacity(events.len());
        for events in events.chunks(READ_CHUNK) {
            let call = self.link.call();
            let keys: Vec<_> = events.iter().map(|event_id| tag.record(event_id.as_bytes())).collect();
            let found: Vec<Option<Vec<u8>>> = call.ask(redis::cmd("MGET").arg(&keys))?;
            for (event_id, bytes) in events.iter().zip(found) {
                let Some(bytes) = bytes else { continue };
                let read = self.unpack_at(&call, tag, *event_id, &bytes);
                let read = read.map(|(entry, leaf_index)| PlacedRecord { leaf_index, entry });
                records.push(divide(read, |step, why| record_bytes::rest(*event_id, &bytes, step, why))?);
            }
        }
        Ok(records)
    }

    /// As [`RedisStore::stored_at`], where each has to be readable, with the indexes of their leaves.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] also when one is not.
    pub(super) fn read(
        &self,
        tag: &Tag,
        events: &[EventId],
    ) -> Result<Vec<(CommittedRecord, u64)>, StoreError> {
        let read = |stored: StoredRecord| {
            let PlacedRecord { leaf_index, entry } = stored?;
            Ok((entry, leaf_index))
        };
        self.stored_at(tag, events)?.into_iter().map(read).collect()
    }

    /// Reads the bytes of a record.
    pub(super) fn unpack(
        &self,
        call: &Call<'_>,
        tag: &Tag,
        event_id: EventId,
        bytes: &[u8],
    ) -> Result<(CommittedRecord, u64), StoreError> {
        self.unpack_at(call, tag, event_id, bytes).map_err(|(_, error)| error)
    }

    fn unpack_at(
        &self,
        call: &Call<'_>,
        tag: &Tag,
        event_id: EventId,
        bytes: &[u8],
    ) -> Result<(CommittedRecord, u64), AtStep> {
        let number = at_step(Step::Record, record_bytes::notice_number(bytes))?;
        let notice = at_step(Step::Notice, self.cache.by_number(call, number))?;
        if notice.site != *tag.site() {
            return at_step(Step::Notice, Err(unreadable("it is a notice of another site")));
        }
        at_step(Step::Record, record_bytes::unpack(event_id, bytes, &notice, tag.shards()))
    }
}
