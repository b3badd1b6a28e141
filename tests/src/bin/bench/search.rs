//! What a search costs: a page that looks at 20,000 records and wants none of them, on both engines;
//! what the index takes for each record; and how much slower rows are inserted with it.

use crate::bench::Bench;
use crate::bytes::block_on;
use crate::disk::Usage;
use crate::load::{self, Limit};
use crate::plan::CONNECTIONS;
use crate::progress::progress;
use crate::request::{Request, SITE};
use crate::{find, redis};
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How many records are stored.
const RECORDS: u64 = 200_000;
/// How many pages are timed.
const PAGES: usize = 200;
/// How many rows one commit inserts, as the server's.
const BATCH: u64 = 1024;
/// How many rows are inserted with the index, and without it.
const ROWS: u64 = 100 * BATCH;

/// Measures and prints it.
///
/// # Errors
/// When a server or a command fails.
pub fn measure(bench: &Bench<'_>) -> io::Result<()> {
    progress(&format!("Store {RECORDS} records"));
    let full = bench.server("full")?;
    let (requests, _) = Request::of_demo(full.address, CONNECTIONS)?;
    load::run(&full, &requests, &Limit { time: Duration::from_secs(300), requests: RECORDS })?;
    full.stop()?;
    let token = token(bench)?;
    println!("\nA page of a search that finds nothing      p50 ms   p99 ms   (aim: p99 under 50)");
    let mut server = bench.server("full")?;
    pages("SQLite", &server.console()?, &token)?;
    server.stop()?;
    let (redis, _, _, _) = redis::copy(bench)?;
    let mut server = bench.server_on("full", &redis.url())?;
    pages("Redis", &server.console()?, &token)?;
    server.stop()?;

    let usage = Usage::of(&bench.data("full"))?;
    let per_record = |bytes: f64| bytes / usage.records as f64;
    let tag = format!("{{{SITE}}}");
    let of_times = redis.ask(&["MEMORY", "USAGE", &format!("{tag}t"), "SAMPLES", "0"]);
    let sum = "local sum = 0 for _, key in ipairs(redis.call('KEYS', ARGV[1] .. 'c*')) do sum = sum + \
               redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '0') end return sum";
    let of_ids = redis.ask(&["EVAL", sum, "0", &tag]);
    let bytes = |text: &str| text.trim().parse::<f64>().map_err(io::Error::other);
    let whole = redis.used_bytes() as f64;
    drop(redis);
    let (with, without) = sqlite_bytes(&bench.data("full").join("constat.db")).map_err(io::Error::other)?;
    println!("\nBytes for each of {} records      with   without the index", usage.records);
    println!("  SQLite   {:.0}   {:.0}", per_record(with), per_record(without));
    let index = bytes(&of_times)? + bytes(&of_ids)?;
    println!("  Redis    {:.0}   {:.0}", per_record(whole), per_record(whole - index));
    let rate = insert_ratio(bench.scratch).map_err(io::Error::other)?;
    println!("\nRows inserted in a second, with the index to without: {rate:.2}");
    Ok(())
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

/// Times pages in the middle of the store, which all look at as many records as a page may.
fn pages(name: &str, console: &str, token: &str) -> io::Result<()> {
    let mut times_us = block_on(ask(console, token))?;
    times_us.sort_unstable();
    let of = |percent: usize| f64::from(times_us[(times_us.len() - 1) * percent / 100]) / 1e3;
    println!("  {name:<40} {:>6.1}   {:>6.1}", of(50), of(99));
    Ok(())
}

async fn ask(console: &str, token: &str) -> reqwest::Result<Vec<u32>> {
    let (client, mut cursor, mut times_us) = (reqwest::Client::new(), Value::Null, Vec::new());
    let url = format!("{console}/v1/admin/sites/{SITE}/records/search");
    while times_us.len() < PAGES {
        let start = Instant::now();
        let body = json!({ "notice_hash": "0".repeat(64), "cursor": cursor });
        let page: Value =
            client.post(&url).bearer_auth(token).json(&body).send().await?.error_for_status()?.json().await?;
        cursor = page["next_cursor"].clone();
        // The last page is short.
        if !cursor.is_null() {
            times_us.push(u32::try_from(start.elapsed().as_micros()).unwrap_or(u32::MAX));
        }
    }
    Ok(times_us)
}

/// The bytes of the file with the index, and without it.
fn sqlite_bytes(database: &Path) -> rusqlite::Result<(f64, f64)> {
    let store = Connection::open(database)?;
    let bytes = || -> rusqlite::Result<f64> {
        store.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")?;
        let pages: i64 = store.query_row("PRAGMA page_count", [], |row| row.get(0))?;
        let size: i64 = store.query_row("PRAGMA page_size", [], |row| row.get(0))?;
        Ok((pages * size) as f64)
    };
    let with = bytes()?;
    store.execute_batch("DROP INDEX records_by_time")?;
    Ok((with, bytes()?))
}

/// How fast rows are inserted with the index, relative to without it; in turns, on files that grow alike.
fn insert_ratio(scratch: &Path) -> rusqlite::Result<f64> {
    let mut stores = Vec::new();
    for (name, drops) in [("with.db", ""), ("without.db", "DROP INDEX records_by_time")] {
        let store = Connection::open(scratch.join(name))?;
        store.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")?;
        store.execute_batch(find::SCHEMA)?;
        store.execute_batch(drops)?;
        store.execute_batch(
            "INSERT INTO notices VALUES (1, x'01', x'02', 'boreale', 0, '{}');
             INSERT INTO shards VALUES (1, 'boreale', 1, 1); INSERT INTO logs VALUES (1, 1, '2026-11', NULL)",
        )?;
        stores.push((store, Duration::ZERO));
    }
    for first in (0..ROWS).step_by(BATCH as usize) {
        for (store, time) in &mut stores {
            let start = Instant::now();
            insert(store, first)?;
            *time += start.elapsed();
        }
    }
    Ok(stores[1].1.as_secs_f64() / stores[0].1.as_secs_f64())
}

fn insert(store: &mut Connection, first: u64) -> rusqlite::Result<()> {
    let transaction = store.transaction()?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO records VALUES (?, 1, ?, NULL, 1, 'refuse_all', 'banner', 'fr', '10000', '0000000000', 0, 0,
           ?3, ?3 + 1, ?3 + 2, ?4, 1, ?3, ?5)",
    )?;
    for number in first..first + BATCH {
        let (event, consent, key) = (Uuid::now_v7(), Uuid::now_v7(), [7_u8; 32]);
        insert.execute(params![
            event.as_bytes(),
            consent.as_bytes(),
            number.cast_signed(),
            key,
            [7_u8; 16]
        ])?;
    }
    drop(insert);
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_inserted_in_turns_and_the_index_takes_bytes() {
        let dir = tempfile::tempdir().unwrap();
        assert!(insert_ratio(dir.path()).unwrap() > 0.0);
        let (with, without) = sqlite_bytes(&dir.path().join("with.db")).unwrap();
        assert!(with > without && without > 0.0, "{with} {without}");
    }
}
