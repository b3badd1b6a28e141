//! Reads records by their event ids.

use super::connection::Call;
use super::data::key_names::Tag;
use super::data::record_bytes;
use super::store::RedisStore;
use crate::store::{CommittedRecord, StoreError};
use constat_shared::EventId;

/// The most records of one read.
const READ_CHUNK: usize = 500;

impl RedisStore {
    /// The stored records among these event ids, with the indexes of their leaves.
    pub(super) fn read(
        &self,
        tag: &Tag,
        events: &[EventId],
    ) -> Result<Vec<(CommittedRecord, u64)>, StoreError> {
        let mut entries = Vec::with_capacity(events.len());
        for events in events.chunks(READ_CHUNK) {
            let call = self.link.call();
            let keys: Vec<_> = events.iter().map(|event_id| tag.record(event_id.as_bytes())).collect();
            let found: Vec<Option<Vec<u8>>> = call.ask(redis::cmd("MGET").arg(&keys))?;
            for (event_id, bytes) in events.iter().zip(found) {
                let Some(bytes) = bytes else { continue };
                entries.push(self.unpack(&call, tag, *event_id, &bytes)?);
            }
        }
        Ok(entries)
    }

    /// Reads the bytes of a record.
    pub(super) fn unpack(
        &self,
        call: &Call<'_>,
        tag: &Tag,
        event_id: EventId,
        bytes: &[u8],
    ) -> Result<(CommittedRecord, u64), StoreError> {
        let notice = self.cache.by_number(call, record_bytes::notice_number(bytes)?)?;
        record_bytes::unpack(event_id, bytes, &notice, tag.shards())
    }
}
