//! The audit trail in SQLite.

use super::store::SqliteStore;
use super::tables::trail;
use crate::store::{StoreError, TrailEntry, TrailSegment, TrailStore};
use constat_shared::{ConsentId, Month, SignedCheckpoint};

impl TrailStore for SqliteStore {
    fn append_to_trail(&self, entry: &TrailEntry, head: &SignedCheckpoint) -> Result<bool, StoreError> {
        entry.check()?;
        self.place.check()?;
        self.write_connection().change(|connection| trail::append(connection, entry, head))
    }

    fn trail(&self, first: u64, count: usize) -> Result<Vec<TrailEntry>, StoreError> {
        self.read(|connection| trail::page(connection, first, count))
    }

    fn trail_segments(&self) -> Result<Vec<TrailSegment>, StoreError> {
        self.read(trail::segments)
    }

    fn drop_trail_segment(&self, month: Month) -> Result<bool, StoreError> {
        self.write_connection().change(|connection| trail::drop_segment(connection, month))
    }

    fn consent_ids_in_trail(&self, after: Option<ConsentId>) -> Result<Vec<ConsentId>, StoreError> {
        self.read(|connection| trail::consent_ids(connection, after))
    }

    fn forget_in_trail(&self, consent_id: &ConsentId) -> Result<u64, StoreError> {
        let count = self.write_connection().change(|connection| trail::forget(connection, consent_id))?;
        if count > 0 {
            // They are forgotten, whatever happens to the files now.
            let _ = self.clean_now();
        }
        Ok(count)
    }
}
