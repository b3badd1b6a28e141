//! The store on Redis keeps every contract.

use super::steps::open;
use crate::store::{CopyStore, contract};
use constat_testkit::cases::named;
use constat_testkit::redis::{Cluster, Redis};

type Test = fn(&dyn CopyStore);

macro_rules! list {
    ($($part:ident::$name:ident)*) => {
        [$((stringify!($name), (|store| contract::$part::$name(store)) as Test)),*]
    };
}

/// Runs every contract on an empty store.
fn keeps_every_contract(url: &str, min_replicas: u32, nodes: &[&Redis]) {
    let contracts = [&contract::every_contract!(list)[..], &contract::every_copy_contract!(list)].concat();
    for (name, test) in contracts {
        named(name, || {
            for node in nodes {
                node.ask(&["FLUSHALL"]);
            }
            test(&open(url, min_replicas));
        });
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
