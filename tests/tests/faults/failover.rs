//! Two servers on Redis with replicas: a primary dies, and a replica takes its place.

use crate::fleet::{Fleet, ROUNDS};
use constat_tests::api::SITE;
use constat_tests::moments::Moments;
use constat_tests::redis::Cluster;
use std::time::Duration;

/// When the primary dies, in milliseconds after the first visitor.
const KILL_MS: std::ops::Range<u64> = 50..300;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_that_fails_over_keeps_every_acknowledged_record() {
    let mut moments = Moments::of_this_run();
    let mut cluster = Cluster::start();
    let mut fleet = Fleet::start(&cluster.url(), &["--min-replicas", "1"]).await;
    let mut refused_count = 0;
    for _ in 0..ROUNDS {
        let ms = moments.within(KILL_MS);
        // Mostly the one that has the site, sometimes one of the two others.
        let primaries = primaries(&cluster);
        let victim = primaries[[0, 0, 0, 1, 2][moments.within(0..5) as usize]];
        let outcome = fleet
            .round(async |fleet| {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                cluster.nodes[victim].kill();
                let why = fleet.not_ready(0).await;
                format!("node {victim} killed after {ms} ms ({why})")
            })
            .await;
        assert_eq!(outcome.lost, [""; 0]);
        assert_eq!(outcome.cut_count, 0, "the servers live on");
        refused_count += outcome.refused_count;
        cluster.nodes[victim].restart();
        cluster.wait();
    }
    assert!(refused_count > 0, "nobody was refused");
    fleet.end("kill -9 of a primary of a cluster");
}

/// The nodes that are primaries now, first the one that has the site.
fn primaries(cluster: &Cluster) -> Vec<usize> {
    let slot = cluster.nodes[0].ask(&["CLUSTER", "KEYSLOT", &format!("{{{SITE}}}")]);
    let mut primaries = Vec::new();
    for (number, node) in cluster.nodes.iter().enumerate() {
        if !node.ask(&["ROLE"]).starts_with("master") {
            continue;
        }
        match node.ask(&["CLUSTER", "COUNTKEYSINSLOT", slot.trim()]).trim() {
            "0" => primaries.push(number),
            _ => primaries.insert(0, number),
        }
    }
    assert_eq!(primaries.len(), 3, "a cluster that agrees has three primaries");
    primaries
}
