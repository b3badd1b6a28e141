//! Servers and subcommands on a store in Redis.

use constat_testkit::authority::{Authority, Making};
use constat_testkit::redis::Redis;
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{SITE, SITE_ORIGIN, answer, client, get, notice_hash, post};
use constat_tests::consent;
use constat_tests::server::{self, Server};
use constat_tests::sites::Sites;
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Several servers sign with one key.
fn copy_keys(from: &Path, to: &Path) {
    std::fs::create_dir(to.join("keys")).expect("a folder can be made");
    std::fs::copy(from.join("keys/1.pem"), to.join("keys/1.pem")).expect("the key can be copied");
}

/// Runs a subcommand on the store in Redis; returns what it prints.
async fn run(data: &Path, redis: &Redis, args: &[&str]) -> String {
    let url = redis.url();
    let data = data.to_str().expect("the path is text");
    let output = server::run([args, &["--data", data, "--store", &url]].concat()).await;
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn two_servers_on_one_redis_are_one_to_a_visitor() {
    let redis = Redis::start();
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("there is room for a temporary folder"));
    let url = redis.url();
    let args = ["--sites", sites.arg(), "--store", &url];
    let first = Server::start(folders[0].path(), &args);
    copy_keys(folders[0].path(), folders[1].path());
    let second = Server::start(folders[1].path(), &args);

    let consent = consent::request(&notice_hash(&first).await, "allow_all");
    let stored = post(&first, &consent).await;
    let repeated = post(&second, &consent).await;
    assert_eq!((stored.status, repeated.status), (201, 200), "{stored:?} {repeated:?}");
    assert_eq!(stored.json(), repeated.json());
    let another = consent::request(&notice_hash(&second).await, "refuse_all");
    assert_eq!(post(&second, &another).await.status, 201);

    let (event, consent_id) = (&consent["event_id"], consent["consent_id"].as_str().expect("an id is text"));
    let record = stored.json()["record"].clone();
    let month = &record["recorded_at"].as_str().expect("a time is text")[..7];
    let of = ["--site", SITE, "--consent-id", consent_id];
    let data = folders[1].path();
    let records = run(data, &redis, &[&["records", "--json"], &of[..]].concat()).await;
    let records: Value = serde_json::from_str(&records).expect("the records are JSON");
    assert_eq!((&records[0]["event_id"], &records[0]), (event, &record));
    let audited = run(data, &redis, &["audit", "--site", SITE, "--month", month]).await;
    assert!(audited.contains("records 2"), "{audited}");
    let bundle = data.join("evidence.json");
    let bundle = bundle.to_str().expect("the path is text");
    run(data, &redis, &[&["prove", "--output", bundle], &of[..]].concat()).await;
    assert!(server::run(["verify", bundle]).await.status.success());
    assert_eq!(run(data, &redis, &["keys", "list"]).await.lines().count(), 1);
}

#[tokio::test]
async fn a_redis_that_is_gone_is_reported_and_waited_for() {
    let mut redis = Redis::start();
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    let folder = tempfile::tempdir().expect("there is room for a temporary folder");
    let server = Server::start(folder.path(), &["--sites", sites.arg(), "--store", &redis.url()]);
    let hash = notice_hash(&server).await;
    assert_eq!(get(&server, "/readyz").await.status, 200);
    redis.kill();
    let start = Instant::now();
    let refused = post(&server, &consent::request(&hash, "allow_all")).await;
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
    assert_eq!((refused.status, refused.header("retry-after")), (503, "5"), "{refused:?}");
    refused.assert_problem("gone", "store_unavailable", "");
    let ready = get(&server, "/readyz").await;
    let detail = ready.json()["detail"].as_str().expect("a problem has a detail").to_owned();
    assert!(
        ready.status == 503 && detail.contains("Redis cannot be reached (Connection refused"),
        "{ready:?}"
    );
    assert_eq!(get(&server, &format!("/v1/sites/{SITE}/notice/fr")).await.status, 200);
    redis.restart();
    let start = Instant::now();
    while get(&server, "/readyz").await.status != 200 {
        assert!(start.elapsed() < Duration::from_secs(20), "{}", server.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(post(&server, &consent::request(&hash, "allow_all")).await.status, 201);
}

#[tokio::test]
async fn a_full_redis_takes_no_record_and_still_erases_what_a_visitor_wants_erased() {
    let redis = Redis::start();
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    let folder = tempfile::tempdir().expect("there is room for a temporary folder");
    let server = Server::start(folder.path(), &["--sites", sites.arg(), "--store", &redis.url()]);
    let hash = notice_hash(&server).await;
    let erased = consent::request(&hash, "allow_all");
    let stored = post(&server, &erased).await.json();
    let used = redis.used_bytes();
    redis.ask(&["CONFIG", "SET", "maxmemory", &(used + 65_536).to_string()]);
    let mut stored_count = 0;
    let refused = loop {
        let answer = post(&server, &consent::request(&hash, "allow_all")).await;
        if answer.status != 201 {
            break answer;
        }
        stored_count += 1;
        assert!(stored_count < 1000, "{} bytes are used", redis.used_bytes());
    };
    assert_eq!((refused.status, refused.header("retry-after")), (503, "5"), "{refused:?}");
    let ready = get(&server, "/readyz").await;
    assert!(ready.status == 503 && ready.text().contains("Redis is full"), "{ready:?}");
    let (id, receipt) = (erased["consent_id"].as_str(), stored["receipt"].as_str());
    let (id, receipt) = (id.expect("an id is text"), receipt.expect("a receipt is text"));
    let url = format!("{}/v1/sites/{SITE}/consents/{id}", server.url);
    let gone = answer(client().delete(&url).bearer_auth(receipt)).await;
    assert_eq!((gone.status, &gone.json()["erased_count"]), (202, &Value::from(1)), "{gone:?}");
    let month = &stored["record"]["recorded_at"].as_str().expect("a time is text")[..7];
    assert_eq!(get(&server, &format!("/v1/sites/{SITE}/log/{month}/checkpoint")).await.status, 200);
    let audited = run(folder.path(), &redis, &["audit", "--site", SITE, "--month", month]).await;
    assert!(audited.contains(&format!("records {stored_count}")), "{audited}");
}

#[tokio::test]
async fn a_server_does_not_start_on_a_redis_that_may_lose_records() {
    let redis = Redis::start_with(&["--appendonly", "yes", "--appendfsync", "everysec"]);
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    let folder = tempfile::tempdir().expect("there is room for a temporary folder");
    let (data, url) = (folder.path().to_str().expect("the path is text"), redis.url());
    let serve = ["serve", "--port", "0", "--sites", sites.arg(), "--data", data, "--store", &url];
    let output = server::run(serve).await;
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{words}");
    for word in ["appendfsync everysec", "always", "--accept-data-loss"] {
        assert!(words.contains(word), "{words}");
    }
    Server::start(folder.path(), &["--sites", sites.arg(), "--store", &url, "--accept-data-loss"]);
    for url in ["redis://u:secret@127.0.0.1:x", "sqlite:data"] {
        let output =
            server::run(["records", "--store", url, "--site", SITE, "--consent-id", &consent::uuid()]).await;
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && words.contains("redis+cluster://") && !words.contains("secret"),
            "{words}"
        );
    }
}

#[tokio::test]
async fn a_command_that_finds_no_store_in_redis_fails_and_writes_nothing() {
    let redis = Redis::start();
    let (folder, url) = (tempfile::tempdir().expect("there is room for a temporary folder"), redis.url());
    let data = folder.path().to_str().expect("the path is text");
    let id = consent::uuid();
    let commands: [&[&str]; 5] = [
        &["records", "--site", SITE, "--consent-id", &id],
        &["audit", "--site", SITE, "--month", "2026-11"],
        &["prove", "--site", SITE, "--consent-id", &id, "--output", "evidence.json"],
        &["keys", "list"],
        &["keys", "rotate"],
    ];
    for command in commands {
        let output = server::run([command, &["--data", data, "--store", &url]].concat()).await;
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        let named = "there is no store in the Redis of --store: name the one `constat serve` was given";
        assert!(!output.status.success() && words.contains(named), "{command:?}: {words}");
        assert_eq!(redis.ask(&["DBSIZE"]).trim(), "0", "{command:?}");
    }
    let unsafe_redis = Redis::start_with(&[]);
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    redis.ask(&["SET", "basket:7", "full"]);
    for (redis, named) in [(&unsafe_redis, "appendonly"), (&redis, "not Constat's")] {
        let count = redis.ask(&["DBSIZE"]);
        let (url, port) = (redis.url(), ["--port", "0"]);
        let serve = ["serve", "--sites", sites.arg(), "--data", data, "--store", &url];
        let output = server::run([&serve[..], &port].concat()).await;
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && words.contains(named), "{words}");
        assert_eq!(redis.ask(&["DBSIZE"]), count);
    }
}

const UNTRUSTED: &str = "the certificate of Redis is not trusted: name the file of its CA in SSL_CERT_FILE";

/// Whether `constat records` succeeds with the CAs of this file, and what it prints.
fn records(url: &str, ca: &Path, consent_id: &str) -> (bool, String) {
    let mut command = Command::new(server::binary());
    command.args(["records", "--json", "--site", SITE, "--consent-id", consent_id, "--store", url]);
    let command = command.arg("--accept-data-loss").env("SSL_CERT_FILE", ca).env_remove("SSL_CERT_DIR");
    let output = command.output().expect("the binary can be started");
    let words = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(words).expect("the output is UTF-8"))
}

#[tokio::test]
async fn redis_behind_tls_is_used_when_its_certificate_is_trusted_and_not_otherwise() {
    let authority = Authority::make(&Making::GOOD);
    let redis = Redis::start_with_tls(&authority.web(), &[]);
    let port = redis.tls_port.expect("it takes TLS");
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    let folder = tempfile::tempdir().expect("there is room for a temporary folder");
    let url = format!("rediss://127.0.0.1:{port}");
    let args = ["--sites", sites.arg(), "--store", &url];
    let server = Server::start_trusting(&authority.ca(), folder.path(), &args);
    let consent = consent::request(&notice_hash(&server).await, "allow_all");
    assert_eq!(post(&server, &consent).await.status, 201);
    assert_eq!(get(&server, "/readyz").await.status, 200);
    let id = consent["consent_id"].as_str().expect("an id is text");
    let records = |url: &str, ca: &Path| records(url, ca, id);
    let (found, words) = records(&url, &authority.ca());
    assert!(found && words.contains(id), "{words}");
    let (found, words) = records(&url, &Authority::make(&Making::GOOD).ca());
    assert!(!found && words.contains(UNTRUSTED) && words.contains("BadSignature"), "{words}");
    let (found, words) = records(&format!("rediss://localhost:{port}"), &authority.ca());
    assert!(!found && words.contains(UNTRUSTED) && words.contains("not valid for name"), "{words}");
    let (found, words) = records(&format!("redis://127.0.0.1:{port}"), &authority.ca());
    assert!(!found && words.contains("Redis cannot be reached"), "{words}");
}

#[tokio::test]
async fn a_cluster_behind_tls_is_used_from_one_of_its_nodes_on() {
    let authority = Authority::make(&Making::GOOD);
    let ca = authority.ca();
    let settings = ["--cluster-enabled", "yes", "--tls-cluster", "yes", "--tls-ca-cert-file"];
    let ca_file = ca.to_str().expect("the path is text");
    let node = Redis::start_with_tls(&authority.web(), &[&settings[..], &[ca_file]].concat());
    node.ask(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
    let start = Instant::now();
    while !node.ask(&["CLUSTER", "INFO"]).contains("cluster_state:ok") {
        assert!(start.elapsed() < Duration::from_secs(20), "{}", node.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    let folder = tempfile::tempdir().expect("there is room for a temporary folder");
    let url = format!("rediss+cluster://127.0.0.1:{}", node.tls_port.expect("it takes TLS"));
    let args = ["--sites", sites.arg(), "--store", &url, "--accept-data-loss"];
    let server = Server::start_trusting(&authority.ca(), folder.path(), &args);
    let consent = consent::request(&notice_hash(&server).await, "allow_all");
    assert_eq!(post(&server, &consent).await.status, 201);
    assert_eq!(get(&server, "/readyz").await.status, 200);
    let (found, words) = records(&url, &Authority::make(&Making::GOOD).ca(), &consent::uuid());
    assert!(!found && words.contains(UNTRUSTED), "{words}");
}
