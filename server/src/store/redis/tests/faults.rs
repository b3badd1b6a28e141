//! Faults of Redis and of its data.

use super::steps::{append, append_at_last, fails_in_time, holds, open, published, record};
use crate::cli::DEADLINE;
use crate::clock;
use crate::store::contract::{self, entry};
use crate::store::redis::data::key_names::{self, Tag};
use crate::store::redis::{Address, RedisStore};
use crate::store::{Appended, ERASED_MAX, LogStore, RecordStore};
use constat_shared::{PublishedNotice, Record, Timestamp};
use constat_testkit::redis::{Cluster, Redis};
use rustix::process::Signal;
use std::time::{Duration, Instant};

#[test]
fn what_is_no_store_of_this_form_is_refused_and_left_alone() {
    let redis = Redis::start();
    let refused = || {
        let store = RedisStore::reach(&Address::parse(&redis.url()).unwrap(), 0, DEADLINE).unwrap();
        let made = store.make().unwrap_err().to_string();
        assert_eq!(store.has_store().unwrap_err().to_string(), made);
        made
    };
    redis.ask(&["SET", "basket:7", "full"]);
    let error = refused();
    assert!(error.contains("keys that are not Constat's (1): name an empty Redis"), "{error}");
    assert_eq!(redis.ask(&["KEYS", "*"]).trim(), "basket:7");
    redis.ask(&["RENAME", "basket:7", "version"]);
    redis.ask(&["SET", "version", "99"]);
    let error = refused();
    assert!(error.contains("version 99"), "{error}");
    assert_eq!(redis.ask(&["KEYS", "*"]).trim(), "version");
}

#[test]
fn a_store_of_the_earlier_format_is_read_and_then_refused_by_the_earlier_binary() {
    let redis = Redis::start();
    redis.ask(&["SET", "version", "1"]);
    let store = RedisStore::reach(&Address::parse(&redis.url()).unwrap(), 0, DEADLINE).unwrap();
    assert!(store.has_store().unwrap());
    assert_eq!(redis.ask(&["GET", "version"]).trim(), "1", "a command that reads changes nothing");
    store.make().unwrap();
    assert_eq!(redis.ask(&["GET", "version"]).trim(), "4");
}

#[test]
fn a_node_of_a_cluster_has_to_be_named_as_one_and_a_single_redis_not() {
    let refused = |url: &str| {
        let reached = RedisStore::reach(&Address::parse(url).unwrap(), 0, DEADLINE).err();
        reached.expect("it is something else").to_string()
    };
    let node = Redis::start_with(&["--cluster-enabled", "yes"]);
    let error = refused(&node.url());
    assert!(error.contains("write redis+cluster://"), "{error}");
    let single = Redis::start();
    let error = refused(&single.url().replace("redis://", "redis+cluster://"));
    assert!(error.contains("cluster support disabled"), "{error}");
}

#[test]
fn servers_that_make_a_store_at_once_make_one() {
    let redis = Redis::start();
    for _ in 0..20 {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| open(&redis.url(), 0));
            }
        });
        assert_eq!(redis.ask(&["GETDEL", "version"]).trim(), "4");
    }
}

#[test]
fn servers_that_append_at_once_make_one_log_without_gap_or_fork() {
    let redis = Redis::start();
    let stores: Vec<_> = (0..4).map(|_| open(&redis.url(), 0)).collect();
    let notice = published(&stores[0]);
    let shared = record(&notice);
    let mut leaf_indexes: Vec<u64> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            stores.iter().map(|store| scope.spawn(|| fill(store, &notice, &shared))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    leaf_indexes.sort_unstable();
    assert_eq!(leaf_indexes, (0..leaf_indexes.len() as u64).collect::<Vec<_>>());
    let log = contract::log_of(&shared);
    let audit = stores[0].audit(&log).unwrap();
    assert_eq!((audit.record_count, audit.difference), (leaf_indexes.len() as u64, None));
    assert_eq!(stores[3].head(&log).unwrap(), audit.head);
}

/// Appends batches that each contain the one record that all stores append.
/// Returns the indexes of this store's leaves.
fn fill(store: &RedisStore, notice: &PublishedNotice, shared: &Record) -> Vec<u64> {
    let mut leaf_indexes = Vec::new();
    for size in 1..=24 {
        let mut entries: Vec<_> = (0..size).map(|_| entry(&record(notice))).collect();
        entries.insert(size / 2, entry(shared));
        for appended in store.append(&entries).unwrap() {
            match appended {
                Appended::Stored(leaf_index) => leaf_indexes.push(leaf_index),
                Appended::Repeated(first, _) => assert_eq!(*first, *shared),
                other => panic!("nothing is refused or fails: {other:?}"),
            }
        }
    }
    leaf_indexes
}

#[test]
fn what_has_expired_stays_until_the_job_and_then_nothing_is_left_behind() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let notice = published(&store);
    let end = Timestamp::from_unix_ms(clock::now().unix_ms() - 1);
    let due: Vec<_> = (0..3).map(|_| Record { expires_at: end, ..record(&notice) }).collect();
    for record in &due {
        append(&store, record).unwrap();
    }
    let log = contract::log_of(&due[0]);
    assert!(contract::found(&store, &due[0]).is_some());
    assert_eq!(store.audit(&log).unwrap().difference, None, "the job has not run yet");
    assert_eq!(store.expire(clock::now()).unwrap(), 3);
    let audit = store.audit(&log).unwrap();
    assert_eq!((audit.erased_count, audit.entry_count, audit.difference), (3, 1, None));
    assert!(store.drop_log(&log, &"final".into()).unwrap());
    // Redis expires the answers to earlier calls later; their names may have any bytes.
    let marks = "for _, key in ipairs(redis.call('KEYS', '*done:*')) do redis.call('DEL', key) end";
    redis.ask(&["EVAL", marks, "0"]);
    let keys = redis.ask(&["KEYS", "*"]);
    let mut keys: Vec<_> = keys.lines().collect();
    keys.sort_unstable();
    let notice_key = key_names::notice(&notice.notice_hash());
    let of_site = ["{boreale}heads", "{boreale}newest", "{boreale}notices"];
    assert_eq!(keys, [&[notice_key.as_str(), "notices", "sites", "version"], &of_site[..]].concat());
}

#[test]
fn one_server_at_a_time_holds_the_job() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let notice = published(&store);
    let due = record(&notice);
    append(&store, &due).unwrap();
    redis.ask(&["SET", "job:expiry", "another", "PX", "60000"]);
    assert_eq!(store.expire(due.expires_at).unwrap(), 0);
    assert_eq!(redis.ask(&["GET", "job:expiry"]).trim(), "another");
    redis.ask(&["DEL", "job:expiry"]);
    assert_eq!(store.expire(due.expires_at).unwrap(), 1);
    assert_eq!(redis.ask(&["EXISTS", "job:expiry"]).trim(), "0");
}

#[test]
fn the_bytes_of_an_erased_record_are_in_no_file_after_the_job() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let (record, marker) = contract::an_expiring_record(&store);
    assert!(holds(&redis, &marker), "the marker must be found before, or the test proves nothing");
    assert_eq!(contract::erase(&store, &record.site, &record.consent_id, record.recorded_at).unwrap(), 1);
    store.expire(record.recorded_at).unwrap();
    let start = Instant::now();
    while holds(&redis, &marker) || holds(&redis, record.event_id.as_bytes()) {
        assert!(start.elapsed() < Duration::from_secs(20), "{}", redis.log());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn hashes_that_are_lost_are_computed_again_and_false_ones_are_found() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let (record, _) = contract::an_expiring_record(&store);
    let notice = contract::notice("boreale");
    let many: Vec<_> = (0..400).map(|_| entry(&contract::record(&notice, "2026-03-02T09:30:00Z"))).collect();
    store.append(&many).unwrap();
    let log = contract::log_of(&record);
    let before = store.head(&log).unwrap();
    let key = |level: u32| Tag::of(&log).tree(log.month, level, 0);
    assert_eq!(redis.ask(&["STRLEN", &key(8)]).trim(), "32");
    redis.ask(&["DEL", &key(8)]);
    assert_eq!(store.head(&log).unwrap(), before);
    assert_eq!(redis.ask(&["STRLEN", &key(8)]).trim(), "32");
    redis.ask(&["SETRANGE", &key(8), "0", "false"]);
    let words = store.audit(&log).unwrap().difference.unwrap().to_string();
    assert!(words.contains("level 8"), "{words}");
    redis.ask(&["DEL", &key(8)]);
    redis.ask(&["SETRANGE", &key(0), "224", "false"]);
    let words = store.audit(&log).unwrap().difference.unwrap().to_string();
    assert!(words.contains("leaf 7"), "{words}");
    redis.ask(&["DEL", &key(0)]);
    let error = store.append(&[entry(&Record { event_id: contract::event_id(), ..record })]).unwrap_err();
    assert!(error.to_string().contains("does not have the leaves"), "{error}");
}

#[test]
fn a_record_that_is_missing_without_a_purge_entry_is_a_difference() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let notice = published(&store);
    let gone = record(&notice);
    append(&store, &gone).unwrap();
    assert_eq!(store.audit(&contract::log_of(&gone)).unwrap().difference, None);
    let first = redis.ask(&["ZCARD", "{boreale}x"]);
    assert_eq!(first.trim(), "1");
    redis.ask(&["EVAL", "return redis.call('DEL', redis.call('KEYS', '{boreale}r*')[1])", "0"]);
    let words = store.audit(&contract::log_of(&gone)).unwrap().difference.unwrap().to_string();
    assert!(words.contains("records missing: 1"), "{words}");
}

#[test]
fn a_redis_that_died_comes_back_with_every_record_and_no_restart_of_the_server() {
    let mut redis = Redis::start();
    let store = open(&redis.url(), 0);
    let notice = published(&store);
    let (first, second) = (record(&notice), record(&notice));
    assert_eq!(append(&store, &first).unwrap(), Appended::Stored(0));
    redis.kill();
    let error = fails_in_time(&store, &second);
    assert!(error.contains("Redis cannot be reached (Connection refused"), "{error}");
    assert!(store.ping().is_err());
    redis.restart();
    assert_eq!(append_at_last(&store, &second), Appended::Stored(1));
    assert!(matches!(append(&store, &first).unwrap(), Appended::Repeated(_, 0)));
    store.ping().unwrap();
    redis.ask(&["SCRIPT", "FLUSH"]);
    assert_eq!(append(&store, &record(&notice)).unwrap(), Appended::Stored(2));
}

#[test]
fn a_redis_that_stands_still_delays_nobody_beyond_the_deadline() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let notice = published(&store);
    redis.signal(Signal::STOP);
    let waiting = record(&notice);
    let error = fails_in_time(&store, &waiting);
    assert!(error.contains("Redis does not answer (no answer within 1 s)"), "{error}");
    redis.signal(Signal::CONT);
    // The first attempt may have been stored, but the log has the record once.
    append_at_last(&store, &waiting);
    assert_eq!(store.head(&contract::log_of(&waiting)).unwrap().unwrap().size, 1);
}

#[test]
fn a_full_redis_stores_nothing_by_halves_and_goes_on_when_it_has_room() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let notice = published(&store);
    let first = record(&notice);
    append(&store, &first).unwrap();
    redis.ask(&["CONFIG", "SET", "maxmemory", "1"]);
    let second = record(&notice);
    let error = fails_in_time(&store, &second);
    assert!(error.contains("Redis is full (OOM"), "{error}");
    assert!(store.ping().is_err());
    assert_eq!(store.history(&notice.site, &first.consent_id).unwrap(), std::slice::from_ref(&first));
    assert_eq!(store.history(&notice.site, &second.consent_id).unwrap(), []);
    redis.ask(&["CONFIG", "SET", "maxmemory", "0"]);
    assert_eq!(append(&store, &second).unwrap(), Appended::Stored(1));
    assert_eq!(store.audit(&contract::log_of(&first)).unwrap().difference, None);
}

#[test]
fn a_full_redis_lets_go_and_proves_what_it_has() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let notice = published(&store);
    let end = Timestamp::from_unix_ms(clock::now().unix_ms() + 3_600_000);
    let (erased, ended, kept) =
        (record(&notice), Record { expires_at: end, ..record(&notice) }, record(&notice));
    let others: Vec<_> = (0..300).map(|_| record(&notice)).collect();
    for record in [&erased, &ended, &kept].into_iter().chain(&others) {
        append(&store, record).unwrap();
    }
    let log = contract::log_of(&kept);
    let before = store.head(&log).unwrap();
    let last_head = redis.ask(&["HGET", "{boreale}heads", &log.month.to_string()]);
    redis.ask(&["DEL", &format!("{{boreale}}tree:{}:8:0", log.month)]);
    redis.ask(&["CONFIG", "SET", "maxmemory", "1"]);
    redis.ask(&["SCRIPT", "FLUSH"]);
    assert!(fails_in_time(&store, &record(&notice)).contains("Redis is full"));
    // The hash above the leaves is computed again, and a head is kept.
    assert_eq!(store.head(&log).unwrap(), before);
    store.keep_checkpoint(&log, &"a signed head".into()).unwrap();
    assert_ne!(redis.ask(&["HGET", "{boreale}heads", &log.month.to_string()]), last_head);
    assert_eq!(contract::erase(&store, &notice.site, &erased.consent_id, clock::now()).unwrap(), 1);
    assert_eq!(store.expire(end).unwrap(), 1);
    assert!(redis.log().contains("Background append only file rewriting started"), "{}", redis.log());
    assert_eq!(redis.ask(&["EXISTS", "job:expiry", "{boreale}rewrite"]).trim(), "0");
    let audit = store.audit(&log).unwrap();
    assert_eq!((audit.record_count, audit.erased_count, audit.difference), (301, 2, None));
    assert_eq!(store.expire(others[299].expires_at).unwrap(), 301);
    assert!(store.drop_log(&log, &"the last head".into()).unwrap());
    assert_eq!(store.head(&log).unwrap(), None);
    redis.ask(&["CONFIG", "SET", "maxmemory", "0"]);
    store.ping().unwrap();
}

#[test]
fn a_record_counts_only_when_enough_replicas_have_it() {
    let redis = Redis::start();
    let replica = redis.replica();
    let store = open(&redis.url(), 1);
    let notice = published(&store);
    replica.signal(Signal::STOP);
    let waiting = record(&notice);
    let error = fails_in_time(&store, &waiting);
    assert!(
        error.contains("too few replicas confirmed a change (TOOFEW 0 replicas have it, 1 must)"),
        "{error}"
    );
    // Also a repetition fails: the replica still does not have the record.
    fails_in_time(&store, &waiting);
    replica.signal(Signal::CONT);
    assert!(matches!(append_at_last(&store, &waiting), Appended::Repeated(_, 0)));
    assert!(
        replica.ask(&["HGET", "{boreale}logs", &contract::log_of(&waiting).month.to_string()]).contains('1')
    );
}

#[test]
fn a_redis_that_was_set_back_takes_no_record_whose_notice_it_lacks() {
    let redis = Redis::start();
    let (store, notice) = (open(&redis.url(), 0), contract::notice("boreale"));
    contract::publish(&store, &notice);
    let record = contract::record(&notice, "2026-03-01T09:30:00Z");
    contract::append(&store, std::slice::from_ref(&record)).unwrap();
    redis.ask(&["FLUSHALL"]);
    // Another server has started again, and another notice has the number that this server cached.
    let newer = open(&redis.url(), 0);
    contract::publish(&newer, &contract::notice("polaire"));
    let again = contract::record(&notice, "2026-03-01T09:31:00Z");
    for refused in [contract::append(&store, std::slice::from_ref(&again)).err(), store.ping().err()] {
        let words = refused.unwrap().to_string();
        assert!(words.contains("emptied or set back") && words.contains("restart"), "{words}");
    }
    assert_eq!(newer.history(&notice.site, &again.consent_id).unwrap(), []);
    // A server publishes its notices when it starts.
    let restarted = open(&redis.url(), 0);
    contract::publish(&restarted, &notice);
    restarted.ping().unwrap();
    assert_eq!(contract::append(&restarted, &[again]).unwrap(), [Appended::Stored(0)]);
}

#[test]
fn a_machine_of_a_cluster_that_fails_does_not_fail_the_others() {
    let mut cluster = Cluster::start();
    for node in &cluster.nodes {
        node.ask(&["CONFIG", "SET", "cluster-require-full-coverage", "no"]);
    }
    let store = open(&cluster.url(), 0);
    // Their slots are on the third primary and on the second.
    let notices = ["boreale", "helvia"].map(contract::notice);
    let both = || notices.each_ref().map(|notice| contract::record(notice, "2026-03-01T09:30:00Z"));
    notices.iter().for_each(|notice| contract::publish(&store, notice));
    assert_eq!(contract::append(&store, &both()).unwrap(), [Appended::Stored(0), Appended::Stored(0)]);
    cluster.nodes[4].kill();
    cluster.nodes[1].kill();
    let [here, gone] = both();
    let results = contract::append(&store, &[here.clone(), gone.clone()]).unwrap();
    assert_eq!(results, [Appended::Stored(1), Appended::Failed]);
    assert!(contract::append(&store, &[gone]).is_err());
    assert_eq!(store.history(&notices[0].site, &here.consent_id).unwrap(), [here]);
}

#[test]
fn an_erasure_that_no_replica_confirmed_is_finished_by_the_next_attempt() {
    let redis = Redis::start();
    let replica = redis.replica();
    let store = open(&redis.url(), 1);
    let (record, marker) = contract::an_expiring_record(&store);
    let erase = || contract::erase(&store, &record.site, &record.consent_id, record.recorded_at);
    replica.signal(Signal::STOP);
    let words = erase().unwrap_err().to_string();
    assert!(words.contains("too few replicas"), "{words}");
    // Nothing is left to delete, and yet the replica still has the record.
    erase().unwrap_err();
    assert!(store.bytes_remain(&record.site, &record.consent_id).unwrap());
    replica.signal(Signal::CONT);
    let start = Instant::now();
    while let Err(error) = erase() {
        assert!(start.elapsed() < Duration::from_secs(20), "{error}");
    }
    assert_eq!(append(&store, &record).unwrap(), Appended::Erased);
    assert_eq!(replica.ask(&["ZCARD", "{boreale}erased"]).trim(), "1");
    assert!(holds(&redis, &marker), "the marker must be found before, or the test proves nothing");
    store.expire(record.recorded_at).unwrap();
    assert!(!store.bytes_remain(&record.site, &record.consent_id).unwrap());
    while holds(&redis, &marker) {
        assert!(start.elapsed() < Duration::from_secs(20), "{}", redis.log());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_shard_forgets_the_erased_events_that_end_first() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let (record, _) = contract::an_expiring_record(&store);
    let fill = format!(
        "for number = 1, {ERASED_MAX} do redis.call('ZADD', KEYS[1], number, string.format('%016d', number)) end"
    );
    redis.ask(&["EVAL", &fill, "1", "{boreale}erased"]);
    assert_eq!(contract::erase(&store, &record.site, &record.consent_id, record.recorded_at).unwrap(), 1);
    assert_eq!(redis.ask(&["ZCARD", "{boreale}erased"]).trim(), ERASED_MAX.to_string());
    assert_eq!(redis.ask(&["ZRANGE", "{boreale}erased", "0", "0"]).trim(), "0000000000000002");
    assert_eq!(append(&store, &record).unwrap(), Appended::Erased);
}

#[test]
fn a_deletion_during_a_rewrite_calls_for_another() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let (record, _) = contract::an_expiring_record(&store);
    let tag = || Tag::of(&contract::log_of(&record));
    assert_eq!(contract::erase(&store, &record.site, &record.consent_id, record.recorded_at).unwrap(), 1);
    // The duty that the job has read was an earlier one.
    store.rewrite_files(&[(tag().bytes().to_vec(), b"an earlier deletion".to_vec())]).unwrap();
    assert!(store.bytes_remain(&record.site, &record.consent_id).unwrap());
}

#[test]
fn the_duty_that_an_earlier_version_noted_is_kept() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    store.expire(clock::now()).unwrap();
    assert!(!redis.log().contains("Background append only file rewriting started"));
    redis.ask(&["SET", "rewrite-due", ""]);
    store.expire(clock::now()).unwrap();
    assert!(redis.log().contains("Background append only file rewriting started"), "{}", redis.log());
    assert_eq!(redis.ask(&["EXISTS", "rewrite-due"]).trim(), "0");
}

#[test]
fn a_rewrite_that_failed_is_started_again() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let (record, marker) = contract::an_expiring_record(&store);
    // Redis cannot write the new file over a folder of that name.
    let files = redis.dir().join("appendonlydir");
    let names = (1..9).map(|number| files.join(format!("appendonly.aof.{number}.base.rdb")));
    let taken: Vec<_> = names.filter(|name| !name.exists()).collect();
    taken.iter().for_each(|name| std::fs::create_dir_all(name.join("taken")).unwrap());
    contract::erase(&store, &record.site, &record.consent_id, record.recorded_at).unwrap();
    store.expire(record.recorded_at).unwrap();
    let start = Instant::now();
    while !redis.ask(&["INFO", "persistence"]).contains("aof_last_bgrewrite_status:err") {
        assert!(start.elapsed() < Duration::from_secs(20), "{}", redis.log());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(holds(&redis, &marker));
    taken.iter().for_each(|name| std::fs::remove_dir_all(name).unwrap());
    store.expire(record.recorded_at).unwrap();
    while holds(&redis, &marker) {
        assert!(start.elapsed() < Duration::from_secs(20), "{}", redis.log());
        std::thread::sleep(Duration::from_millis(20));
    }
}
