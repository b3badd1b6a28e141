//! The store on Redis agrees with the model.

use super::steps::open;
use crate::store::contract::random;
use constat_testkit::redis::{Cluster, Redis};

/// Runs random sequences, each on an empty store; fewer when each step waits for a replica.
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
