//! A site with several logs a month, in a file and in Redis.

use constat_shared::{Jwk, LogId, LogShards, Receipt, SignedCheckpoint};
use constat_testkit::redis::Redis;
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{SITE, SITE_ORIGIN, get, notice_hash, post};
use constat_tests::consent;
use constat_tests::server::{self, Server};
use constat_tests::sites::Sites;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

fn site_file(shards: u8) -> String {
    format!("log_shards = {shards}\n{}", with_shipped_vendors(SITE, SITE_ORIGIN))
}

/// Runs a subcommand; returns what it prints, or why it failed.
async fn run(data: &Path, store: &[&str], args: &[&str]) -> Result<String, String> {
    let data = ["--data", data.to_str().expect("the path is text")];
    let output = server::run([args, &data, store].concat()).await;
    let printed = if output.status.success() { &output.stdout } else { &output.stderr };
    let printed = String::from_utf8_lossy(printed).into_owned();
    if output.status.success() { Ok(printed) } else { Err(printed) }
}

/// Posts an answer and opens its receipt.
async fn taken(server: &Server, key: &Jwk, consent: &Value) -> Receipt {
    let posted = post(server, consent).await;
    assert!(matches!(posted.status, 200 | 201), "{posted:?}");
    let token = posted.json()["receipt"].as_str().expect("a receipt is text").to_owned();
    Receipt::open(&token, &key.key().expect("the key is whole")).expect("the receipt is the server's")
}

/// Checks every log of a site with four logs a month.
async fn every_shard_is_proven(store: &[&str]) {
    let sites = Sites::with(SITE, &site_file(4));
    let folder = tempfile::tempdir().expect("there is room for a temporary folder");
    let data = folder.path();
    let server = Server::start(data, &[&["--sites", sites.arg()], store].concat());
    let hash = notice_hash(&server).await;
    let keys = get(&server, "/.well-known/jwks.json").await.json();
    let key: Jwk = serde_json::from_value(keys["keys"][0].clone()).expect("the server has a key");

    let mut logs: BTreeMap<LogId, u64> = BTreeMap::new();
    let mut last = None;
    for _ in 0..40 {
        let consent = consent::request(&hash, "refuse_all");
        let receipt = taken(&server, &key, &consent).await;
        let shards = LogShards::new(4).expect("four are not too many");
        assert_eq!(receipt.log, LogId::of(&receipt.record, shards));
        assert_eq!(receipt.log, taken(&server, &key, &consent).await.log);
        *logs.entry(receipt.log.clone()).or_default() += 1;
        last = Some(receipt);
    }
    assert_eq!(logs.len(), 4, "of 40 random ids some are in every shard but once in 25,000 times");
    for (log, record_count) in &logs {
        let log_path = format!("/v1/sites/{SITE}/log/{}", log.name());
        let note = get(&server, &format!("{log_path}/checkpoint")).await;
        let head = SignedCheckpoint::from(note.text())
            .open(log, &key.key().expect("the key is whole"))
            .expect("it is signed");
        // The first one also names what is served.
        assert_eq!(head.size, record_count + u64::from(log.shard.number() == 1), "{}", log.origin());
        let proof = get(&server, &format!("{log_path}/proof/0")).await.json();
        assert_eq!(proof["log"], serde_json::to_value(log).expect("a log is JSON"));
        let path = format!("{log_path}/consistency?from=1&to={}", head.size);
        assert_eq!(get(&server, &path).await.status, 200);
    }
    let last = last.expect("there were forty");
    let month = last.log.month.to_string();
    for wrong in [month.clone(), format!("{month}/1of3"), format!("{month}/5of4"), format!("{month}/1of1")] {
        let refused = get(&server, &format!("/v1/sites/{SITE}/log/{wrong}/checkpoint")).await;
        assert_eq!(refused.status, 404, "{wrong}");
    }

    let audited =
        run(data, store, &["audit", "--site", SITE, "--month", &month]).await.expect("the logs agree");
    assert_eq!(audited.matches("agree with what is stored").count(), 4, "{audited}");
    let bundle = data.join("evidence.json");
    let bundle = bundle.to_str().expect("the path is text");
    let consent_id = last.sub.to_string();
    let of = ["--site", SITE, "--consent-id", &consent_id];
    run(data, store, &[&["prove", "--output", bundle], &of[..]].concat()).await.expect("it can be proven");
    let verified = server::run(["verify", bundle]).await;
    let printed = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(verified.status.success() && printed.contains(&last.log.origin()), "{verified:?}");
    drop(server);
    a_changed_number_is_refused(&sites, data, store).await;
}

async fn a_changed_number_is_refused(sites: &Sites, data: &Path, store: &[&str]) {
    sites.write(SITE, &site_file(2));
    let serve = ["serve", "--port", "0", "--sites", sites.arg()];
    let refused = run(data, store, &serve).await.expect_err("the number has changed");
    assert!(refused.contains(SITE) && refused.contains("write log_shards = 4"), "{refused}");
    sites.write(SITE, &site_file(4));
    Server::start(data, &[&["--sites", sites.arg()], store].concat());
}

#[tokio::test]
async fn a_site_with_several_logs_a_month_proves_every_record_from_a_file() {
    every_shard_is_proven(&[]).await;
}

#[tokio::test]
async fn a_site_with_several_logs_a_month_proves_every_record_from_redis() {
    let redis = Redis::start();
    every_shard_is_proven(&["--store", &redis.url()]).await;
}
