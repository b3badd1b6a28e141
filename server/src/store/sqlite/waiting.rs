//! How connections and threads wait for each other.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a connection waits for another process.
pub const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection stays usable after a panic in another thread: SQLite rolls back a
/// transaction that is dropped.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
