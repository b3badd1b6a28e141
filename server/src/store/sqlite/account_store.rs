//! The console's documents in SQLite.

use super::store::SqliteStore;
use super::tables::documents;
use crate::store::{AccountStore, Document, DocumentKind, StoreError};
use constat_shared::Timestamp;

impl AccountStore for SqliteStore {
    fn document(&self, kind: DocumentKind, id: &str) -> Result<Option<Document>, StoreError> {
        self.read(|connection| documents::find(connection, kind, id))
    }

    fn documents(&self, kind: DocumentKind) -> Result<Vec<Document>, StoreError> {
        self.read(|connection| documents::list(connection, kind))
    }

    fn put_document(&self, document: &Document) -> Result<bool, StoreError> {
        document.check()?;
        self.place.check()?;
        self.write_connection().change(|connection| documents::put(connection, document))
    }

    fn remove_document(&self, kind: DocumentKind, id: &str) -> Result<bool, StoreError> {
        self.place.check()?;
        self.write_connection().change(|connection| documents::remove(connection, kind, id))
    }

    fn expire_documents(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.write_connection().change(|connection| documents::expire(connection, now))
    }
}
