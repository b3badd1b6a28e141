use super::*;
use crate::cli::DEADLINE;
use crate::store::CopyStore;
use crate::store::contract::{self, random};
use constat_testkit::redis::{Cluster, Redis};

type Test = fn(&dyn CopyStore);

macro_rules! list {
    ($($part:ident::$name:ident)*) => {
        [$((stringify!($name), (|store| contract::$part::$name(store)) as Test)),*]
    };
}

/// Opens the store at an address, and makes it when there is none.
pub fn open(url: &str, min_replicas: u32) -> RedisStore {
    let store = RedisStore::reach(&Address::parse(url).unwrap(), min_replicas, DEADLINE).unwrap();
    store.make().unwrap();
    store
}

/// Runs every contract on an empty store.
fn keeps_every_contract(url: &str, min_replicas: u32, nodes: &[&Redis]) {
    let contracts = [&contract::every_contract!(list)[..], &contract::every_copy_contract!(list)].concat();
    for (name, test) in contracts {
        println!("{name}");
        for node in nodes {
            node.ask(&["FLUSHALL"]);
        }
        test(&open(url, min_replicas));
    }
}

#[test]
fn one_redis_keeps_every_contract() {
    let redis = Redis::start();
    keeps_every_contract(&redis.url(), 0, &[&redis]);
}

#[test]
fn a_redis_whose_replica_confirms_keeps_every_contract() {
    let redis = Redis::start();
    let _replica = redis.replica();
    keeps_every_contract(&redis.url(), 1, &[&redis]);
}

#[test]
fn a_cluster_keeps_every_contract() {
    let cluster = Cluster::start();
    let primaries: Vec<_> = cluster.nodes[..3].iter().collect();
    keeps_every_contract(&cluster.url(), 1, &primaries);
}

/// Runs random sequences, each on an empty store; fewer where each step waits for a replica.
fn agrees_with_a_model(url: &str, min_replicas: u32, nodes: &[&Redis]) {
    let cases = if min_replicas == 0 { random::CASES } else { random::CASES / 2 };
    random::every_sequence_agrees_with_a_model(cases, || {
        for node in nodes {
            node.ask(&["FLUSHALL"]);
        }
        ((), open(url, min_replicas))
    });
}

#[test]
fn every_sequence_agrees_with_a_model() {
    let redis = Redis::start();
    agrees_with_a_model(&redis.url(), 0, &[&redis]);
}

#[test]
fn every_sequence_that_a_replica_confirms_agrees_with_a_model() {
    let redis = Redis::start();
    let _replica = redis.replica();
    agrees_with_a_model(&redis.url(), 1, &[&redis]);
}

#[test]
fn every_sequence_on_a_cluster_agrees_with_a_model() {
    let cluster = Cluster::start();
    let primaries: Vec<_> = cluster.nodes[..3].iter().collect();
    agrees_with_a_model(&cluster.url(), 1, &primaries);
}

#[test]
fn a_redis_that_was_set_back_takes_no_record_whose_notice_it_lacks() {
    let redis = Redis::start();
    let (store, notice) = (open(&redis.url(), 0), contract::notice("boreale"));
    contract::publish(&store, &notice);
    let record = contract::record(&notice, "2026-03-01T09:30:00Z");
    contract::append(&store, std::slice::from_ref(&record)).unwrap();
    redis.ask(&["FLUSHALL"]);
    // Somebody has begun anew meanwhile, and another notice has the number that this server knows.
    let newer = open(&redis.url(), 0);
    contract::publish(&newer, &contract::notice("polaire"));
    let again = contract::record(&notice, "2026-03-01T09:31:00Z");
    for refused in [contract::append(&store, std::slice::from_ref(&again)).err(), store.ping().err()] {
        let words = refused.unwrap().to_string();
        assert!(words.contains("emptied or set back") && words.contains("restart"), "{words}");
    }
    assert_eq!(newer.history(&notice.site, &again.consent_id).unwrap(), []);
    // As a server does when it starts.
    let restarted = open(&redis.url(), 0);
    contract::publish(&restarted, &notice);
    restarted.ping().unwrap();
    assert_eq!(contract::append(&restarted, &[again]).unwrap(), [Appended::Stored(0)]);
}

#[test]
fn what_one_machine_of_a_cluster_does_not_take_is_no_matter_of_the_others() {
    let mut cluster = Cluster::start();
    for node in &cluster.nodes {
        node.ask(&["CONFIG", "SET", "cluster-require-full-coverage", "no"]);
    }
    let store = open(&cluster.url(), 0);
    // Their slots are on the third and on the second primary.
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
