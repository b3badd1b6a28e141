//! Two servers on Redis with replicas: a primary dies, and a replica takes its place.

use crate::address::Address;
use crate::fleet::{Fleet, ROUNDS};
use constat_testkit::redis::{Cluster, Redis};
use constat_tests::api::SITE;
use constat_tests::moments::Moments;
use std::time::{Duration, Instant};

/// When the primary dies, in milliseconds after the first visitor.
const KILL_MS: std::ops::Range<u64> = 50..300;
/// In how many more rounds another primary of the cluster dies.
const OTHERS: usize = 4;
/// The site's logs a month; of the three primaries, two have one each.
const SHARDS: u8 = 2;
/// How long a failover may take.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_that_fails_over_keeps_every_acknowledged_record() {
    let mut moments = Moments::of_this_run();
    let mut cluster = Cluster::start();
    let mut fleet = Fleet::start(SHARDS, &cluster.url(), &["--min-replicas", "1"]).await;
    let slots = [1, 2].map(|number| {
        let tag = format!("{{{SITE}/{number}of{SHARDS}}}");
        cluster.nodes[0].ask(&["CLUSTER", "KEYSLOT", &tag]).trim().to_owned()
    });
    let mut refused_count = 0;
    for number in 1..=ROUNDS + OTHERS {
        let ms = moments.within(KILL_MS);
        let (with_site, others) = primaries(&cluster, &slots);
        let has_site = number % (ROUNDS / OTHERS + 1) != 0;
        let victims = if has_site { &with_site } else { &others };
        let victim = victims[moments.within(0..victims.len() as u64) as usize];
        let outcome = fleet
            .round(async |fleet| {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                cluster.nodes[victim].kill();
                // A server needs none of the other primaries to store a record.
                let why = if has_site { fleet.not_ready(0).await } else { "not the site's".to_owned() };
                let known = [
                    "failing over",
                    "cannot be reached",
                    "no primary",
                    "does not answer",
                    "too few replicas",
                ];
                assert!(!has_site || known.iter().any(|words| why.contains(words)), "{why}");
                wait_for_a_primary(&cluster.nodes[replica_of(victim)]).await;
                if has_site {
                    // The new primary takes every change, but nobody confirms one.
                    fleet.not_ready(1).await;
                }
                cluster.nodes[victim].restart();
                format!("node {victim} killed after {ms} ms ({why})")
            })
            .await;
        assert_eq!(outcome.lost, [""; 0]);
        assert_eq!(outcome.cut_count, 0, "the servers live on");
        refused_count += outcome.refused_count;
        cluster.wait();
    }
    assert!(refused_count > 0, "nobody was refused");
    fleet.end("kill -9 of a primary of a cluster");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_promoted_replica_has_every_acknowledged_record() {
    let mut moments = Moments::of_this_run();
    let mut primary = every_second(&[]);
    let mut replica = copy_of(&primary).await;
    let address = Address::of(primary.port).await;
    let mut fleet = Fleet::start(1, &address.url(), &["--min-replicas", "1", "--accept-data-loss"]).await;
    let mut refused_count = 0;
    for _ in 0..ROUNDS {
        let ms = moments.within(KILL_MS);
        let outcome = fleet
            .round(async |fleet| {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                // With all its files, as when a machine is lost.
                primary.kill();
                let why = fleet.not_ready(0).await;
                replica.ask(&["REPLICAOF", "NO", "ONE"]);
                address.moves_to(replica.port);
                let next = copy_of(&replica).await;
                primary = std::mem::replace(&mut replica, next);
                format!("the primary lost after {ms} ms ({why})")
            })
            .await;
        assert_eq!(outcome.lost, [""; 0]);
        assert_eq!(outcome.cut_count, 0, "the servers live on");
        refused_count += outcome.refused_count;
    }
    // In one round all may have waited for the next primary within their deadline.
    assert!(refused_count > 0, "nobody was refused");
    fleet.end("loss of a primary, its replica promoted, both appendfsync everysec");
}

/// A Redis whose file may lack what it confirmed last: only its replica has all of it.
fn every_second(args: &[&str]) -> Redis {
    Redis::start_with(&[&["--appendonly", "yes", "--appendfsync", "everysec"], args].concat())
}

/// Starts a replica, and waits until it follows.
async fn copy_of(primary: &Redis) -> Redis {
    let of = format!("127.0.0.1 {}", primary.port);
    let replica = every_second(&["--replicaof", &of]);
    primary.ask(&["CONFIG", "SET", "repl-diskless-sync-delay", "0"]);
    let start = Instant::now();
    while !replica.ask(&["INFO", "replication"]).contains("master_link_status:up") {
        assert!(start.elapsed() < PATIENCE, "the replica does not follow: {}", replica.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    replica
}

/// The one that has the same slots.
fn replica_of(node: usize) -> usize {
    (node + 3) % 6
}

/// Waits until the cluster has made a node a primary.
async fn wait_for_a_primary(node: &Redis) {
    let start = Instant::now();
    while !node.ask(&["ROLE"]).starts_with("master") {
        assert!(start.elapsed() < PATIENCE, "the cluster does not fail over: {}", node.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The nodes that are primaries now: those that have a shard of the site, and the others.
fn primaries(cluster: &Cluster, slots: &[String]) -> (Vec<usize>, Vec<usize>) {
    let is_primary = |node: &usize| cluster.nodes[*node].ask(&["ROLE"]).starts_with("master");
    let has_a_shard = |node: &usize| {
        let count = |slot: &String| cluster.nodes[*node].ask(&["CLUSTER", "COUNTKEYSINSLOT", slot]);
        slots.iter().any(|slot| count(slot).trim() != "0")
    };
    let (with_site, others): (Vec<_>, Vec<_>) =
        (0..cluster.nodes.len()).filter(is_primary).partition(has_a_shard);
    assert_eq!((with_site.len(), others.len()), (2, 1), "a cluster that agrees has three primaries");
    (with_site, others)
}
