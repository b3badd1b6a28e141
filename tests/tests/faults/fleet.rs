//! Two servers on one Redis, and rounds of load in which something goes wrong.

use crate::urls::Urls;
use crate::visitors::{ANSWER_MAX, Book, Reply, post, visitor};
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{SITE, SITE_ORIGIN};
use constat_tests::server::{Server, run};
use constat_tests::sites::Sites;
use reqwest::Client;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How many rounds each fault is tried.
pub const ROUNDS: usize = 20;
const VISITORS: usize = 8;
/// How long a server may take to notice a fault, or to serve again after it.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long visitors go on when all is well again.
const AFTERWARDS: Duration = Duration::from_millis(100);

/// Two servers with a folder each.
pub struct Fleet {
    servers: [Option<Server>; 2],
    data: [tempfile::TempDir; 2],
    sites: Sites,
    args: Vec<String>,
    client: Client,
    notice_hash: Arc<str>,
    /// Where they are.
    pub urls: Urls,
    total: Total,
}

/// The sum of all rounds.
#[derive(Default)]
struct Total {
    rounds: usize,
    sent: usize,
    acknowledged: usize,
    refused: usize,
    cut: usize,
    lost: usize,
    slowest: Duration,
    months: BTreeSet<String>,
}

/// The result of one round.
pub struct Outcome {
    /// How many requests got 503.
    pub refused_count: usize,
    /// How many requests got no answer.
    pub cut_count: usize,
    /// The acknowledged events that no server knew afterwards.
    pub lost: Vec<String>,
}

impl Fleet {
    /// Starts two servers on a store for a site with so many logs a month;
    /// `args` go to the commands that read it too.
    pub async fn start(log_shards: u8, store: &str, args: &[&str]) -> Fleet {
        let site = format!("log_shards = {log_shards}\n{}", with_shipped_vendors(SITE, SITE_ORIGIN));
        let sites = Sites::with(SITE, &site);
        let folder = || tempfile::tempdir().expect("there is room for a temporary folder");
        let data = [folder(), folder()];
        let args: Vec<_> = ["--store", store].iter().chain(args).map(|arg| (*arg).to_owned()).collect();
        let servers = [0, 1].map(|number| Some(start(number, &data, &sites, &args)));
        let urls =
            servers.each_ref().map(|server| server.as_ref().map_or_else(String::new, |s| s.url.clone()));
        // A connection is not used again when the server may be about to close it.
        let idle = Duration::from_secs(2);
        let client = Client::builder().no_proxy().pool_idle_timeout(idle).timeout(ANSWER_MAX * 2);
        let client = client.build().expect("a client can be made");
        let notice = client.get(format!("{}/v1/sites/{SITE}/notice/fr", urls[0])).send().await;
        let notice: Value = notice.expect("the server answers").json().await.expect("a notice is JSON");
        let notice_hash = notice["notice_hash"].as_str().expect("a notice has a hash").into();
        let urls = Urls::new(urls);
        Fleet { servers, data, sites, args, client, notice_hash, urls, total: Total::default() }
    }

    /// Ends a server at once, as a crash would.
    pub fn kill(&mut self, server: usize) {
        self.servers[server].take().expect("the server runs").kill();
    }

    /// Starts a server again that was killed.
    pub fn restart(&mut self, server: usize) {
        let started = start(server, &self.data, &self.sites, &self.args);
        self.urls.set(server, &started.url);
        self.servers[server] = Some(started);
    }

    /// One round: visitors answer, a fault happens, and the servers recover
    /// without help. Then everything is sent again, each event to the server
    /// that did not acknowledge it, and the logs are audited.
    pub async fn round(&mut self, fault: impl AsyncFnOnce(&mut Fleet) -> String) -> Outcome {
        let stop = Arc::new(AtomicBool::new(false));
        let visitors = (0..VISITORS).map(|number| {
            let (client, urls, hash) =
                (self.client.clone(), self.urls.clone(), Arc::clone(&self.notice_hash));
            tokio::spawn(visitor(client, urls, number % 2, hash, Arc::clone(&stop)))
        });
        let visitors: Vec<_> = visitors.collect();
        let what = fault(self).await;
        let back = self.ready_again().await;
        tokio::time::sleep(AFTERWARDS).await;
        stop.store(true, Ordering::Relaxed);
        let mut book = Book::default();
        for visitor in visitors {
            book.add(visitor.await.expect("a visitor ends when asked to"));
        }
        let lost = self.resend(&book).await;
        self.total.add(&book, &lost);
        println!(
            "round {}: {what}; ready again {} ms later; {} sent, {} acknowledged, {} lost, {} refused, {} cut, slowest {} ms",
            self.total.rounds,
            back.as_millis(),
            book.sent.len(),
            book.acknowledged.len(),
            lost.len(),
            book.refused_count,
            book.cut_count,
            book.slowest.as_millis(),
        );
        self.audit().await;
        Outcome { refused_count: book.refused_count, cut_count: book.cut_count, lost }
    }

    /// Sends everything again to the other server, which must answer the same as
    /// the first; returns the acknowledged events that are lost.
    async fn resend(&self, book: &Book) -> Vec<String> {
        let all: Vec<_> = book
            .sent
            .iter()
            .map(|(event, body)| (event.clone(), body.clone(), book.acknowledged.get(event).cloned()))
            .collect();
        let parts = all.chunks(all.len().div_ceil(VISITORS).max(1)).map(|part| {
            let (client, urls, part) = (self.client.clone(), self.urls.clone(), part.to_vec());
            tokio::spawn(async move {
                let mut lost = Vec::new();
                for (event, body, first) in part {
                    let server = first.as_ref().map_or(0, |(_, server)| 1 - server);
                    match (post(&client, &urls.of(server), &body).await.0, first) {
                        (Reply::Repeated(record), Some((first, _))) => {
                            assert_eq!(record, first, "the first answer is the answer");
                        }
                        (Reply::Stored(_), Some(_)) => lost.push(event),
                        (Reply::Stored(_) | Reply::Repeated(_), None) => {}
                        _ => panic!("{event}: a server that is ready stores"),
                    }
                }
                lost
            })
        });
        let parts: Vec<_> = parts.collect();
        let mut lost = Vec::new();
        for part in parts {
            lost.extend(part.await.expect("everything can be sent again"));
        }
        lost
    }

    /// The logs of all months agree with the store, which holds every event
    /// that was ever sent, once: all of them have been sent again.
    async fn audit(&self) {
        let (mut record_count, store) = (0, self.args.iter().map(String::as_str).collect::<Vec<_>>());
        for month in &self.total.months {
            let audit = run([&["audit", "--site", SITE, "--month", month], &store[..]].concat()).await;
            assert!(audit.status.success(), "{audit:?}");
            let words = String::from_utf8_lossy(&audit.stdout).into_owned();
            for line in words.lines().filter_map(|line| line.strip_prefix("records ")) {
                assert!(line.ends_with("erased or expired 0"), "{words}");
                let count = line.split(',').next().and_then(|count| count.parse::<usize>().ok());
                record_count += count.expect("an audit counts");
            }
        }
        assert_eq!(record_count, self.total.sent, "every event that was sent is stored once");
    }

    /// Waits until a server reports that it is not ready; returns why.
    pub async fn not_ready(&self, server: usize) -> String {
        let start = Instant::now();
        loop {
            if let Some(why) = self.readiness(server).await {
                return why;
            }
            assert!(start.elapsed() < PATIENCE, "server {server} still reports that it is ready");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until both servers report that they are ready; returns how long it took.
    async fn ready_again(&self) -> Duration {
        let start = Instant::now();
        for server in [0, 1] {
            while let Some(why) = self.readiness(server).await {
                assert!(start.elapsed() < PATIENCE, "server {server} is not ready again: {why}");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        start.elapsed()
    }

    /// Nothing when a server is ready, or else why it is not.
    async fn readiness(&self, server: usize) -> Option<String> {
        let start = Instant::now();
        let response = self.client.get(format!("{}/readyz", self.urls.of(server))).send().await;
        let response = response.expect("a running server answers /readyz");
        let (status, retry) = (response.status().as_u16(), response.headers().contains_key("retry-after"));
        let body = response.text().await.expect("the answer is whole");
        assert!(start.elapsed() < ANSWER_MAX, "/readyz took {:?}", start.elapsed());
        if status == 200 {
            return None;
        }
        assert!(status == 503 && retry, "{status}: {body}");
        let problem: Value = serde_json::from_str(&body).expect("a problem is JSON");
        Some(problem["detail"].as_str().expect("a problem has a detail").to_owned())
    }

    /// Prints the sum of all rounds; returns how many records were acknowledged.
    pub fn end(self, fault: &str) -> usize {
        let total = &self.total;
        println!(
            "{fault}: {} rounds, {} sent, {} acknowledged, {} lost, {} refused, {} cut, slowest {} ms",
            total.rounds,
            total.sent,
            total.acknowledged,
            total.lost,
            total.refused,
            total.cut,
            total.slowest.as_millis(),
        );
        assert!(total.acknowledged > total.rounds * VISITORS, "too few to prove anything");
        total.acknowledged
    }
}

impl Total {
    fn add(&mut self, book: &Book, lost: &[String]) {
        self.rounds += 1;
        self.sent += book.sent.len();
        self.acknowledged += book.acknowledged.len();
        self.refused += book.refused_count;
        self.cut += book.cut_count;
        self.lost += lost.len();
        self.slowest = self.slowest.max(book.slowest);
        let times =
            book.acknowledged.values().filter_map(|(record, _)| record["recorded_at"].as_str()?.get(..7));
        self.months.extend(times.map(str::to_owned));
    }
}

/// Starts one of the servers; the second signs with the key that the first has made.
fn start(server: usize, data: &[tempfile::TempDir; 2], sites: &Sites, args: &[String]) -> Server {
    let key = data[0].path().join("keys/1.pem");
    let key = key.to_str().expect("temporary folders have plain names");
    let key: &[_] = if server == 0 { &[] } else { &["--key-file", key] };
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    Server::start(data[server].path(), &[&["--sites", sites.arg()], key, &args[..]].concat())
}
