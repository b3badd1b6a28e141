//! `constat copy` as an operator runs it: killed again and again, and beside servers.

use constat_testkit::redis::Redis;
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Api, SITE, SITE_ORIGIN, answer, client, post};
use constat_tests::consent;
use constat_tests::server::{Server, binary, run};
use constat_tests::sites::Sites;
use reqwest::Method;
use reqwest::header::ORIGIN;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// Three pages of records.
const RECORDS: usize = 1200;
const CONNECTIONS: usize = 16;
/// Where the copy dies, and how often it passes each point before.
const CRASHES: [(&str, u32); 6] = [
    ("copy.notice_put", 1),
    ("copy.records_put", 1),
    ("copy.records_put", 3),
    ("copy.leaves_put", 1),
    ("copy.documents_put", 1),
    ("copy.trail_put", 1),
];
/// After how long it is killed besides, in milliseconds.
const KILLS_MS: [u64; 6] = [20, 35, 50, 80, 120, 200];

fn sqlite(data: &Path) -> String {
    format!("sqlite:{}", data.display())
}

fn copy(from: &str, to: &str) -> Command {
    let mut command = Command::new(binary());
    command.args(["copy", "--from", from, "--to", to]);
    command
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Posts many answers, and erases one visitor's; returns one request that is still stored.
async fn fill(api: &Api) -> Value {
    let hash = api.notice_hash().await;
    let url = format!("{}/v1/sites/{SITE}/consents", api.server.url);
    let visitors = (0..CONNECTIONS).map(|_| {
        let (hash, url) = (hash.clone(), url.clone());
        tokio::spawn(async move {
            for _ in 0..RECORDS / CONNECTIONS {
                let body = consent::request(&hash, "refuse_all").to_string();
                let post = client().post(&url).header(ORIGIN, SITE_ORIGIN).body(body);
                assert_eq!(answer(post).await.status, 201);
            }
        })
    });
    for visitor in visitors.collect::<Vec<_>>() {
        visitor.await.unwrap();
    }
    let (kept, erased) = (api.consent("allow_all").await, api.consent("allow_all").await);
    assert_eq!(api.post(&kept).await.status, 201);
    let receipt = api.post(&erased).await.json()["receipt"].as_str().unwrap().to_owned();
    let id = erased["consent_id"].as_str().unwrap();
    assert_eq!(api.history(Method::DELETE, id, &receipt).await.status, 200);
    kept
}

/// An account, a session and two months of the audit trail, of which one was dropped, in the place of the
/// server's own entries.
fn fill_console(data: &Path) {
    let store = rusqlite::Connection::open(data.join("constat.db")).unwrap();
    store
        .execute_batch(
            r#"DELETE FROM trail; DELETE FROM trail_segments;
               INSERT INTO documents VALUES ('account', 'ada@example.org', 3, NULL,
                 '{"id":"1","email":"ada@example.org","grants":[],"made_at":"2026-03-01T09:30:00.000Z","made_by":"a test"}'),
                 ('session', 'a hash', 1, 4102444800000, '{}');
               INSERT INTO trail VALUES (5, 1772357400000, 'ada@example.org', 'records_read', 'boreale', 'an id',
                 x'018f4b1c2d3e7a4b8c5d6e7f80910111', zeroblob(32), randomblob(32), randomblob(32)),
                 (6, 1772357400001, NULL, 'sign_in_failed', NULL, NULL, NULL, NULL, randomblob(32), randomblob(32));
               INSERT INTO trail_segments VALUES ('2026-02', 0, 5, 1, 'a head'), ('2026-03', 5, 7, 0, 'the last head')"#,
        )
        .unwrap();
}

/// Every row of a database, table by table, without the numbers that it gives itself.
fn rows(data: &Path) -> Vec<Vec<String>> {
    let store = rusqlite::Connection::open(data.join("constat.db")).unwrap();
    let log = "(SELECT name FROM named WHERE id = log)";
    let named = "SELECT logs.id, site || month || shard_number || shard_count
                 FROM logs JOIN shards ON shards.id = logs.shard";
    let queries = [
        "SELECT quote(notice_hash) || published_at || site || json FROM notices".to_owned(),
        format!(
            "SELECT quote(event_id) || quote(consent_id) || quote(previous_event_id) || action || layer ||
             language || categories || vendors || gpc || dnt || recorded_at || choice_expires_at ||
             expires_at || quote(commitment_key) || {log} || leaf_index FROM records"
        ),
        "SELECT name || quote(checkpoint) FROM named JOIN logs USING (id)".to_owned(),
        format!("SELECT {log} || level || ' ' || place || quote(hash) FROM subtrees"),
        format!("SELECT {log} || leaf_index || json FROM entries"),
        "SELECT site || shard_number || quote(fingerprint) || forgotten_at
         FROM erased_events JOIN shards ON shards.id = shard"
            .to_owned(),
        "SELECT number || kid || added_at || jwk FROM keys".to_owned(),
        "SELECT kind || id || version || quote(ends_at) || json FROM documents".to_owned(),
        "SELECT entry_index || at || quote(who) || action || quote(site) || quote(target) || quote(consent_id) ||
         quote(commitment_key) || quote(commitment) || quote(link) FROM trail"
            .to_owned(),
        "SELECT month || first_index || end_index || is_dropped || head FROM trail_segments".to_owned(),
    ];
    let all = |query: &String| {
        let sql = format!("WITH named (id, name) AS ({named}) {query} ORDER BY 1");
        let mut statement = store.prepare(&sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    queries.iter().map(all).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_is_killed_again_and_again_ends_equal_and_comes_back_the_same() {
    let api = Api::start();
    let kept = fill(&api).await;
    assert!(api.get(&format!("/v1/sites/{SITE}/log/{}/checkpoint", month(&api))).await.status == 200);
    let Api { server, sites, data, .. } = api;
    assert!(server.stop());
    fill_console(data.path());
    let (redis, from) = (Redis::start(), sqlite(data.path()));
    for (point, count) in CRASHES {
        let output =
            copy(&from, &redis.url()).env("CONSTAT_CRASH_AT", format!("{point}:{count}")).output().unwrap();
        assert!(output.status.code().is_none(), "{point}: it came to no such point: {}", words(&output));
        // Nobody goes on with half a log.
        let serve = ["serve", "--port", "0", "--sites", sites.arg(), "--store", &redis.url(), "--data"];
        let refused = run(serve.into_iter().chain(data.path().to_str())).await;
        assert!(!refused.status.success() && words(&refused).contains("constat copy"), "{refused:?}");
    }
    for kill_ms in KILLS_MS {
        let mut child =
            copy(&from, &redis.url()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(kill_ms));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let output = copy(&from, &redis.url()).output().unwrap();
    assert!(output.status.success(), "{}", words(&output));
    let back = tempfile::tempdir().unwrap();
    let output = copy(&redis.url(), &sqlite(back.path())).output().unwrap();
    assert!(output.status.success(), "{}", words(&output));
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(
        printed.contains(&format!("records {} ", RECORDS + 1)) && printed.contains("audited"),
        "{printed}"
    );
    let before = rows(data.path());
    assert!(before.iter().all(|rows| !rows.is_empty()), "every table has something to compare");
    assert_eq!(before[1].len(), RECORDS + 1);
    assert!(before == rows(back.path()), "what came back is not what went");
    // The keys stayed where they were; a server goes on with them and the copy.
    let server = Server::start(data.path(), &["--sites", sites.arg(), "--store", &redis.url()]);
    let again = post(&server, &kept).await;
    assert_eq!((again.status, &again.json()["record"]["event_id"]), (200, &kept["event_id"]));
}

/// This month, as the server's clock has it.
fn month(api: &Api) -> String {
    let store = rusqlite::Connection::open(api.data.path().join("constat.db")).unwrap();
    store.query_row("SELECT max(month) FROM logs", [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_copy_beside_a_server_is_refused_and_writes_nothing() {
    let (api, redis) = (Api::start(), Redis::start());
    let (served, empty) = (sqlite(api.data.path()), tempfile::tempdir().unwrap());
    let output = copy(&served, &redis.url()).output().unwrap();
    assert!(!output.status.success() && words(&output).contains("stop it"), "{}", words(&output));
    assert_eq!(redis.ask(&["DBSIZE"]).trim(), "0");
    let keys = tempfile::tempdir().unwrap();
    let on_redis = ["--sites", api.sites.arg(), "--store", &redis.url()];
    let server = Server::start(keys.path(), &on_redis);
    for (from, to) in [(redis.url(), sqlite(empty.path())), (sqlite(empty.path()), redis.url())] {
        let output = copy(&from, &to).output().unwrap();
        assert!(!output.status.success(), "{from} {to}");
        let named = if from == redis.url() { "is connected to it" } else { "there is no store" };
        assert!(words(&output).contains(named), "{}", words(&output));
    }
    assert!(server.stop());
    let output = copy(&redis.url(), &sqlite(empty.path())).output().unwrap();
    assert!(output.status.success(), "{}", words(&output));
}

#[tokio::test]
async fn a_copy_names_what_it_cannot_use() {
    let (dir, redis) = (tempfile::tempdir().unwrap(), Redis::start());
    let folder = sqlite(dir.path());
    redis.ask(&["SET", "basket:7", "full"]);
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    assert!(Server::start(dir.path(), &["--sites", sites.arg()]).stop());
    let (empty, other) = (Redis::start(), tempfile::tempdir().unwrap());
    let into = sqlite(other.path());
    let cases = [
        (folder.as_str(), folder.as_str(), "the same store"),
        (&empty.url(), &into, "there is no store in the Redis of --from"),
        ("/srv/data", folder.as_str(), "sqlite:DIR"),
        (folder.as_str(), "redis://", "--to must be redis://"),
        (folder.as_str(), &redis.url(), "not Constat's"),
    ];
    for (from, to, named) in cases {
        let output = copy(from, to).output().unwrap();
        assert!(
            !output.status.success() && words(&output).contains(named),
            "{from} {to}: {}",
            words(&output)
        );
    }
}
