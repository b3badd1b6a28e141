//! Which settings of Redis are accepted.

use super::steps::open;
use constat_testkit::redis::{Cluster, Redis};
use std::time::{Duration, Instant};

#[test]
fn a_redis_that_may_lose_records_is_named_with_its_setting() {
    let settings = [
        (vec![], "appendonly no"),
        (vec!["--appendonly", "yes"], "appendfsync everysec"),
        (vec!["--appendonly", "yes", "--appendfsync", "no"], "appendfsync no"),
        (
            vec!["--appendonly", "yes", "--appendfsync", "always", "--no-appendfsync-on-rewrite", "yes"],
            "no-appendfsync-on-rewrite yes: set it to no",
        ),
        (
            vec!["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "allkeys-lru"],
            "maxmemory-policy allkeys-lru",
        ),
        (
            vec!["--appendonly", "yes", "--appendfsync", "always", "--rename-command", "CONFIG", ""],
            "CONFIG GET",
        ),
    ];
    for (settings, named) in settings {
        let redis = Redis::start_with(&settings);
        let error = open(&redis.url(), 0).check_durability(0).unwrap_err().to_string();
        assert!(error.contains(named) && error.contains("--accept-data-loss"), "{error}");
    }
    let redis = Redis::start();
    open(&redis.url(), 0).check_durability(0).unwrap();
    redis.ask(&["ACL", "SETUSER", "curt", "on", ">secret", "~*", "+@all", "-config"]);
    let url = format!("redis://curt:secret@127.0.0.1:{}", redis.port);
    let error = open(&url, 0).check_durability(0).unwrap_err().to_string();
    assert!(error.contains("let this account use CONFIG GET"), "{error}");
    redis.ask(&["CONFIG", "SET", "appendfsync", "everysec"]);
    let error = open(&redis.url(), 0).check_durability(1).unwrap_err().to_string();
    assert!(error.contains("appendfsync everysec"), "{error}");
}

#[test]
fn a_replica_that_would_lose_records_as_a_primary_is_named() {
    let redis = Redis::start();
    let replica = redis.replica();
    open(&redis.url(), 1).check_durability(1).unwrap();
    replica.ask(&["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"]);
    let error = open(&redis.url(), 0).check_durability(0).unwrap_err().to_string();
    let named = format!("the replica 127.0.0.1:{} has maxmemory-policy allkeys-lru", replica.port);
    assert!(error.contains(&named), "{error}");
}

#[test]
fn a_replica_that_cannot_be_asked_counts_only_when_it_has_to_confirm() {
    let redis = Redis::start();
    let replica = redis.replica();
    replica.ask(&["CONFIG", "SET", "requirepass", "another"]);
    open(&redis.url(), 0).check_durability(0).unwrap();
    let error = open(&redis.url(), 1).check_durability(1).unwrap_err().to_string();
    let named = format!("the settings of the replica 127.0.0.1:{} cannot be read", replica.port);
    assert!(error.contains(&named) && error.contains("CONFIG GET"), "{error}");
    redis.ask(&["CLIENT", "KILL", "TYPE", "REPLICA"]);
    drop(replica);
    open(&redis.url(), 1).check_durability(1).unwrap();
}

#[test]
fn every_node_of_a_cluster_is_asked_and_a_dead_replica_is_waited_for_by_nobody() {
    let mut cluster = Cluster::start();
    let check = || open(&cluster.url(), 1).check_durability(1).map_err(|error| error.to_string());
    let error = open(&cluster.url(), 0).check_durability(0).unwrap_err().to_string();
    assert!(error.contains("--min-replicas 1"), "{error}");
    check().unwrap();
    for node in [0, 4] {
        cluster.nodes[node].ask(&["CONFIG", "SET", "appendfsync", "everysec"]);
        let error = check().unwrap_err();
        let named = format!(":{} has appendfsync everysec", cluster.nodes[node].port);
        assert!(error.contains(&named), "{error}");
        cluster.nodes[node].ask(&["CONFIG", "SET", "appendfsync", "always"]);
    }
    cluster.nodes[4].kill();
    let start = Instant::now();
    while let Err(error) = open(&cluster.url(), 1).check_durability(1) {
        // Until the cluster has noticed that the replica is dead.
        assert!(error.to_string().contains("cannot be read"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(20), "{error}");
    }
}
