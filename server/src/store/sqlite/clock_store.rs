//! The times in SQLite.

use super::store::SqliteStore;
use super::tables::times;
use crate::clock::StoreTimes;
use crate::store::{ClockStore, StoreError};

impl ClockStore for SqliteStore {
    fn times(&self) -> Result<StoreTimes, StoreError> {
        self.read(times::read)
    }

    fn set_times(&self, new: &StoreTimes) -> Result<(), StoreError> {
        times::set(self.write_connection().connection(), new)
    }
}
