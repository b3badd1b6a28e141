//! Whether answers can become records now.

use super::writer::Writer;
use crate::store::{RecordStore, StoreError};

/// Why no answer can become a record.
#[derive(Debug)]
pub enum NotReady {
    /// The thread that writes has ended; only a restart helps.
    WriterStopped,
    /// The store does not answer as it should.
    Store(StoreError),
}

/// Checks the thread that writes and the store. Blocks as long as the store does.
///
/// # Errors
/// [`NotReady`].
pub fn check(writer: &Writer, store: &dyn RecordStore) -> Result<(), NotReady> {
    if !writer.is_running() {
        return Err(NotReady::WriterStopped);
    }
    store.ping().map_err(NotReady::Store)
}
