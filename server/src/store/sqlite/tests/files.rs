//! Which bytes are in the files, and who may read them.

use super::new_store::new_store;
use crate::store::sqlite::{FILE_NAME, SqliteStore};
use crate::store::{
    AccountStore, Appended, Document, DocumentKind, ERASED_MAX, LogStore, RecordStore, TrailStore, contract,
};
use constat_shared::Record;
use rusqlite::Connection;
use std::path::Path;
use std::time::{Duration, Instant};

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
    assert_eq!(contract::erase(&store, &record.site, &record.consent_id, record.expires_at).unwrap(), 1);
    assert!(!holds(dir.path(), &marker));
}

#[test]
fn the_bytes_of_a_forgotten_target_and_of_an_ended_document_are_in_no_file() {
    let (dir, store) = new_store();
    let id = contract::consent_id();
    let named = contract::trail_store::trail_entry(0, "2026-03-01T09:30:00Z", Some(id));
    contract::trail_store::append_trail(&store, &[named]);
    let markers = [id.as_bytes().to_vec(), id.to_string().into_bytes(), vec![7; 32]];
    assert!(markers.iter().all(|marker| holds(dir.path(), marker)));
    assert_eq!(store.forget_in_trail(&id).unwrap(), 1);
    assert!(!markers.iter().any(|marker| holds(dir.path(), marker)));
    let session = contract::account_store::document(DocumentKind::Session, "a session", "its person");
    let end = contract::at("2026-03-01T09:30:00Z");
    assert!(store.put_document(&Document { ends_at: Some(end), ..session }).unwrap());
    assert_eq!(store.expire_documents(end).unwrap(), 1);
    store.expire(end).unwrap();
    assert!(!holds(dir.path(), b"a session") && !holds(dir.path(), b"its person"));
}

#[test]
fn a_trail_whose_tail_was_deleted_does_not_grow_over_the_gap() {
    let (dir, store) = new_store();
    let entries = contract::trail_store::three_months();
    contract::trail_store::append_trail(&store, &entries);
    let hand = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    hand.execute("DELETE FROM trail WHERE entry_index >= 2", []).unwrap();
    assert!(!store.append_to_trail(&entries[2], &"a shorter head".into()).unwrap());
    assert!(!store.append_to_trail(&entries[3], &"a shorter head".into()).unwrap());
    let next = contract::trail_store::trail_entry(4, "2026-06-01T09:30:00Z", None);
    contract::trail_store::append_trail(&store, &[next]);
}

#[test]
fn only_the_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, _store) = new_store();
    let mode = std::fs::metadata(dir.path().join(FILE_NAME)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// As a backup or `constat prove` does.
fn long_reader(dir: &Path) -> Connection {
    let reader = Connection::open(dir.join(FILE_NAME)).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM records").unwrap();
    reader
}

#[test]
fn a_reader_stops_no_commit_and_the_bytes_are_gone_when_it_ends() {
    let (dir, store) = new_store();
    let (record, marker) = contract::an_expiring_record(&store);
    let reader = long_reader(dir.path());
    let start = Instant::now();
    assert_eq!(contract::erase(&store, &record.site, &record.consent_id, record.recorded_at).unwrap(), 1);
    let later =
        Record { event_id: contract::event_id(), consent_id: contract::consent_id(), ..record.clone() };
    store.append(&[contract::entry(&later)]).unwrap();
    assert!(store.bytes_remain(&record.site, &record.consent_id).unwrap() && store.clean().unwrap());
    assert!(start.elapsed() < Duration::from_secs(3), "it waited for the reader: {:?}", start.elapsed());
    assert!(holds(dir.path(), &marker), "nothing was left to remove");
    drop(reader);
    assert!(!store.clean().unwrap());
    assert!(!store.bytes_remain(&record.site, &record.consent_id).unwrap());
    assert!(!holds(dir.path(), &marker));
}

#[test]
fn the_bytes_that_a_reader_kept_are_gone_after_a_crash_too() {
    let (dir, store) = new_store();
    let (record, marker) = contract::an_expiring_record(&store);
    let reader = long_reader(dir.path());
    assert_eq!(contract::erase(&store, &record.site, &record.consent_id, record.recorded_at).unwrap(), 1);
    // A process that is killed closes nothing in order.
    std::mem::forget(store);
    let restarted = SqliteStore::open(dir.path()).unwrap();
    assert!(restarted.clean().unwrap() && holds(dir.path(), &marker));
    drop(reader);
    assert!(!restarted.clean().unwrap());
    assert!(!holds(dir.path(), &marker));
}

#[test]
fn a_shard_forgets_the_erased_events_that_end_first() {
    let (dir, store) = new_store();
    let (record, _) = contract::an_expiring_record(&store);
    let hand = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    let fill =
        "WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers LIMIT ?)
        INSERT INTO erased_events SELECT 1, CAST(printf('%016d', number) AS BLOB), number FROM numbers";
    hand.execute(fill, [ERASED_MAX as i64]).unwrap();
    assert_eq!(contract::erase(&store, &record.site, &record.consent_id, record.recorded_at).unwrap(), 1);
    let kept = "SELECT count(*), min(forgotten_at) FROM erased_events";
    let kept: (i64, i64) = hand.query_row(kept, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(kept, (ERASED_MAX as i64, 2));
    assert_eq!(store.append(&[contract::entry(&record)]).unwrap(), [Appended::Erased]);
}
