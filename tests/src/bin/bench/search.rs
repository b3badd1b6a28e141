//! What a search among ten million records costs on both engines: the time of a page, of one that looks at
//! 20,000 records and wants none of them too; what the index takes for each record; and how much slower
//! records are stored with it.

use crate::bench::Bench;
use crate::bytes::block_on;
use crate::disk::Usage;
use crate::load::{self, Limit};
use crate::plan::{CONNECTIONS, TURN, WARM_UP};
use crate::progress::progress;
use crate::report::{grouped, percentile};
use crate::request::{Request, SITE};
use crate::{multiply, redis};
use constat_testkit::redis::Redis;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// How many records are searched.
const RECORDS: u64 = 10_000_000;
/// How many of them are answers that were posted.
const POSTED: u64 = 20_000;
/// How many pages are timed: those that find nothing go back through most of the store.
const PAGES: usize = 400;
/// How many turns each has, with the index and without it.
const TURNS: u64 = 10;

/// Measures and prints it.
///
/// # Errors
/// When a server or a command fails.
pub fn measure(bench: &Bench<'_>) -> io::Result<()> {
    progress(&format!("Store {} records", grouped(POSTED)));
    let full = bench.server("full")?;
    let (requests, _) = Request::of_demo(full.address, CONNECTIONS)?;
    load::run(&full, &requests, &Limit { time: Duration::from_secs(60), requests: POSTED })?;
    full.stop()?;
    let token = token(bench)?;
    let (redis, _, _, _) = redis::copy(bench)?;
    let posted = Usage::of(&bench.data("full"))?.records;

    progress(&format!("Multiply to {} records in SQLite", grouped(RECORDS)));
    multiply::in_sqlite(&bench.data("full"), RECORDS)?;
    println!("\nPages of a search among {} records", grouped(RECORDS));
    println!("  (aim: p99 under 50)                      p50 ms   p99 ms");
    let mut server = bench.server("full")?;
    pages("SQLite", &server.console()?, &token)?;
    server.stop()?;
    sqlite(bench, &requests)?;

    progress(&format!("Multiply to {} records in Redis", grouped(RECORDS)));
    multiply::in_redis(&redis, SITE, posted, RECORDS)?;
    let mut server = bench.server_on("full", &redis.url())?;
    pages("Redis", &server.console()?, &token)?;
    server.stop()?;
    in_redis(&redis)
}

fn token(bench: &Bench<'_>) -> io::Result<String> {
    let mut command = Command::new(bench.binary);
    command.args([
        "token",
        "add",
        "--name",
        "bench",
        "--scope",
        "records:read",
        "--site",
        SITE,
        "--days",
        "1",
    ]);
    let output = command.arg("--data").arg(bench.data("full")).output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Times pages that find nothing, and full ones, whose look is in the audit trail.
fn pages(name: &str, console: &str, token: &str) -> io::Result<()> {
    for (what, body) in [("nothing", json!({ "notice_hash": "0".repeat(64) })), ("50 of 50", json!({}))] {
        let mut times_us = block_on(ask(console, token, body))?;
        times_us.sort_unstable();
        let [p50, p99] = [50, 99].map(|percent| f64::from(percentile(&times_us, percent)) / 1e3);
        let line = format!("{name}, {} pages that find {what}", times_us.len());
        println!("  {line:<40} {p50:>6.1}   {p99:>6.1}");
    }
    Ok(())
}

async fn ask(console: &str, token: &str, mut body: Value) -> reqwest::Result<Vec<u32>> {
    let (client, mut times_us) = (reqwest::Client::new(), Vec::new());
    let url = format!("{console}/v1/admin/sites/{SITE}/records/search");
    while times_us.len() < PAGES {
        let start = Instant::now();
        let page = client.post(&url).bearer_auth(token).json(&body).send().await?.error_for_status()?;
        let page: Value = page.json().await?;
        times_us.push(u32::try_from(start.elapsed().as_micros()).unwrap_or(u32::MAX));
        body["cursor"] = page["next_cursor"].clone();
    }
    Ok(times_us)
}

/// What the index takes in SQLite, and how fast answers are stored with it and without it.
fn sqlite(bench: &Bench<'_>, requests: &[Request]) -> io::Result<()> {
    let with = bench.data("full").join("constat.db");
    let (whole, index) = sqlite_bytes(&with).map_err(io::Error::other)?;
    bytes_each("SQLite", whole, index);
    let without = bench.data("without");
    fs::create_dir_all(without.join("keys"))?;
    for file in ["constat.db", "keys/1.pem", "keys/console.key"] {
        fs::copy(bench.data("full").join(file), without.join(file))?;
    }
    drop_index(&without.join("constat.db")).map_err(io::Error::other)?;
    // Not while the disk is busy with the copy.
    fs::File::open(without.join("constat.db"))?.sync_all()?;
    let (servers, mut rates) = ([bench.server("full")?, bench.server("without")?], [0.0; 2]);
    for server in &servers {
        load::run(server, requests, &WARM_UP)?;
    }
    for _ in 0..TURNS {
        for (server, rate) in servers.iter().zip(&mut rates) {
            *rate += load::run(server, requests, &TURN)?.rate() / TURNS as f64;
        }
    }
    servers.into_iter().try_for_each(|server| server.stop())?;
    fs::remove_dir_all(without)?;
    rates_of("SQLite, durable answers", rates);
    Ok(())
}

/// The bytes of the whole file, and of the index in it.
fn sqlite_bytes(database: &Path) -> rusqlite::Result<(f64, f64)> {
    let sum = "SELECT sum(pgsize), sum(pgsize) FILTER (WHERE name = 'records_by_time')
               FROM dbstat WHERE aggregate = TRUE";
    Connection::open(database)?.query_row(sum, [], |row| Ok((row.get(0)?, row.get(1)?)))
}

fn drop_index(database: &Path) -> rusqlite::Result<()> {
    Connection::open(database)?.execute_batch(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; DROP INDEX records_by_time;
         PRAGMA journal_mode = WAL",
    )
}

/// The same in Redis, where a script stores copies of a record.
fn in_redis(redis: &Redis) -> io::Result<()> {
    let of_times = redis.ask(&["MEMORY", "USAGE", &format!("{{{SITE}}}t"), "SAMPLES", "0"]);
    let sum = "local sum = 0 for _, key in ipairs(redis.call('KEYS', ARGV[1] .. 'c*')) do sum = sum + \
               redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '0') end return sum";
    let of_ids = redis.ask(&["EVAL", sum, "0", &format!("{{{SITE}}}")]);
    let bytes = |text: &str| text.trim().parse::<f64>().map_err(io::Error::other);
    let whole = redis.used_bytes() as f64;
    bytes_each("Redis, memory", whole, bytes(&of_times)? + bytes(&of_ids)?);
    let mut times = [Duration::ZERO; 2];
    let (of, count) = (2 * RECORDS, multiply::REDIS_CHUNK);
    for turn in 0..TURNS {
        for (is_indexed, time) in [true, false].into_iter().zip(&mut times) {
            let first = RECORDS + (2 * turn + u64::from(is_indexed)) * count;
            let start = Instant::now();
            multiply::chunk_in_redis(redis, SITE, (first, count, of), is_indexed)?;
            *time += start.elapsed();
        }
    }
    rates_of("Redis, in one script", times.map(|time| (TURNS * count) as f64 / time.as_secs_f64()));
    Ok(())
}

fn bytes_each(store: &str, whole: f64, index: f64) {
    let [with, without] = [whole, whole - index].map(|bytes| bytes / RECORDS as f64);
    println!("\n{store}: {:.1} GB", whole / 1e9);
    println!("  bytes for each record, with the index and without it: {with:.0}, {without:.0}");
}

fn rates_of(what: &str, [with, without]: [f64; 2]) {
    let ratio = with / without;
    println!("  {what} in a second, with the index and without it: {with:.0}, {without:.0} ({ratio:.2})");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_takes_bytes_until_it_is_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("constat.db");
        let schema = include_str!("../../../../server/src/store/sqlite/schema.sql");
        Connection::open(&path).unwrap().execute_batch(schema).unwrap();
        let (whole, index) = sqlite_bytes(&path).unwrap();
        assert!(whole > index && index > 0.0, "{whole} {index}");
        drop_index(&path).unwrap();
        assert!(sqlite_bytes(&path).is_err(), "there is no such index to sum up");
    }
}
