use super::*;
use crate::store::contract;
use constat_shared::log::Purge;

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
    let log = contract::log_of(&record);
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
    assert_eq!(restored.audit(&contract::log_of(&record)).unwrap().difference, None);
}

/// A store of version 1 or 2 with all that a newer one holds.
fn older(version: i64, newer: &Path) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let hand = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    hand.execute_batch(include_str!("version_2.sql")).unwrap();
    hand.execute("ATTACH ? AS newer", [newer.join(FILE_NAME).to_str().unwrap()]).unwrap();
    hand.execute_batch(
        "INSERT INTO notices SELECT * FROM newer.notices;
         INSERT INTO logs SELECT l.id, site, month, checkpoint
           FROM newer.logs l JOIN newer.shards s ON s.id = l.shard;
         INSERT INTO records SELECT event_id, consent_id, previous_event_id, notice, action, layer,
           language, categories, vendors, gpc, dnt, recorded_at, choice_expires_at, expires_at,
           commitment_key, log, leaf_index FROM newer.records;
         INSERT INTO subtrees SELECT * FROM newer.subtrees;
         INSERT INTO entries SELECT * FROM newer.entries;
         INSERT INTO keys SELECT * FROM newer.keys;
         DETACH newer;",
    )
    .unwrap();
    if version == 1 {
        hand.execute_batch("DROP TABLE keys").unwrap();
    }
    hand.pragma_update(None, "user_version", version).unwrap();
    dir
}

#[test]
fn a_store_of_an_older_version_is_carried_over_whole() {
    let (dir, store) = store();
    let (record, _) = contract::an_expiring_record(&store);
    let log = contract::log_of(&record);
    store.keep_checkpoint(&log, "a signed head").unwrap();
    assert_eq!(store.erase(&record.site, &record.consent_id, record.recorded_at).unwrap(), 1);
    store.append(&[contract::entry(&record)]).unwrap();
    let logs = store.logs().unwrap();
    let audits =
        |store: &SqliteStore| -> Vec<_> { logs.iter().map(|log| store.audit(log).unwrap()).collect() };
    let before = audits(&store);
    for version in [1, 2] {
        let older = older(version, dir.path());
        assert!(SqliteStore::open_to_read(older.path()).is_err());
        let carried = SqliteStore::open(older.path()).unwrap();
        assert_eq!((carried.logs().unwrap(), audits(&carried)), (logs.clone(), before.clone()));
        assert_eq!(carried.checkpoint(&log).unwrap().as_deref(), Some("a signed head"));
        assert_eq!(carried.history(&record.site, &record.consent_id).unwrap(), std::slice::from_ref(&record));
        assert_eq!(
            carried.append(&[contract::entry(&record)]).unwrap(),
            [Appended::Repeated(Box::new(record.clone()), 2)]
        );
        let refused = carried.spread(&record.site, LogShards::MAX);
        assert!(matches!(refused, Err(StoreError::Spread { .. })));
        // The tables are those of a new store, and what refers to them finds them.
        assert_eq!(tables(older.path()), tables(dir.path()));
        let hand = Connection::open(older.path().join(FILE_NAME)).unwrap();
        assert!(!hand.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap());
    }
}

/// What makes the tables and indexes of a file, by their names.
fn tables(dir: &Path) -> Vec<(String, Option<String>)> {
    let hand = Connection::open(dir.join(FILE_NAME)).unwrap();
    let mut statement = hand.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
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
    let log = contract::log_of(&record).in_month(contract::month("2026-06"));
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
