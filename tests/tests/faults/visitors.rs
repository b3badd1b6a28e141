//! Visitors who answer, and what they know afterwards.

use crate::urls::Urls;
use constat_tests::api::{SITE, SITE_ORIGIN};
use constat_tests::consent;
use reqwest::Client;
use reqwest::header::{ORIGIN, RETRY_AFTER};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// No request may take longer: the server's two seconds, and a margin for a busy machine.
pub const ANSWER_MAX: Duration = Duration::from_secs(3);
/// Between two answers of one visitor.
const BETWEEN: Duration = Duration::from_millis(10);
/// Before a visitor who was refused tries the other server.
const AFTER_REFUSAL: Duration = Duration::from_millis(50);

/// The result of one request.
pub enum Reply {
    /// 201: it is stored.
    Stored(Value),
    /// 200: it was stored before.
    Repeated(Value),
    /// 503 with `Retry-After`.
    Refused,
    /// The server was gone.
    Cut,
}

/// What the visitors of one round know.
#[derive(Default)]
pub struct Book {
    /// The record of each event that was acknowledged, and the server that did.
    pub acknowledged: HashMap<String, (Value, usize)>,
    /// What was sent, with an answer or without.
    pub sent: HashMap<String, Value>,
    /// How many requests got 503.
    pub refused_count: usize,
    /// How many requests got no answer.
    pub cut_count: usize,
    /// How long the slowest request took.
    pub slowest: Duration,
}

impl Book {
    pub fn add(&mut self, other: Book) {
        self.acknowledged.extend(other.acknowledged);
        self.sent.extend(other.sent);
        self.refused_count += other.refused_count;
        self.cut_count += other.cut_count;
        self.slowest = self.slowest.max(other.slowest);
    }
}

/// Posts an answer; returns also how long that took.
pub async fn post(client: &Client, url: &str, body: &Value) -> (Reply, Duration) {
    let start = Instant::now();
    let url = format!("{url}/v1/sites/{SITE}/consents");
    let response = client.post(url).header(ORIGIN, SITE_ORIGIN).bearer_auth(consent::secret_of(body));
    let response = response.body(body.to_string()).send().await;
    let reply = match response {
        Err(error) => {
            assert!(!error.is_timeout(), "a request hung: {error}");
            Reply::Cut
        }
        Ok(response) => {
            let (status, retry) = (response.status().as_u16(), response.headers().contains_key(RETRY_AFTER));
            match (status, response.json::<Value>().await) {
                (201, Ok(mut reply)) => Reply::Stored(reply["record"].take()),
                (200, Ok(mut reply)) => Reply::Repeated(reply["record"].take()),
                (503, Ok(problem)) => {
                    let known = ["store_unavailable", "queue_full"];
                    assert!(problem["code"].as_str().is_some_and(|code| known.contains(&code)), "{problem}");
                    assert!(retry, "a 503 has Retry-After");
                    Reply::Refused
                }
                (_, Err(_)) => Reply::Cut,
                (status, Ok(reply)) => panic!("{status}: {reply}"),
            }
        }
    };
    let duration = start.elapsed();
    assert!(duration < ANSWER_MAX, "a request took {duration:?}");
    (reply, duration)
}

/// Posts answers until `stop` is set. A refused answer goes to the other server
/// at once, with the same event id.
pub async fn visitor(
    client: Client,
    urls: Urls,
    mut server: usize,
    notice_hash: Arc<str>,
    stop: Arc<AtomicBool>,
) -> Book {
    let mut book = Book::default();
    while !stop.load(Ordering::Relaxed) {
        let body = consent::request(&notice_hash, "refuse_all");
        let event = body["event_id"].as_str().expect("a request has an event id").to_owned();
        book.sent.insert(event.clone(), body.clone());
        loop {
            let (reply, duration) = post(&client, &urls.of(server), &body).await;
            book.slowest = book.slowest.max(duration);
            match reply {
                Reply::Stored(record) | Reply::Repeated(record) => {
                    book.acknowledged.insert(event, (record, server));
                    break;
                }
                Reply::Refused => book.refused_count += 1,
                Reply::Cut => book.cut_count += 1,
            }
            server = 1 - server;
            tokio::time::sleep(AFTER_REFUSAL).await;
            if stop.load(Ordering::Relaxed) {
                break;
            }
        }
        tokio::time::sleep(BETWEEN).await;
    }
    book
}
