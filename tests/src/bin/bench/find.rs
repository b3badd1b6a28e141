//! How long it takes to find the records of one consent id among many: asked for over HTTP, as
//! visitors ask for their own, with the receipt that proves they may.

use crate::bench::Bench;
use crate::bytes::block_on;
use crate::disk::Usage;
use crate::request::{ORIGIN, Request, SITE};
use constat_testkit::redis::Redis;
use rusqlite::{Connection, params};
use serde_json::Value;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;
use uuid::Uuid;

/// The tables of the embedded store.
pub const SCHEMA: &str = include_str!("../../../../server/src/store/sqlite/schema.sql");
/// How many visitors are looked for.
const SAMPLES: usize = 500;
/// How many rows are added in one commit.
const CHUNK: u64 = 100_000;
/// How many copies one script makes in Redis.
const REDIS_CHUNK: usize = 20_000;

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

/// Multiplies the rows of a store at rest: copies of one record with new ids, which is all that a
/// look-up reads. The logs do not contain them, so the store is usable for look-ups only.
///
/// # Errors
/// When the store cannot be written.
pub fn multiply(data: &Path, records: u64) -> io::Result<()> {
    multiply_rows(&data.join("constat.db"), records).map_err(io::Error::other)
}

fn multiply_rows(database: &Path, records: u64) -> rusqlite::Result<()> {
    let mut store = Connection::open(database)?;
    let have: i64 = store.query_row("SELECT count(*) FROM records", [], |row| row.get(0))?;
    let mut missing = records.saturating_sub(have.unsigned_abs());
    let model: [u8; 16] = store.query_row("SELECT event_id FROM records LIMIT 1", [], |row| row.get(0))?;
    while missing > 0 {
        let chunk = missing.min(CHUNK);
        let transaction = store.transaction()?;
        let mut copy = transaction.prepare_cached(
            "INSERT INTO records SELECT ?, shard, ?, previous_event_id, notice, action, layer, language, categories,
               vendors, gpc, dnt, recorded_at, choice_expires_at, expires_at + ?, commitment_key, log, leaf_index,
               holder
             FROM records WHERE event_id = ?",
        )?;
        for number in 0..chunk {
            let (event, consent) = (Uuid::now_v7(), Uuid::now_v7());
            copy.execute(params![event.as_bytes(), consent.as_bytes(), number.cast_signed(), model])?;
        }
        drop(copy);
        transaction.commit()?;
        missing -= chunk;
    }
    Ok(())
}

/// As [`multiply`], in a Redis that holds so many. From here on it writes no append-only file, for
/// which there is no room.
///
/// # Errors
/// When Redis does not do it.
pub fn multiply_in_redis(redis: &Redis, have: u64, records: u64) -> io::Result<()> {
    redis.ask(&["CONFIG", "SET", "appendonly", "no"]);
    let tag = format!("{{{SITE}}}");
    for first in (have..records).step_by(REDIS_CHUNK) {
        let count = (records - first).min(REDIS_CHUNK as u64).to_string();
        let script = include_str!("multiply.lua");
        let made = redis.ask(&["EVAL", script, "1", &tag, &first.to_string(), &count]);
        if made.trim() != count {
            return Err(io::Error::other(format!("Redis made {made:?} copies of {count}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_multiplied_to_the_number_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("constat.db");
        let store = Connection::open(&path).unwrap();
        store.execute_batch(SCHEMA).unwrap();
        store
            .execute_batch(
                "INSERT INTO notices VALUES (1, x'01', x'02', 'boreale', 0, '{}');
                 INSERT INTO records VALUES (x'000102030405060708090a0b0c0d0e0f', 1, x'01', NULL, 1, 'save', 'banner',
                   'fr', '1', '1', 0, 0, 1, 2, 3, x'04', 1, 0, NULL);",
            )
            .unwrap();
        drop(store);
        multiply_rows(&path, 250).unwrap();
        let store = Connection::open(&path).unwrap();
        let distinct = "SELECT count(DISTINCT consent_id) FROM records";
        assert_eq!(store.query_row(distinct, [], |row| row.get(0)), Ok(250));
    }

    #[test]
    fn records_in_redis_are_multiplied_to_the_number_asked_for() {
        let redis = Redis::start();
        let (event, consent, expires) = ("e".repeat(16), "c".repeat(16), "9999999999999");
        let (record, index) = (format!("{{{SITE}}}r{event}"), format!("{{{SITE}}}x"));
        redis.ask(&["SET", &record, &"b".repeat(100)]);
        redis.ask(&["ZADD", &index, expires, &format!("mmm{event}{consent}")]);
        multiply_in_redis(&redis, 1, 250).unwrap();
        assert_eq!(redis.ask(&["ZCARD", &index]).trim(), "250");
        // The index, the records, and a history for each of the copies.
        assert_eq!(redis.ask(&["DBSIZE"]).trim(), (1 + 250 + 249).to_string());
    }
}
