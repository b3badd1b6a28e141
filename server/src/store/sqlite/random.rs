//! The embedded store against the model.

use super::SqliteStore;
use crate::store::contract::random;

#[test]
fn every_sequence_agrees_with_a_model() {
    random::every_sequence_agrees_with_a_model(random::CASES, || {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path()).unwrap();
        (dir, store)
    });
}
