//! Whether answers can become records now.

use super::writer::Writer;
use crate::clock::Clock;
use crate::store::{ClockStore, RecordStore, StoreError};

/// Why no answer can become a record.
#[derive(Debug)]
pub enum NotReady {
    /// The thread that writes has ended; only a restart helps.
    WriterStopped,
    /// The store does not answer as it should.
    Store(StoreError),
}

/// Checks the thread that writes, the store and the clock. Blocks as long as the store does.
/// Returns a sentence about what is wrong although records are taken.
///
/// # Errors
/// [`NotReady`].
pub fn check<S: RecordStore + ClockStore + ?Sized>(
    writer: &Writer,
    store: &S,
    clock: &Clock,
) -> Result<Option<String>, NotReady> {
    if !writer.is_running() {
        return Err(NotReady::WriterStopped);
    }
    store.ping().map_err(NotReady::Store)?;
    clock.learn(&store.times().map_err(NotReady::Store)?);
    clock.time().map_err(|refused| NotReady::Store(refused.into()))?;
    Ok(clock.remark())
}
