//! Logs that another process changes.

use super::new_store::new_store;
use crate::store::sqlite::tables::audit::audit;
use crate::store::sqlite::tables::logs::Log;
use crate::store::sqlite::{FILE_NAME, SqliteStore};
use crate::store::{Appended, LogStore, contract};
use constat_shared::log::{Purge, PurgeReason, Serving};
use constat_shared::{LogEntry, Record};
use rusqlite::Connection;

#[test]
fn a_command_that_writes_beside_the_server_leaves_no_gap_in_the_log() {
    let (dir, server) = new_store();
    let (record, _) = contract::an_expiring_record(&server);
    let command = SqliteStore::open(dir.path()).unwrap();
    let log = contract::log_of(&record);
    let size = || server.head(&log).unwrap().unwrap().size;
    for _ in 0..3 {
        let (before, again) = (size(), Record { event_id: contract::event_id(), ..record.clone() });
        let (purged_at, reason) = (record.expires_at, PurgeReason::Expired);
        let purge = Purge { site: log.site.clone(), purged_at, reason, record_counts: [].into() };
        assert_eq!(command.append_entry(&log, &LogEntry::Purge(purge)).unwrap(), before);
        assert_eq!(contract::append(&server, &[again]).unwrap(), [Appended::Stored(before + 1)]);
    }
    assert_eq!(command.audit(&log).unwrap().difference, None);
}

#[test]
fn an_audit_names_what_was_changed_behind_the_server_s_back() {
    let (dir, store) = new_store();
    let (record, _) = contract::an_expiring_record(&store);
    // The other records of the sample are three months younger.
    let log = contract::log_of(&record).in_month(contract::month("2026-06"));
    assert_eq!(store.audit(&log).unwrap().difference, None);
    let hand = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    let changes = [
        ("UPDATE records SET action = 'allow_all' WHERE leaf_index = 100", "leaf 100"),
        ("UPDATE records SET leaf_index = 999 WHERE leaf_index = 100", "leaf 999"),
        ("DELETE FROM records WHERE leaf_index = 100", "records missing: 1; deleted according to the log: 0"),
        ("UPDATE subtrees SET hash = zeroblob(32) WHERE level = 0 AND place = 7", "leaf 7"),
    ];
    for (change, named) in changes {
        hand.execute_batch(&format!("SAVEPOINT before; {change}")).unwrap();
        let audit = audit(&hand, &log, &Log::find(&hand, &log).unwrap().unwrap()).unwrap();
        let words = audit.difference.map_or(String::new(), |difference| difference.to_string());
        assert!(words.contains(named), "{change}: {words}");
        hand.execute_batch("ROLLBACK TO before; RELEASE before").unwrap();
    }
}

/// A visitor can cause tens of thousands of them, and every start looks for the others.
#[test]
fn what_a_start_looks_for_is_found_without_reading_a_purge_entry() {
    let (dir, store) = new_store();
    let (record, _) = contract::an_expiring_record(&store);
    let log = contract::log_of(&record);
    let (site, serving_at) = (log.site.clone(), record.recorded_at);
    let serving = Serving { site, notice_hash: record.notice_hash, serving_at, files: [].into() };
    let serving = LogEntry::Serving(serving);
    let leaf_index = store.append_entry(&log, &serving).unwrap();
    let hand = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    let unreadable = "INSERT INTO entries SELECT log, 9999, '{\"kind\":\"purge\", cut off' FROM entries";
    assert_eq!(hand.execute(unreadable, []).unwrap(), 1);
    store.operator_entries(&log).unwrap_err();
    assert_eq!(store.entries_but_purges(&log).unwrap(), [(leaf_index, serving)]);
}
