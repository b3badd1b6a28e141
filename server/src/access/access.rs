//! What every call needs: the store, and the trail into which changes are noted.

use super::error::AccessError;
use super::trail::{Note, Trail};
use crate::proof::keys::Keys;
use crate::store::Store;
use constat_shared::Timestamp;
use std::sync::Arc;

/// The store with the accounts of an installation, and its audit trail.
pub struct Access {
    store: Arc<dyn Store>,
    trail: Trail,
}

impl Access {
    /// The accounts of a store, whose trail is signed with the key of its logs.
    pub fn new(store: Arc<dyn Store>, keys: Arc<Keys>) -> Access {
        Access { trail: Trail::new(Arc::clone(&store), keys), store }
    }

    /// The store.
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// The audit trail.
    pub fn trail(&self) -> &Trail {
        &self.trail
    }

    /// Notes in the audit trail what was done, durably.
    ///
    /// # Errors
    /// As [`Trail::note`].
    pub fn note(&self, note: Note, now: Timestamp) -> Result<(), AccessError> {
        self.trail.note(note, now)
    }
}
