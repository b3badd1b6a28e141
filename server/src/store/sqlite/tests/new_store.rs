//! A store to test.

use crate::store::sqlite::SqliteStore;

/// An empty store, and its folder, which is removed when the first value is dropped.
pub fn new_store() -> (tempfile::TempDir, SqliteStore) {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path()).unwrap();
    (dir, store)
}
