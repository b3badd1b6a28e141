//! How long it takes to find the records of one consent id among many: asked for over HTTP, as
//! visitors ask for their own, with the receipt that proves they may.

use crate::bench::Bench;
use crate::bytes::block_on;
use crate::disk::Usage;
use crate::request::{ORIGIN, Request, SITE};
use serde_json::Value;
use std::io;
use std::net::SocketAddr;
use std::time::Instant;

/// How many visitors are looked for.
const SAMPLES: usize = 500;

/// A visitor whose record is stored.
pub struct Sample {
    consent_id: String,
    receipt: String,
}

/// What looking for them took.
pub struct Found {
    /// Where.
    pub store: &'static str,
    /// Among how many records.
    pub records: u64,
    /// From asking to having it, in microseconds, sorted.
    pub times_us: Vec<u32>,
}

/// Stores the samples in the filled store, and looks for them there.
///
/// # Errors
/// When a server does not start or does not answer as it should.
pub fn in_sqlite(bench: &Bench<'_>) -> io::Result<(Vec<Sample>, Found)> {
    let server = bench.server("full")?;
    let samples = block_on(post(server.address, Request::bodies_of_demo(server.address, SAMPLES)?))?;
    let times_us = block_on(look(server.address, &samples))?;
    server.stop()?;
    Ok((samples, Found { store: "SQLite", records: count(bench)?, times_us }))
}

/// Looks for the samples in a Redis that has a copy of the filled store.
///
/// # Errors
/// As [`in_sqlite`].
pub fn in_redis(bench: &Bench<'_>, url: &str, samples: &[Sample]) -> io::Result<Found> {
    let server = bench.server_on("full", url)?;
    let times_us = block_on(look(server.address, samples))?;
    server.stop()?;
    Ok(Found { store: "Redis", records: count(bench)?, times_us })
}

/// Looks for the samples again in the store that was multiplied.
///
/// # Errors
/// As [`in_sqlite`].
pub fn again_in_sqlite(bench: &Bench<'_>, samples: &[Sample]) -> io::Result<Found> {
    let server = bench.server("full")?;
    let times_us = block_on(look(server.address, samples))?;
    server.stop()?;
    Ok(Found { store: "SQLite, multiplied", records: count(bench)?, times_us })
}

/// Looks for the samples again in the Redis that was multiplied to so many records.
///
/// # Errors
/// As [`in_sqlite`].
pub fn again_in_redis(bench: &Bench<'_>, url: &str, samples: &[Sample], records: u64) -> io::Result<Found> {
    Ok(Found { store: "Redis, multiplied", records, ..in_redis(bench, url, samples)? })
}

fn count(bench: &Bench<'_>) -> io::Result<u64> {
    Ok(Usage::of(&bench.data("full"))?.records)
}

async fn post(address: SocketAddr, bodies: Vec<Value>) -> reqwest::Result<Vec<Sample>> {
    let client = reqwest::Client::new();
    let mut samples = Vec::with_capacity(bodies.len());
    for body in bodies {
        let post = client.post(format!("http://{address}/v1/sites/{SITE}/consents"));
        let answer = post.header("origin", ORIGIN).json(&body).send().await?.error_for_status()?;
        let answer: Value = answer.json().await?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        samples.push(Sample { consent_id: text(&body["consent_id"]), receipt: text(&answer["receipt"]) });
    }
    Ok(samples)
}

/// Asks for each once before it counts, so that the connection and the server are warm; what is
/// measured then are other visitors than the last ones read.
async fn look(address: SocketAddr, samples: &[Sample]) -> reqwest::Result<Vec<u32>> {
    let client = reqwest::Client::new();
    let (warm, cold) = samples.split_at(samples.len() / 10);
    let mut times_us = Vec::with_capacity(cold.len());
    for (counts, sample) in warm.iter().map(|sample| (false, sample)).chain(cold.iter().map(|s| (true, s))) {
        let url = format!("http://{address}/v1/sites/{SITE}/consents/{}", sample.consent_id);
        let start = Instant::now();
        let answer = client.get(url).bearer_auth(&sample.receipt).send().await?.error_for_status()?;
        answer.bytes().await?;
        if counts {
            times_us.push(u32::try_from(start.elapsed().as_micros()).unwrap_or(u32::MAX));
        }
    }
    times_us.sort_unstable();
    Ok(times_us)
}
