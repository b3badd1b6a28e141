//! The load: connections that each send the next request as soon as the last is answered.
//!
//! It shares the machine's cores with the server it measures, so it does as little as it can:
//! requests are made beforehand, and answers are searched only for their status and their end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::process::{Process, cpu_time, own_pid};
use crate::request::Request;

/// One thread is enough for any of the servers, and leaves them the most.
const THREADS: usize = 1;
/// More than any answer has, head included.
const ANSWER_BYTES_MAX: usize = 32 * 1024;

/// When to stop: at whichever comes first.
pub struct Limit {
    /// How long new requests are sent.
    pub time: Duration,
    /// How many are sent in all.
    pub requests: u64,
}

/// What a load found. Every request was answered with 201.
#[derive(Default)]
pub struct Outcome {
    /// From the first request to the last answer.
    pub time: Duration,
    /// From each request to its answer, in microseconds.
    pub latencies_us: Vec<u32>,
    /// Processor time the server used.
    pub server_cpu: Duration,
    /// Processor time the load itself used.
    pub own_cpu: Duration,
}

impl Outcome {
    /// Takes in what a later turn of the same server found.
    pub fn add(&mut self, later: Outcome) {
        self.time += later.time;
        self.latencies_us.extend(later.latencies_us);
        self.server_cpu += later.server_cpu;
        self.own_cpu += later.own_cpu;
    }

    /// How many requests were answered.
    pub fn requests(&self) -> usize {
        self.latencies_us.len()
    }

    /// Requests answered in a second.
    pub fn rate(&self) -> f64 {
        self.requests() as f64 / self.time.as_secs_f64()
    }
}

/// Sends one connection's worth of requests for each of `requests` until the limit.
///
/// # Errors
/// When a connection breaks, or any answer is not 201: a number would then mean nothing.
pub fn run(process: &Process, requests: &[Request], limit: &Limit) -> io::Result<Outcome> {
    let (server_cpu, own_cpu) = (process.cpu_time()?, cpu_time(own_pid())?);
    let start = Instant::now();
    let budget = Arc::new(Budget { until: start + limit.time, requests: AtomicU64::new(limit.requests) });
    let share = requests.len().div_ceil(THREADS);
    let threads: Vec<_> = requests
        .chunks(share)
        .map(|share| spawn(process.address, share.to_vec(), Arc::clone(&budget)))
        .collect();
    let mut latencies_us = Vec::new();
    for thread in threads {
        let finished = thread.join().map_err(|_| io::Error::other("a thread of the load panicked"))?;
        latencies_us.extend(finished?);
    }
    let time = start.elapsed();
    let (server_cpu, own_cpu) = (process.cpu_time()? - server_cpu, cpu_time(own_pid())? - own_cpu);
    Ok(Outcome { time, latencies_us, server_cpu, own_cpu })
}

/// What is left to do, for all connections together.
struct Budget {
    until: Instant,
    requests: AtomicU64,
}

impl Budget {
    fn take(&self, now: Instant) -> bool {
        let less = |left: u64| left.checked_sub(1);
        now < self.until && self.requests.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }
}

fn spawn(
    address: SocketAddr,
    requests: Vec<Request>,
    budget: Arc<Budget>,
) -> JoinHandle<io::Result<Vec<u32>>> {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        runtime.block_on(async {
            let connections =
                requests.into_iter().map(|request| drive(address, request, Arc::clone(&budget)));
            let mut connections: JoinSet<_> = connections.collect();
            let mut latencies_us = Vec::new();
            while let Some(finished) = connections.join_next().await {
                latencies_us.extend(finished.map_err(io::Error::other)??);
            }
            Ok(latencies_us)
        })
    })
}

/// One connection, to its end.
async fn drive(address: SocketAddr, mut request: Request, budget: Arc<Budget>) -> io::Result<Vec<u32>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; ANSWER_BYTES_MAX];
    let mut latencies_us = Vec::new();
    let mut now = Instant::now();
    while budget.take(now) {
        stream.write_all(request.renew()).await?;
        let answer = read_answer(&mut stream, &mut buffer).await?;
        if !answer.starts_with(b"HTTP/1.1 201 ") {
            let answer = String::from_utf8_lossy(answer);
            return Err(io::Error::other(format!("instead of 201 the server answered:\n{answer}")));
        }
        let answered = Instant::now();
        latencies_us.push(u32::try_from((answered - now).as_micros()).unwrap_or(u32::MAX));
        now = answered;
    }
    Ok(latencies_us)
}

/// Reads one answer, head and body.
async fn read_answer<'a>(stream: &mut TcpStream, buffer: &'a mut [u8]) -> io::Result<&'a [u8]> {
    let mut len = 0;
    loop {
        let read = stream.read(&mut buffer[len..]).await?;
        if read == 0 {
            return Err(io::Error::other("the server closed a connection, or its answer was too long"));
        }
        len += read;
        if answer_len(&buffer[..len]).is_some_and(|whole| len >= whole) {
            return Ok(&buffer[..len]);
        }
    }
}

/// How long an answer is, once its head is there.
fn answer_len(read: &[u8]) -> Option<usize> {
    const LENGTH: &[u8] = b"content-length: ";
    let head = find(read, b"\r\n\r\n")?;
    let length = find(&read[..head], LENGTH)? + LENGTH.len();
    let digits = read[length..head].iter().take_while(|byte| byte.is_ascii_digit());
    let body = digits.fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'));
    Some(head + 4 + body)
}

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|window| window == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_after_its_content_length() {
        let answer = b"HTTP/1.1 201 Created\r\ncontent-length: 12\r\n\r\n{\"a\": true}\n";
        assert_eq!(answer_len(answer), Some(answer.len()));
        assert_eq!(answer_len(&answer[..answer.len() - 5]), Some(answer.len()));
        assert_eq!(answer_len(&answer[..30]), None);
    }

    #[test]
    fn a_budget_is_spent_once() {
        let now = Instant::now();
        let budget = Budget { until: now + Duration::from_secs(9), requests: AtomicU64::new(2) };
        assert_eq!([(); 3].map(|()| budget.take(now)), [true, true, false]);
    }
}
