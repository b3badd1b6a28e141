//! What moves, moves whole: between every two kinds of store.

use super::compare::check;
use super::console_tests::*;
use super::transfer::{Copied, copy};
use crate::cli::DEADLINE;
use crate::clock::{self, StoreTimes};
use crate::store::contract::{self, append, at, entry, event_id, notice, publish, record};
use crate::store::redis::{Address, RedisStore};
use crate::store::sqlite::SqliteStore;
use crate::store::{
    Appended, CommittedRecord, CopyStore, LogSlice, LogStore, NoticeStore, RecordStore, Store,
};
use constat_shared::log::{Purge, PurgeReason};
use constat_shared::{
    Action, CommitmentKey, Jwk, LogEntry, LogId, LogShards, PublishedNotice, Record, Timestamp,
};
use constat_testkit::cases::named;
use constat_testkit::redis::{Cluster, Redis};

type Test = fn(&dyn CopyStore, &dyn CopyStore);

macro_rules! tests {
    ($($name:ident)*) => { &[$((stringify!($name), $name as Test)),*] };
}

const TESTS: &[(&str, Test)] = tests! {
    everything_moves
    a_second_copy_changes_nothing_and_a_later_one_adds_what_came
    a_target_that_holds_something_else_is_refused
    a_target_with_another_number_of_logs_is_refused
    what_ends_during_a_copy_is_gone_on_both_sides
    a_record_that_was_erased_since_is_named
    what_was_erased_does_not_come_back_in_the_copy
    half_a_copy_is_marked_and_finished_by_the_next
    documents_and_trail_move
    what_went_after_half_a_copy_is_gone_after_the_whole_one
    a_target_with_another_trail_is_refused
};

fn sqlite() -> (tempfile::TempDir, SqliteStore) {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path()).unwrap();
    (dir, store)
}

fn redis(url: &str, min_replicas: u32) -> RedisStore {
    let store = RedisStore::reach(&Address::parse(url).unwrap(), min_replicas, DEADLINE).unwrap();
    store.make().unwrap();
    store
}

fn all(between: impl Fn(Test) + Sync) {
    for (name, test) in TESTS {
        named(name, || between(*test));
    }
}

#[test]
fn between_two_files_everything_moves() {
    all(|test| test(&sqlite().1, &sqlite().1));
}

#[test]
fn between_a_file_and_redis_everything_moves_both_ways() {
    let server = Redis::start();
    all(|test| {
        let (_dir, file) = sqlite();
        server.ask(&["FLUSHALL"]);
        test(&file, &redis(&server.url(), 0));
        let (_dir, file) = sqlite();
        server.ask(&["FLUSHALL"]);
        test(&redis(&server.url(), 0), &file);
    });
}

#[test]
fn from_redis_to_a_redis_with_a_replica_everything_moves() {
    let (from, to) = (Redis::start(), Redis::start());
    let _replica = to.replica();
    all(|test| {
        [&from, &to].into_iter().for_each(|node| drop(node.ask(&["FLUSHALL"])));
        test(&redis(&from.url(), 0), &redis(&to.url(), 1));
    });
}

#[test]
fn from_redis_to_a_cluster_everything_moves() {
    let (server, cluster) = (Redis::start(), Cluster::start());
    all(|test| {
        [&server].into_iter().chain(&cluster.nodes[..3]).for_each(|node| drop(node.ask(&["FLUSHALL"])));
        test(&redis(&server.url(), 0), &redis(&cluster.url(), 1));
    });
}

#[test]
fn what_redis_deleted_by_itself_in_format_1_is_written_down_before_it_moves() {
    let server = Redis::start();
    let (from, (_dir, to)) = (redis(&server.url(), 0), sqlite());
    let notice = notice("boreale");
    publish(&from, &notice);
    let past = Timestamp::from_unix_ms(clock::now().unix_ms() - 1);
    let short = Record { expires_at: past, ..record(&notice, "2026-03-01T09:30:00Z") };
    let long = record(&notice, "2026-03-01T09:30:01Z");
    append(&from, std::slice::from_ref(&short)).unwrap();
    let deleted = "for _, key in ipairs(redis.call('KEYS', '{boreale}r*')) do redis.call('DEL', key) end";
    server.ask(&["EVAL", deleted, "0"]);
    append(&from, std::slice::from_ref(&long)).unwrap();
    assert_eq!(moved(&from, &to).record_count, 1);
    let audit = to.audit(&contract::log_of(&long)).unwrap();
    assert_eq!((audit.record_count, audit.erased_count, audit.difference), (1, 1, None));
    assert_eq!(to.expire(clock::now()).unwrap(), 0);
}

#[test]
fn only_clients_that_change_redis_are_taken_for_servers() {
    let server = Redis::start();
    let (quiet, busy) = (redis(&server.url(), 0), redis(&server.url(), 0));
    assert_eq!(quiet.writing_clients().unwrap(), [""; 0]);
    publish(&busy, &notice("boreale"));
    assert_eq!(quiet.writing_clients().unwrap().len(), 1);
    // Also when the last thing it did was no change, and when its connection was cut meanwhile.
    assert_eq!(busy.logs().unwrap(), []);
    busy.set_unfinished(false).unwrap();
    server.ask(&["CLIENT", "KILL", "TYPE", "NORMAL"]);
    assert_eq!(quiet.writing_clients().unwrap().len(), 0);
    busy.ping().unwrap();
    assert_eq!(quiet.writing_clients().unwrap().len(), 1);
}

#[test]
fn who_changes_a_cluster_is_seen_at_every_primary_also_after_a_reconnect() {
    let mut cluster = Cluster::start();
    let (quiet, busy) = (redis(&cluster.url(), 1), redis(&cluster.url(), 1));
    assert_eq!(quiet.writing_clients().unwrap(), [""; 0]);
    let sites = ["boreale", "notos", "zephyr", "eurus"];
    sites.iter().for_each(|site| publish(&busy, &notice(site)));
    let named = |node: &Redis| node.ask(&["CLIENT", "LIST"]).contains("name=constat-writer");
    assert!(cluster.nodes[..3].iter().all(named));
    cluster.nodes[0].kill();
    cluster.nodes[0].restart();
    cluster.wait();
    let start = std::time::Instant::now();
    while busy.ping().is_err() || !cluster.nodes.iter().filter(|node| is_primary(node)).all(named) {
        assert!(start.elapsed() < std::time::Duration::from_secs(20), "{:?}", busy.ping());
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(quiet.writing_clients().unwrap().len() >= 3);
}

fn is_primary(node: &Redis) -> bool {
    node.ask(&["ROLE"]).starts_with("master")
}

#[test]
fn who_may_not_name_itself_serves_all_the_same() {
    let server = Redis::start();
    server.ask(&["ACL", "SETUSER", "shy", "on", ">secret", "~*", "+@all", "-client|setname"]);
    let url = format!("redis://shy:secret@127.0.0.1:{}", server.port);
    publish(&redis(&url, 0), &notice("boreale"));
    assert_eq!(redis(&url, 0).notices().unwrap().len(), 1);
}

/// A copy as of now.
fn moved(from: &dyn CopyStore, to: &dyn CopyStore) -> Copied {
    check(from, to).unwrap();
    copy(from, to, &clock::now, &mut |_, _| {}).unwrap()
}

/// What a store with a past holds.
struct Past {
    notices: [PublishedNotice; 2],
    /// Records that are stored.
    stored: Vec<Record>,
    /// One that was erased, one that has expired, with their logs' leaves.
    gone: [Record; 2],
    /// A log whose leaves are no more.
    dropped: LogId,
}

fn key(seed: u8) -> Jwk {
    Jwk::of(&ed25519_dalek::SigningKey::from_bytes(&[seed; 32]).verifying_key())
}

/// A record of the site that has three logs a month.
fn in_three(record: Record, key: u8) -> CommittedRecord {
    CommittedRecord::new(record, CommitmentKey::from_bytes([key; 32]), LogShards::new(3).unwrap())
        .held_by(contract::sample_holder())
}

/// Two sites, one of them with three logs a month, three months, two keys; records that are there, one that was
/// erased, one that expired, a log that was dropped.
fn filled(store: &dyn Store) -> Past {
    let notices = ["boreale", "polaire"].map(notice);
    store.set_shards(&notices[1].site, LogShards::new(3).unwrap()).unwrap();
    notices.iter().for_each(|notice| publish(store, notice));
    store.add_key(&key(9), at("2026-01-02T00:00:00Z")).unwrap();
    store.add_key(&key(1), at("2026-02-02T00:00:00Z")).unwrap();
    let [one, two] = &notices;
    let expired = record(two, "2026-01-10T09:30:00Z");
    let kept_on = record(one, "2026-03-01T09:30:00Z");
    let expiring = in_three(expired.clone(), 5);
    store.append(&[expiring.clone(), entry(&kept_on)]).unwrap();
    assert_eq!(store.expire(expired.expires_at).unwrap(), 1);
    let dropped = expiring.log;
    assert!(store.drop_log(&dropped, &"the last head".into()).unwrap());
    let mut stored = vec![kept_on];
    // More than a page of records, and past where the kept levels begin.
    for chunk in 0..7 {
        let records: Vec<_> =
            (0..100).map(|_| record(one, &format!("2026-03-0{}T10:00:00Z", chunk + 1))).collect();
        append(store, &records).unwrap();
        stored.extend(records);
    }
    let erased = stored.swap_remove(300);
    assert_eq!(contract::erase(store, &one.site, &erased.consent_id, at("2026-04-01T00:00:00Z")).unwrap(), 1);
    let again = Record {
        event_id: event_id(),
        previous_event_id: Some(stored[0].event_id),
        action: Action::Withdraw,
        ..stored[0].clone()
    };
    let other = in_three(record(two, "2026-03-07T00:00:00Z"), 3);
    let results = store.append(&[entry(&again), other.clone()]).unwrap();
    assert!(matches!(results[..], [Appended::Stored(_), Appended::Stored(_)]), "{results:?}");
    stored.extend([again, other.record]);
    store.keep_checkpoint(&contract::log_of(&stored[0]), &"a signed head".into()).unwrap();
    Past { notices, stored, gone: [erased, expired], dropped }
}

fn everything_moves(from: &dyn CopyStore, to: &dyn CopyStore) {
    let past = filled(from);
    let accepted_at = Some(at("2026-01-02T00:00:00Z"));
    from.set_times(&StoreTimes { accepted_at, ..StoreTimes::default() }).unwrap();
    let copied = moved(from, to);
    let times = |store: &dyn CopyStore| (store.times().unwrap().newest, store.times().unwrap().accepted_at);
    assert_eq!(times(to), times(from));
    assert!(times(to).0.is_some() && times(to).1 == accepted_at);
    let leaf_count: u64 = from.logs().unwrap().iter().map(|log| from.head(log).unwrap().unwrap().size).sum();
    let expected = Copied {
        key_count: 2,
        notice_count: 2,
        record_count: past.stored.len() as u64,
        new_record_count: past.stored.len() as u64,
        log_count: from.logs().unwrap().len() as u64,
        leaf_count,
        new_leaf_count: leaf_count,
        dropped_count: 1,
        ..Copied::default()
    };
    assert_eq!(copied, expected);
    same_words(from, to, &past);
    for record in &past.stored {
        let found = |store: &dyn CopyStore| contract::found(store, record);
        assert_eq!(found(from), found(to));
        assert_eq!(found(to).unwrap().0.record, *record);
        let history = |store: &dyn CopyStore| store.history(&record.site, &record.consent_id).unwrap();
        assert_eq!(history(from), history(to));
    }
    for gone in &past.gone {
        assert!(contract::found(to, gone).is_none());
        assert!(to.history(&gone.site, &gone.consent_id).unwrap().is_empty());
    }
    // It goes on there as it would have here.
    let repeated = append(to, &past.stored[..1]).unwrap();
    assert_eq!(repeated, append(from, &past.stored[..1]).unwrap());
    let new = record(&past.notices[0], "2026-03-20T00:00:00Z");
    let added = append(to, std::slice::from_ref(&new)).unwrap();
    assert_eq!(added, append(from, &[new]).unwrap());
    assert!(matches!(added[..], [Appended::Stored(_)]));
    assert_eq!(
        from.logs().unwrap().iter().map(|log| from.head(log).unwrap()).collect::<Vec<_>>(),
        to.logs().unwrap().iter().map(|log| to.head(log).unwrap()).collect::<Vec<_>>()
    );
}

/// Logs, notices and keys are the same on both sides.
fn same_words(from: &dyn CopyStore, to: &dyn CopyStore, past: &Past) {
    assert_eq!((from.keys().unwrap(), from.notices().unwrap()), (to.keys().unwrap(), to.notices().unwrap()));
    for notice in &past.notices {
        let hash = notice.notice_hash();
        assert_eq!(to.notice(&hash).unwrap().map(PublishedNotice::new).as_ref(), Some(notice));
        assert_eq!(to.published_at(&hash).unwrap(), Some(at("2026-01-01T00:00:00Z")));
    }
    assert_eq!(to.key_added_at(&key(1).kid).unwrap(), Some(at("2026-02-02T00:00:00Z")));
    assert_eq!(to.dropped().unwrap(), [(past.dropped.clone(), "the last head".into())]);
    // What was closed stays closed.
    let late = record(&past.notices[1], "2026-01-11T09:30:00Z");
    let late = in_three(Record { consent_id: past.gone[1].consent_id, ..late }, 5);
    assert_eq!(late.log, past.dropped);
    assert!(to.append(&[late]).is_err());
    assert_eq!(to.shards(&past.notices[1].site).unwrap().get(), 3);
    for log in from.logs().unwrap() {
        assert_eq!(
            (from.head(&log).unwrap(), from.operator_entries(&log).unwrap()),
            (to.head(&log).unwrap(), to.operator_entries(&log).unwrap())
        );
        assert_eq!(
            (from.audit(&log).unwrap(), from.checkpoint(&log).unwrap()),
            (to.audit(&log).unwrap(), to.checkpoint(&log).unwrap())
        );
        let size = to.head(&log).unwrap().unwrap().size;
        for index in [0, size / 2, size - 1] {
            assert_eq!(
                from.inclusion_proof(&log, index, size).unwrap(),
                to.inclusion_proof(&log, index, size).unwrap()
            );
        }
    }
}

fn a_second_copy_changes_nothing_and_a_later_one_adds_what_came(from: &dyn CopyStore, to: &dyn CopyStore) {
    let past = filled(from);
    let first = moved(from, to);
    let again = moved(from, to);
    assert_eq!(again, Copied { new_record_count: 0, new_leaf_count: 0, ..first.clone() });
    append(from, &[record(&past.notices[0], "2026-03-20T00:00:00Z")]).unwrap();
    let third = moved(from, to);
    assert_eq!((third.new_record_count, third.new_leaf_count), (1, 1));
    assert!(!to.is_unfinished().unwrap());
}

fn a_target_that_holds_something_else_is_refused(from: &dyn CopyStore, to: &dyn CopyStore) {
    let past = filled(from);
    let refusal = || check(from, to).unwrap_err().to_string();
    moved(from, to);
    append(to, &[record(&past.notices[0], "2026-03-20T00:00:00Z")]).unwrap();
    assert!(refusal().contains("constat/boreale/") && refusal().contains("--to"), "{}", refusal());
    // As long as the other, but not the same.
    append(from, &[record(&past.notices[0], "2026-03-20T00:00:00Z")]).unwrap();
    assert!(refusal().contains("constat/boreale/"), "{}", refusal());
    publish(to, &notice("other"));
    assert!(refusal().contains("notices"), "{}", refusal());
    to.add_key(&key(5), at("2026-01-01T00:00:00Z")).unwrap();
    assert!(refusal().contains("keys"), "{}", refusal());
}

fn a_target_with_another_number_of_logs_is_refused(from: &dyn CopyStore, to: &dyn CopyStore) {
    let notice = notice("boreale");
    publish(from, &notice);
    to.set_shards(&notice.site, LogShards::new(3).unwrap()).unwrap();
    publish(to, &notice);
    let refusal = check(from, to).unwrap_err().to_string();
    assert!(refusal.contains("boreale with 3 log(s) a month"), "{refusal}");
}

fn what_ends_during_a_copy_is_gone_on_both_sides(from: &dyn CopyStore, to: &dyn CopyStore) {
    let notice = notice("boreale");
    publish(from, &notice);
    let (due, later) = (record(&notice, "2026-03-01T09:30:00Z"), record(&notice, "2026-04-01T09:30:00Z"));
    append(from, &[due.clone(), later.clone()]).unwrap();
    check(from, to).unwrap();
    let copied = copy(from, to, &|| due.expires_at, &mut |_, _| {}).unwrap();
    assert_eq!((copied.record_count, copied.leaf_count), (2, 3));
    for store in [from, to] {
        assert!(contract::found(store, &due).is_none());
        assert!(contract::found(store, &later).is_some());
        assert_eq!(store.audit(&contract::log_of(&due)).unwrap().difference, None);
        assert_eq!(store.expire(due.expires_at).unwrap(), 0);
    }
}

fn a_record_that_was_erased_since_is_named(from: &dyn CopyStore, to: &dyn CopyStore) {
    let past = filled(from);
    moved(from, to);
    let erased = &past.stored[10];
    assert_eq!(contract::erase(from, &erased.site, &erased.consent_id, clock::now()).unwrap(), 1);
    check(from, to).unwrap();
    let words = copy(from, to, &clock::now, &mut |_, _| {}).unwrap_err().to_string();
    assert!(words.contains("the target's log constat/boreale/") && words.contains("missing"), "{words}");
    assert!(to.is_unfinished().unwrap());
}

fn what_was_erased_does_not_come_back_in_the_copy(from: &dyn CopyStore, to: &dyn CopyStore) {
    let notice = notice("boreale");
    publish(from, &notice);
    let answer = || contract::request(&notice, Action::RefuseAll);
    let gone = [(); 2].map(|()| contract::record_of(answer(), &notice, clock::now()));
    append(from, &gone).unwrap();
    assert_eq!(contract::erase(from, &notice.site, &gone[0].consent_id, clock::now()).unwrap(), 1);
    let log = contract::log_of(&gone[0]);
    fill_with_purges(from, &log);
    assert_eq!(contract::erase(from, &notice.site, &gone[1].consent_id, clock::now()).unwrap(), 1);
    moved(from, to);
    assert_eq!(append(to, &gone).unwrap(), [Appended::Erased, Appended::Erased]);
    let audit = to.audit(&log).unwrap();
    assert_eq!((audit.erased_count, audit.difference), (2, None));
}

/// So many purge entries that the next deletion is left to the job.
fn fill_with_purges(store: &dyn CopyStore, log: &LogId) {
    let first = store.head(log).unwrap().unwrap().size;
    let (site, purged_at, reason) = (log.site.clone(), clock::now(), PurgeReason::Erased);
    let purge = LogEntry::Purge(Purge { site, purged_at, reason, record_counts: [].into() });
    let leaves = vec![purge.leaf_hash(); 1000];
    let entries = (first..first + 1000).map(|leaf_index| (leaf_index, purge.clone())).collect();
    store.put_leaves(log, &LogSlice { first, leaves, entries }).unwrap();
}

fn half_a_copy_is_marked_and_finished_by_the_next(from: &dyn CopyStore, to: &dyn CopyStore) {
    let past = filled(from);
    to.set_unfinished(true).unwrap();
    assert!(to.is_unfinished().unwrap() && !from.is_unfinished().unwrap());
    to.add_key(&key(9), at("2026-01-02T00:00:00Z")).unwrap();
    to.set_shards(&past.notices[1].site, LogShards::new(3).unwrap()).unwrap();
    past.notices.iter().for_each(|notice| publish(to, notice));
    // A page of records is there, and of their leaves only the first.
    let mut page = Vec::new();
    let taken = from.each_record(&mut |records| {
        page = records;
        Err(crate::store::StoreError::Engine("enough".to_owned()))
    });
    assert!(taken.unwrap_err().to_string().contains("enough"));
    assert_eq!(to.put_records(&page).unwrap(), page.len() as u64);
    assert_eq!(to.put_records(&page).unwrap(), 0);
    let log = contract::log_of(&past.stored[0]);
    let leaves = from.leaves(&log, 0).unwrap()[..300].to_vec();
    to.put_leaves(&log, &LogSlice { first: 0, leaves, entries: Vec::new() }).unwrap();
    let copied = moved(from, to);
    assert_eq!(copied.new_record_count, copied.record_count - page.len() as u64);
    assert_eq!(copied.new_leaf_count, copied.leaf_count - 300);
    same_words(from, to, &past);
    assert!(!to.is_unfinished().unwrap());
    let mut changed = page[0].clone();
    changed.entry.record.action = Action::AllowAll;
    assert!(to.put_records(&[changed]).is_err());
}
