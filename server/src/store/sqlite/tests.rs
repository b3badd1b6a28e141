use super::*;
use crate::store::contract;
use constat_shared::log::entry::Purge;

fn store() -> (tempfile::TempDir, SqliteStore) {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path()).unwrap();
    (dir, store)
}

macro_rules! tests {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            contract::$name(&store().1);
        }
    )*};
}
contract::every_contract!(tests);

fn holds(dir: &Path, marker: &[u8]) -> bool {
    let files = std::fs::read_dir(dir).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
    files.into_iter().any(|bytes| bytes.windows(marker.len()).any(|window| window == marker))
}

#[test]
fn a_command_that_writes_beside_the_server_leaves_no_gap_in_the_log() {
    let (dir, server) = store();
    let (record, _) = contract::an_expiring_record(&server);
    let command = SqliteStore::open(dir.path()).unwrap();
    let log = contract::entry(&record).log();
    let size = || server.head(&log).unwrap().unwrap().size;
    for _ in 0..3 {
        let (before, again) = (size(), Record { event_id: contract::event_id(), ..record.clone() });
        let (purged_at, reason) = (record.expires_at, PurgeReason::Expired);
        let purge = Purge { site: log.site.clone(), purged_at, reason, record_counts: [].into() };
        assert_eq!(command.write(&log, &LogEntry::Purge(purge)).unwrap(), before);
        assert_eq!(server.append(&[contract::entry(&again)]).unwrap(), [Appended::Stored(before + 1)]);
    }
    assert_eq!(command.audit(&log).unwrap().difference, None);
}

#[test]
fn a_backup_that_is_put_back_is_purged_again() {
    let (dir, store) = store();
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
    assert_eq!(restored.audit(&contract::entry(&record).log()).unwrap().difference, None);
}

#[test]
fn a_store_of_version_1_gets_its_table_of_keys() {
    let (dir, store) = store();
    let (record, _) = contract::an_expiring_record(&store);
    drop(store);
    let hand = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    hand.execute_batch("DROP TABLE keys; PRAGMA user_version = 1").unwrap();
    assert!(SqliteStore::open_to_read(dir.path()).is_err());
    let store = SqliteStore::open(dir.path()).unwrap();
    assert_eq!(store.keys().unwrap(), []);
    assert!(store.find(&record.site, &record.event_id).unwrap().is_some());
}

#[test]
fn the_bytes_of_an_expired_record_are_in_no_file() {
    let (dir, store) = store();
    let (record, marker) = contract::an_expiring_record(&store);
    assert!(holds(dir.path(), &marker), "the marker must be found before, or the test proves nothing");
    assert_eq!(store.expire(record.expires_at).unwrap(), 1);
    assert!(!holds(dir.path(), &marker));
}

#[test]
fn the_bytes_of_an_erased_record_are_in_no_file() {
    let (dir, store) = store();
    let (record, marker) = contract::an_expiring_record(&store);
    let key = [7; 32];
    assert!(holds(dir.path(), &marker) && holds(dir.path(), &key));
    assert_eq!(store.erase(&record.site, &record.consent_id, record.expires_at).unwrap(), 1);
    assert!(!holds(dir.path(), &marker));
}

#[test]
fn an_audit_names_what_was_changed_behind_the_server_s_back() {
    let (dir, store) = store();
    let (record, _) = contract::an_expiring_record(&store);
    // The others of its kind were taken three months later.
    let log = LogId { month: contract::month("2026-06"), ..contract::entry(&record).log() };
    assert_eq!(store.audit(&log).unwrap().difference, None);
    let hand = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    let changes = [
        ("UPDATE records SET action = 'allow_all' WHERE leaf_index = 100", "leaf 100"),
        ("UPDATE records SET leaf_index = 999 WHERE leaf_index = 100", "leaf 999"),
        ("DELETE FROM records WHERE leaf_index = 100", "records missing: 1; deleted as the log says: 0"),
        ("UPDATE subtrees SET hash = zeroblob(32) WHERE level = 0 AND place = 7", "leaf 7"),
    ];
    for (change, named) in changes {
        hand.execute_batch(&format!("SAVEPOINT before; {change}")).unwrap();
        let audit = log::audit(&hand, &log, &Log::find(&hand, &log).unwrap().unwrap()).unwrap();
        let words = audit.difference.unwrap_or_default();
        assert!(words.contains(named), "{change}: {words}");
        hand.execute_batch("ROLLBACK TO before; RELEASE before").unwrap();
    }
}

#[test]
fn a_store_of_another_version_is_refused_and_left_alone() {
    let (dir, store) = store();
    drop(store);
    let connection = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    for opened in [SqliteStore::open(dir.path()), SqliteStore::open_to_read(dir.path())] {
        let error = opened.err().unwrap().to_string();
        assert!(error.contains("version 99"), "{error}");
    }
}

#[test]
fn only_the_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, _store) = store();
    let mode = std::fs::metadata(dir.path().join(FILE_NAME)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
