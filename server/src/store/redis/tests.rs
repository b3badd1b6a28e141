use super::*;
use crate::store::contract::{self, random};
use processes::{Cluster, Redis};

type Test = fn(&dyn Store);

macro_rules! list {
    ($($name:ident)*) => { [$((stringify!($name), contract::$name as Test)),*] };
}

/// Opens the store at an address, and makes it when there is none.
pub fn open(url: &str, min_replicas: u32) -> RedisStore {
    let store = RedisStore::reach(&Address::parse(url).unwrap(), min_replicas).unwrap();
    store.make().unwrap();
    store
}

/// Runs every contract on an empty store.
fn keeps_every_contract(url: &str, min_replicas: u32, nodes: &[&Redis]) {
    for (name, test) in contract::every_contract!(list) {
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

#[test]
fn every_sequence_agrees_with_a_model() {
    let redis = Redis::start();
    random::every_sequence_agrees_with_a_model(|| {
        redis.ask(&["FLUSHALL"]);
        ((), open(&redis.url(), 0))
    });
}
