//! Which bytes are in the files, and who may read them.

use super::new_store::new_store;
use crate::store::sqlite::{FILE_NAME, SqliteStore};
use crate::store::{LogStore, RecordStore, contract};
use rusqlite::Connection;
use std::path::Path;

fn holds(dir: &Path, marker: &[u8]) -> bool {
    let files = std::fs::read_dir(dir).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
    files.into_iter().any(|bytes| bytes.windows(marker.len()).any(|window| window == marker))
}

#[test]
fn a_backup_that_is_put_back_is_purged_again() {
    let (dir, store) = new_store();
    let (record, marker) = contract::an_expiring_record(&store);
    let backup = tempfile::tempdir().unwrap();
    let copy = backup.path().join(FILE_NAME);
    let hand = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    hand.execute("VACUUM INTO ?", [copy.to_str().unwrap()]).unwrap();
    drop(hand);
    assert_eq!(store.expire(record.expires_at).unwrap(), 1);
    drop(store);
    assert!(!holds(dir.path(), &marker) && holds(backup.path(), &marker));
    let restored = SqliteStore::open(backup.path()).unwrap();
    assert_eq!(restored.expire(record.expires_at).unwrap(), 1);
    assert!(!holds(backup.path(), &marker));
    assert_eq!(restored.audit(&contract::log_of(&record)).unwrap().difference, None);
}

#[test]
fn the_bytes_of_an_expired_record_are_in_no_file() {
    let (dir, store) = new_store();
    let (record, marker) = contract::an_expiring_record(&store);
    assert!(holds(dir.path(), &marker), "the marker must be found before, or the test proves nothing");
    assert_eq!(store.expire(record.expires_at).unwrap(), 1);
    assert!(!holds(dir.path(), &marker));
}

#[test]
fn the_bytes_of_an_erased_record_are_in_no_file() {
    let (dir, store) = new_store();
    let (record, marker) = contract::an_expiring_record(&store);
    let key = [7; 32];
    assert!(holds(dir.path(), &marker) && holds(dir.path(), &key));
    assert_eq!(store.erase(&record.site, &record.consent_id, record.expires_at).unwrap(), 1);
    assert!(!holds(dir.path(), &marker));
}

#[test]
fn only_the_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, _store) = new_store();
    let mode = std::fs::metadata(dir.path().join(FILE_NAME)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
