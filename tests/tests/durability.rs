//! A server killed at any moment has every record it acknowledged, once (invariant 3).

use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{SITE, SITE_ORIGIN};
use constat_tests::consent;
use constat_tests::moments::Moments;
use constat_tests::server::{Server, run as run_command};
use constat_tests::sites::Sites;
use reqwest::Client;
use reqwest::header::ORIGIN;
use rusqlite::Connection;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

const ROUNDS: usize = 20;
const CONNECTIONS: usize = 16;
/// When the server is killed, in milliseconds after the first request.
const KILL_MS: std::ops::Range<u64> = 50..400;
/// How many records of each round are asked for again after the restart.
const REPEATED_MAX: usize = 10;

/// What the clients know of one round.
#[derive(Default)]
struct Round {
    /// The record of each event that was acknowledged.
    acknowledged: HashMap<String, Value>,
    /// What was sent, with an answer or without.
    sent: HashMap<String, Value>,
}

impl Round {
    fn add(&mut self, other: Round) {
        self.acknowledged.extend(other.acknowledged);
        self.sent.extend(other.sent);
    }
}

async fn post(client: &Client, url: &str, body: &Value) -> reqwest::Result<(u16, Value)> {
    let url = format!("{url}/v1/sites/{SITE}/consents");
    let post = client.post(url).header(ORIGIN, SITE_ORIGIN).bearer_auth(consent::secret_of(body));
    let answer = post.body(body.to_string()).send().await?;
    let status = answer.status().as_u16();
    Ok((status, answer.json().await?))
}

/// Posts one answer after the other until the server is gone.
async fn visitor(client: Client, url: Arc<str>, notice_hash: Arc<str>) -> Round {
    let mut round = Round::default();
    loop {
        let body = consent::request(&notice_hash, "refuse_all");
        let event = body["event_id"].as_str().expect("a request has an event id").to_owned();
        round.sent.insert(event.clone(), body.clone());
        match post(&client, &url, &body).await {
            Ok((201, mut reply)) => round.acknowledged.insert(event, reply["record"].take()),
            Ok((status, reply)) => panic!("{status}: {reply}"),
            Err(_) => return round,
        };
    }
}

/// The event ids in a copy of the files that a killed server left, so that the
/// next server finds them as they were.
fn stored(data: &Path) -> BTreeSet<String> {
    let copy = tempfile::tempdir().expect("there is room for a copy");
    for name in ["constat.db", "constat.db-wal"] {
        // A server that was killed early may have left no log of changes.
        let _ = std::fs::copy(data.join(name), copy.path().join(name));
    }
    let store = Connection::open(copy.path().join("constat.db")).expect("the store opens");
    let verdict: String = store
        .pragma_query_value(None, "integrity_check", |row| row.get(0))
        .expect("the store can be checked");
    assert_eq!(verdict, "ok");
    let mut rows = store.prepare("SELECT event_id FROM records").expect("the store has records");
    let rows = rows.query_map([], |row| row.get::<_, [u8; 16]>(0)).expect("the records can be read");
    let all: Vec<_> = rows
        .map(|event| uuid::Uuid::from_bytes(event.expect("a record has an event id")).to_string())
        .collect();
    let events: BTreeSet<_> = all.iter().cloned().collect();
    assert_eq!(events.len(), all.len(), "an event is stored twice");
    events
}

/// Sends again what got no answer, as browsers do, and some of what did.
async fn resend(client: &Client, url: &str, round: &Round, stored: &BTreeSet<String>) {
    let (answered, unanswered): (Vec<_>, Vec<_>) =
        round.sent.iter().partition(|(event, _)| round.acknowledged.contains_key(*event));
    for (event, body) in unanswered.into_iter().chain(answered.into_iter().take(REPEATED_MAX)) {
        let (status, reply) = post(client, url, body).await.expect("the server answers");
        assert_eq!(status, if stored.contains(event) { 200 } else { 201 }, "{event}: {reply}");
        if let Some(first) = round.acknowledged.get(event) {
            assert_eq!(&reply["record"], first, "the first answer is the answer");
        }
    }
}

/// Starts a server, lets everybody post, and kills it.
async fn run(
    sites: &Sites,
    data: &Path,
    kill_ms: u64,
    before: Option<&Round>,
    stored: &BTreeSet<String>,
) -> Round {
    let server = Server::start(data, &["--sites", sites.arg()]);
    if let Some(before) = before {
        resend(&client(), &server.url, before, stored).await;
    }
    let visitors = visitors(&server).await;
    tokio::time::sleep(Duration::from_millis(kill_ms)).await;
    server.kill();
    outcome(visitors).await
}

fn client() -> Client {
    Client::builder().no_proxy().build().expect("a client can be made")
}

/// Lets everybody post, each until the server is gone.
async fn visitors(server: &Server) -> Vec<JoinHandle<Round>> {
    let client = client();
    let url: Arc<str> = server.url.as_str().into();
    let notice =
        client.get(format!("{url}/v1/sites/{SITE}/notice/fr")).send().await.expect("the server answers");
    let notice: Value = notice.json().await.expect("a notice is JSON");
    let hash: Arc<str> = notice["notice_hash"].as_str().expect("a notice has a hash").into();
    (0..CONNECTIONS)
        .map(|_| tokio::spawn(visitor(client.clone(), Arc::clone(&url), Arc::clone(&hash))))
        .collect()
}

async fn outcome(visitors: Vec<JoinHandle<Round>>) -> Round {
    let mut round = Round::default();
    for visitor in visitors {
        round.add(visitor.await.expect("a visitor ends with the server"));
    }
    round
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_keeps_every_acknowledged_record_once() {
    let mut moments = Moments::of_this_run();
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    let data = tempfile::tempdir().expect("there is room for a temporary folder");
    let (mut rounds, mut before): (Vec<Round>, _) = (Vec::new(), BTreeSet::new());
    for number in 1..=ROUNDS {
        let kill_ms = moments.within(KILL_MS);
        let round = run(&sites, data.path(), kill_ms, rounds.last(), &before).await;
        let (sent, acknowledged) = (round.sent.len(), round.acknowledged.len());
        rounds.push(round);
        let found = stored(data.path());
        println!("round {number}: killed after {kill_ms} ms, {sent} sent, {acknowledged} acknowledged");
        for event in rounds.iter().flat_map(|round| round.acknowledged.keys()) {
            assert!(found.contains(event), "round {number}: {event} was acknowledged and is lost");
        }
        let invented = found.iter().find(|event| rounds.iter().all(|round| !round.sent.contains_key(*event)));
        assert_eq!(invented, None, "round {number}: nobody sent it");
        before = found;
    }
    let acknowledged: usize = rounds.iter().map(|round| round.acknowledged.len()).sum();
    println!("{acknowledged} acknowledged in {ROUNDS} rounds, {} stored", before.len());
    assert!(acknowledged > ROUNDS * CONNECTIONS, "too few to prove anything");
}

/// The points between the pool and the reply, and how often a server passes
/// each before it dies there: at first, and in the midst of the load.
const CRASHES: [(&str, [u32; 2]); 6] = [
    ("route.before_queue", [1, 200]),
    ("writer.batch_taken", [1, 20]),
    ("store.before_commit", [1, 20]),
    ("store.after_commit", [1, 20]),
    ("writer.before_replies", [1, 20]),
    ("route.before_reply", [1, 200]),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_at_any_named_point_has_every_acknowledged_record_once() {
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    for (point, counts) in CRASHES {
        let data = tempfile::tempdir().expect("there is room for a temporary folder");
        let (mut rounds, mut before): (Vec<Round>, _) = (Vec::new(), BTreeSet::new());
        for count in counts {
            let server = Server::start_to_crash(point, count, data.path(), &["--sites", sites.arg()]);
            let round = outcome(visitors(&server).await).await;
            assert!(server.died(), "{point}: the server came to no such point");
            let found = stored(data.path());
            let (sent, acknowledged) = (round.sent.len(), round.acknowledged.len());
            println!("{point}:{count}: {sent} sent, {acknowledged} acknowledged, {} stored", found.len());
            for event in round.acknowledged.keys() {
                assert!(found.contains(event), "{point}: {event} was acknowledged and is lost");
            }
            assert!(before.is_subset(&found), "{point}: what was stored before is lost");
            rounds.push(round);
            before = found;
        }
        // A server that does not die answers everything that was left open, once.
        let server = Server::start(data.path(), &["--sites", sites.arg()]);
        for round in &rounds {
            resend(&client(), &server.url, round, &before).await;
        }
        assert!(server.stop());
        let all: BTreeSet<_> = rounds.iter().flat_map(|round| round.sent.keys().cloned()).collect();
        assert_eq!(stored(data.path()), all, "{point}");
        audit(data.path(), &rounds).await;
    }
}

/// The logs of all months in which records were taken agree with the store.
async fn audit(data: &Path, rounds: &[Round]) {
    let times = rounds.iter().flat_map(|round| round.acknowledged.values());
    let months: BTreeSet<_> = times.filter_map(|record| record["recorded_at"].as_str()?.get(..7)).collect();
    for month in months {
        let data = data.to_str().expect("temporary folders have plain names");
        let audit = run_command(["audit", "--site", SITE, "--month", month, "--data", data]).await;
        assert!(audit.status.success(), "{audit:?}");
    }
}
