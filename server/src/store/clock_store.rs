//! The part of a store that keeps the times by which a server judges its clock.

use super::error::StoreError;
use crate::clock::{Clock, StoreTimes};
use constat_shared::Timestamp;

/// Keeps the newest committed time and the operator's word. Calls block, and any
/// thread may make them.
///
/// The newest time rises in the commit that stores records or an operator entry,
/// to the newest `recorded_at` or date of the entry, but never beyond the system's
/// clock. Deletions do not change it.
pub trait ClockStore: Send + Sync {
    /// What the store knows about time.
    fn times(&self) -> Result<StoreTimes, StoreError>;

    /// Sets the newest time, also to an earlier one, and the operator's word; `None`
    /// leaves what is there.
    fn set_times(&self, times: &StoreTimes) -> Result<(), StoreError>;
}

/// The time now, for a command that writes beside the server.
///
/// # Errors
/// [`StoreError::Clock`] when the system's clock cannot be right, or the store fails.
pub fn checked_time<S: ClockStore + ?Sized>(store: &S) -> Result<Timestamp, StoreError> {
    Ok(Clock::of(&store.times()?).time()?)
}
