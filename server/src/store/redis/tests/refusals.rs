//! Refusals of Redis: their messages, and how a store goes on without a restart.

use super::steps::{append, append_at_last, fails_in_time, open, published, record};
use crate::cli::DEADLINE;
use crate::store::contract::{entry, log_of};
use crate::store::redis::data::key_names::Tag;
use crate::store::redis::{Address, RedisStore};
use crate::store::{Appended, LogStore, RecordStore};
use constat_shared::Record;
use constat_testkit::redis::{Cluster, Redis};
use std::time::{Duration, Instant};

/// Asserts that a change and the readiness check fail in time with these messages.
fn fails_with(store: &RedisStore, record: &Record, ours: &str, theirs: &str) {
    let words = fails_in_time(store, record);
    assert!(words.contains(&format!("failed: {ours} (")) && words.contains(theirs), "{words}");
    let start = Instant::now();
    let ping = store.ping().unwrap_err().to_string();
    assert!(ping.contains(ours), "{ping}");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn a_primary_that_became_a_replica_is_named_and_waited_for() {
    let redis = Redis::start();
    let replica = redis.replica();
    let store = open(&redis.url(), 0);
    let notice = published(&store);
    let (first, second) = (record(&notice), record(&notice));
    append(&store, &first).unwrap();
    // No change waited for the replica.
    let start = Instant::now();
    while replica.ask(&["DBSIZE"]) != redis.ask(&["DBSIZE"]) {
        assert!(start.elapsed() < Duration::from_secs(20), "{}", replica.log());
        std::thread::sleep(Duration::from_millis(10));
    }
    replica.ask(&["REPLICAOF", "NO", "ONE"]);
    redis.ask(&["REPLICAOF", "127.0.0.1", &replica.port.to_string()]);
    fails_with(&store, &second, "this Redis is a replica now", "READONLY");
    redis.ask(&["REPLICAOF", "NO", "ONE"]);
    assert_eq!(append_at_last(&store, &second), Appended::Stored(1));
    assert!(matches!(append(&store, &first).unwrap(), Appended::Repeated(_, 0)));
    store.ping().unwrap();
}

#[test]
fn a_redis_that_loads_its_files_is_named_and_waited_for() {
    let slow = ["--key-load-delay", "2000", "--loading-process-events-interval-bytes", "1024"];
    let keeping = ["--appendonly", "yes", "--appendfsync", "always"];
    let mut redis = Redis::start_with(&[&keeping[..], &slow].concat());
    let store = open(&redis.url(), 0);
    let notice = published(&store);
    let entries: Vec<_> = (0..1000).map(|_| entry(&record(&notice))).collect();
    store.append(&entries).unwrap();
    redis.ask(&["BGREWRITEAOF"]);
    let start = Instant::now();
    while !redis.log().contains("Background AOF rewrite finished successfully") {
        assert!(start.elapsed() < Duration::from_secs(20), "{}", redis.log());
        std::thread::sleep(Duration::from_millis(20));
    }
    redis.kill();
    redis.restart();
    let second = record(&notice);
    fails_with(&store, &second, "Redis is loading its files", "LOADING");
    assert_eq!(append_at_last(&store, &second), Appended::Stored(1000));
    assert_eq!(store.audit(&log_of(&second)).unwrap().difference, None);
}

#[test]
fn a_redis_that_cannot_write_its_files_is_named() {
    let redis = Redis::start_with(&["--dbfilename", "taken"]);
    let store = open(&redis.url(), 0);
    let notice = published(&store);
    std::fs::create_dir(redis.dir().join("taken")).unwrap();
    redis.ask(&["CONFIG", "SET", "save", "3600 1000000"]);
    redis.ask(&["BGSAVE"]);
    let start = Instant::now();
    while !redis.log().contains("Background saving error") {
        assert!(start.elapsed() < Duration::from_secs(20), "{}", redis.log());
        std::thread::sleep(Duration::from_millis(20));
    }
    let first = record(&notice);
    fails_with(&store, &first, "Redis cannot write its files", "MISCONF");
    redis.ask(&["CONFIG", "SET", "save", ""]);
    assert_eq!(append(&store, &first).unwrap(), Appended::Stored(0));
}

#[test]
fn a_redis_that_misses_its_replicas_is_named() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let notice = published(&store);
    redis.ask(&["CONFIG", "SET", "min-replicas-to-write", "1"]);
    let first = record(&notice);
    fails_with(&store, &first, "Redis has too few replicas", "NOREPLICAS");
    redis.ask(&["CONFIG", "SET", "min-replicas-to-write", "0"]);
    assert_eq!(append(&store, &first).unwrap(), Appended::Stored(0));
}

#[test]
fn an_account_that_is_refused_is_named() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let notice = published(&store);
    redis.ask(&["ACL", "SETUSER", "curt", "on", ">secret", "~*", "+@all", "-evalsha"]);
    let refused = |url: &str| {
        let opened = RedisStore::reach(&Address::parse(url).unwrap(), 0, DEADLINE).err();
        opened.expect("Redis refuses").to_string()
    };
    let words = refused(&format!("redis://curt:wrong@127.0.0.1:{}", redis.port));
    assert!(words.contains("Redis does not take the name or password"), "{words}");
    let curt = open(&format!("redis://curt:secret@127.0.0.1:{}", redis.port), 0);
    fails_with(&curt, &record(&notice), "Redis forbids this account to do that", "NOPERM");
    redis.ask(&["CONFIG", "SET", "requirepass", "another"]);
    let words = refused(&redis.url());
    assert!(words.contains("Redis does not take the name or password"), "{words}");
}

#[test]
fn a_cluster_without_a_primary_for_some_slots_is_named_and_waited_for() {
    let mut cluster = Cluster::start();
    let store = open(&cluster.url(), 1);
    let notice = published(&store);
    let first = record(&notice);
    append_at_last(&store, &first);
    let owner = owner(&cluster, &slot(&cluster, &first));
    let other = (owner + 1) % 3;
    for node in [other, other + 3] {
        cluster.nodes[node].kill();
    }
    let start = Instant::now();
    while !cluster.nodes[owner].ask(&["CLUSTER", "INFO"]).contains("cluster_state:fail") {
        assert!(start.elapsed() < Duration::from_secs(20), "the cluster goes on");
        std::thread::sleep(Duration::from_millis(20));
    }
    let second = record(&notice);
    fails_with(&store, &second, "no primary of the cluster has some of its slots", "CLUSTERDOWN");
    for node in [other, other + 3] {
        cluster.nodes[node].restart();
    }
    let appended = append_at_last(&store, &second);
    assert!(matches!(appended, Appended::Stored(1) | Appended::Repeated(_, 1)), "{appended:?}");
    assert!(matches!(append_at_last(&store, &first), Appended::Repeated(_, 0)));
}

#[test]
fn a_site_whose_slot_moves_waits_and_goes_on_with_one_log_elsewhere() {
    let cluster = Cluster::start();
    let store = open(&cluster.url(), 1);
    let notice = published(&store);
    let first = record(&notice);
    assert_eq!(append_at_last(&store, &first), Appended::Stored(0));
    let slot = slot(&cluster, &first);
    let from = owner(&cluster, &slot);
    let to = (from + 1) % 3;
    let id = |node: usize| cluster.nodes[node].ask(&["CLUSTER", "MYID"]).trim().to_owned();
    let set = |node: usize, how: &str, id: &str| {
        assert_eq!(cluster.nodes[node].ask(&["CLUSTER", "SETSLOT", &slot, how, id]).trim(), "OK");
    };
    set(to, "IMPORTING", &id(from));
    set(from, "MIGRATING", &id(to));
    let second = record(&notice);
    let mut keys = keys_in(&cluster.nodes[from], &slot);
    assert!(keys.len() > 3, "{keys:?}");
    // Before the first key moves, between any two, and after the last one.
    fails_with(&store, &second, "the cluster is moving slots", "TRYAGAIN");
    loop {
        let words = fails_in_time(&store, &second);
        assert!(words.contains("the cluster is moving slots"), "{words}");
        assert!(store.history(&notice.site, &first.consent_id).unwrap().len() <= 1);
        let Some(key) = keys.pop() else { break };
        migrate(&cluster.nodes[from], &cluster.nodes[to], &key);
    }
    assert_eq!(keys_in(&cluster.nodes[from], &slot), [b""; 0]);
    for node in [to, from, 3 - from - to] {
        set(node, "NODE", &id(to));
    }
    assert_eq!(append_at_last(&store, &second), Appended::Stored(1));
    assert!(matches!(append_at_last(&store, &first), Appended::Repeated(_, 0)));
    assert_eq!(store.history(&notice.site, &first.consent_id).unwrap(), std::slice::from_ref(&first));
    let audit = store.audit(&log_of(&first)).unwrap();
    assert_eq!((audit.record_count, audit.difference), (2, None));
    store.ping().unwrap();
}

/// The slot of a record's site.
fn slot(cluster: &Cluster, record: &Record) -> String {
    let tag = String::from_utf8(Tag::of(&log_of(record)).bytes().to_vec()).unwrap();
    cluster.nodes[0].ask(&["CLUSTER", "KEYSLOT", &tag]).trim().to_owned()
}

/// Which primary has the keys of a slot.
fn owner(cluster: &Cluster, slot: &str) -> usize {
    let has = |node: &Redis| node.ask(&["CLUSTER", "COUNTKEYSINSLOT", slot]).trim() != "0";
    cluster.nodes[..3].iter().position(has).unwrap()
}

fn keys_in(node: &Redis, slot: &str) -> Vec<Vec<u8>> {
    let mut cmd = redis::cmd("CLUSTER");
    cmd.arg("GETKEYSINSLOT").arg(slot).arg(1000).query(&mut connection(node)).unwrap()
}

fn migrate(from: &Redis, to: &Redis, key: &[u8]) {
    let mut cmd = redis::cmd("MIGRATE");
    cmd.arg("127.0.0.1").arg(to.port).arg(key).arg(0).arg(5000);
    cmd.query::<()>(&mut connection(from)).unwrap();
}

fn connection(node: &Redis) -> redis::Connection {
    redis::Client::open(node.url()).unwrap().get_connection().unwrap()
}

#[test]
fn a_redis_that_was_emptied_under_a_server_is_named_and_not_taken_for_a_new_one() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let notice = published(&store);
    redis.ask(&["FLUSHALL"]);
    let words = store.ping().unwrap_err().to_string();
    assert!(words.contains("Redis has lost everything"), "{words}");
    append(&store, &record(&notice)).unwrap_err();
    redis.ask(&["SADD", "sites", "boreale"]);
    let again = RedisStore::reach(&Address::parse(&redis.url()).unwrap(), 0, DEADLINE).unwrap();
    assert!(again.make().is_err());
}
