//! Files of other versions.

use super::new_store::new_store;
use crate::clock::StoreTimes;
use crate::store::contract::purge;
use crate::store::sqlite::{FILE_NAME, SqliteStore};
use crate::store::{
    AccountStore, Appended, ClockStore, DocumentKind, Holder, LogStore, RecordStore, StoreError, TrailStore,
    contract,
};
use constat_shared::log::PurgeReason;
use constat_shared::{ConsentId, EventId, HolderSecret, LogShards, Month, Record};
use rusqlite::Connection;
use std::path::Path;

/// A store of version 1 or 2 with everything that a newer one has.
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

/// A store of version 3 with everything that a newer one has.
fn version_3(newer: &Path) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let hand = Connection::open(newer.join(FILE_NAME)).unwrap();
    hand.execute("VACUUM INTO ?", [dir.path().join(FILE_NAME).to_str().unwrap()]).unwrap();
    let hand = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    hand.execute_batch(
        "DROP TABLE documents; DROP TABLE trail; DROP TABLE trail_segments; DROP TABLE times; ALTER TABLE records DROP COLUMN holder;
         DROP TABLE erased_events; DROP TABLE pending_purges; DROP INDEX purge_entries; DROP INDEX records_by_time",
    )
    .unwrap();
    hand.pragma_update(None, "user_version", 3).unwrap();
    dir
}

/// A store of version 4 with everything that a newer one has.
fn version_4(newer: &Path) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let hand = Connection::open(newer.join(FILE_NAME)).unwrap();
    hand.execute("VACUUM INTO ?", [dir.path().join(FILE_NAME).to_str().unwrap()]).unwrap();
    let hand = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    hand.execute_batch(
        "DROP TABLE documents; DROP TABLE trail; DROP TABLE trail_segments; DROP INDEX records_by_time",
    )
    .unwrap();
    hand.pragma_update(None, "user_version", 4).unwrap();
    dir
}

/// A store of version 5 with everything that a newer one has.
fn version_5(newer: &Path) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let hand = Connection::open(newer.join(FILE_NAME)).unwrap();
    hand.execute("VACUUM INTO ?", [dir.path().join(FILE_NAME).to_str().unwrap()]).unwrap();
    let hand = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    hand.execute_batch("DROP INDEX records_by_time").unwrap();
    hand.pragma_update(None, "user_version", 5).unwrap();
    dir
}

#[test]
fn a_store_of_an_older_version_is_carried_over_whole() {
    let (dir, store) = new_store();
    let (record, _) = contract::an_expiring_record(&store);
    let log = contract::log_of(&record);
    store.keep_checkpoint(&log, &"a signed head".into()).unwrap();
    assert_eq!(contract::erase(&store, &record.site, &record.consent_id, record.recorded_at).unwrap(), 1);
    let again = Record { event_id: contract::event_id(), ..record };
    store.append(&[contract::entry(&again)]).unwrap();
    let record = again;
    let newest = contract::at("2026-06-01T09:30:00.123Z");
    let written = purge(&contract::notice("boreale"), newest, PurgeReason::Expired, "2026-03", 0);
    store.append_entry(&log.in_month(Month::of(newest)), &written).unwrap();
    let logs = store.logs().unwrap();
    let audits =
        |store: &SqliteStore| -> Vec<_> { logs.iter().map(|log| store.audit(log).unwrap()).collect() };
    let before = audits(&store);
    let newest_in = |version| StoreTimes { newest: (version > 3).then_some(newest), ..StoreTimes::default() };
    for version in [1, 2, 3, 4, 5] {
        let older = match version {
            5 => version_5(dir.path()),
            4 => version_4(dir.path()),
            3 => version_3(dir.path()),
            _ => older(version, dir.path()),
        };
        let read = SqliteStore::open_to_read(older.path());
        assert_eq!(read.is_ok(), version >= 3);
        if let Ok(read) = read {
            assert_eq!(
                read.history(&record.site, &record.consent_id).unwrap(),
                std::slice::from_ref(&record)
            );
            assert_eq!((audits(&read), read.times().unwrap()), (before.clone(), newest_in(version)));
            assert!(has_no_console(&read));
        }
        let carried = SqliteStore::open(older.path()).unwrap();
        assert!(has_no_console(&carried));
        assert_eq!((carried.logs().unwrap(), audits(&carried)), (logs.clone(), before.clone()));
        assert_eq!(carried.times().unwrap().newest, Some(newest));
        assert_eq!(carried.checkpoint(&log).unwrap(), Some("a signed head".into()));
        assert_eq!(carried.history(&record.site, &record.consent_id).unwrap(), std::slice::from_ref(&record));
        assert_eq!(
            carried.append(&[contract::entry(&record).held_by(Holder::Receipt(record.event_id))]).unwrap(),
            [Appended::Repeated(Box::new(record.clone()), 2)]
        );
        let refused = carried.set_shards(&record.site, LogShards::MAX);
        assert!(matches!(refused, Err(StoreError::ShardsDiffer { .. })));
        // The tables are those of a new store, and every reference is valid.
        assert_eq!(tables(older.path()), tables(dir.path()));
        let hand = Connection::open(older.path().join(FILE_NAME)).unwrap();
        assert!(!hand.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap());
    }
}

/// Whether the tables of version 5 can be read, and are empty.
fn has_no_console(store: &SqliteStore) -> bool {
    DocumentKind::ALL.into_iter().all(|kind| store.documents(kind).unwrap().is_empty())
        && store.trail(0, 1).unwrap().is_empty()
        && store.trail_segments().unwrap().is_empty()
        && store.consent_ids_in_trail(None).unwrap().is_empty()
}

/// The columns of the tables and indexes of a file, by their names.
fn tables(dir: &Path) -> Vec<(String, Option<String>)> {
    let hand = Connection::open(dir.join(FILE_NAME)).unwrap();
    let columns =
        "SELECT schema.name, group_concat(concat_ws(' ', col.name, col.type, col.\"notnull\", col.pk))
                   FROM sqlite_schema schema LEFT JOIN pragma_table_info(schema.name) col
                   GROUP BY schema.name ORDER BY schema.name";
    let mut statement = hand.prepare(columns).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_store_of_another_version_is_refused_and_left_alone() {
    let (dir, store) = new_store();
    drop(store);
    let connection = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    for opened in [SqliteStore::open(dir.path()), SqliteStore::open_to_read(dir.path())] {
        let error = opened.err().unwrap().to_string();
        assert!(error.contains("version 99"), "{error}");
    }
}

/// `tests/fixtures/schema-4/` says how it was made.
#[test]
fn a_store_that_the_last_version_before_5_wrote_is_carried_over() {
    let fixture = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/schema-4/data"));
    let dir = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(fixture).unwrap().map(Result::unwrap) {
        if file.file_name().to_str().unwrap().starts_with(FILE_NAME) {
            std::fs::copy(file.path(), dir.path().join(file.file_name())).unwrap();
        }
    }
    let records: Vec<Record> =
        serde_json::from_slice(&std::fs::read(fixture.join("records.json")).unwrap()).unwrap();
    let known = records[0].clone();
    let holds_all = |store: &SqliteStore| {
        assert_eq!(store.history(&known.site, &known.consent_id).unwrap(), records);
        let secret = HolderSecret::parse(&"A".repeat(32)).unwrap();
        let holder = Holder::Secret(secret.digest());
        assert_eq!(store.is_holder(&known.site, &known.consent_id, holder).unwrap(), Some(true));
        for log in store.logs().unwrap() {
            let audit = store.audit(&log).unwrap();
            assert_eq!((audit.record_count, audit.erased_count, audit.difference), (2, 1, None));
        }
        assert!(has_no_console(store));
    };
    holds_all(&SqliteStore::open_to_read(dir.path()).unwrap());
    let carried = SqliteStore::open(dir.path()).unwrap();
    holds_all(&carried);
    let (newest, _) = new_store();
    assert_eq!(tables(dir.path()), tables(newest.path()));
    let id = |end: &str| format!("0372a000-0000-7000-8000-00000000{end}");
    let erased = Record {
        event_id: EventId::parse(&id("0b01")).unwrap(),
        consent_id: ConsentId::parse(&id("0b00")).unwrap(),
        ..known
    };
    assert_eq!(carried.append(&[contract::entry(&erased)]).unwrap(), [Appended::Erased]);
}
