//! A store to test.

use crate::store::sqlite::SqliteStore;

/// An empty store in a folder that is removed with the first value.
pub fn new_store() -> (tempfile::TempDir, SqliteStore) {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path()).unwrap();
    (dir, store)
}
