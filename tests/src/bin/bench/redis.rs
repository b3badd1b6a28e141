//! Redis beside SQLite and the floor: the same load in turns, with one server process and with
//! two; then what records take in each store, and how long it takes to find one of them.

use crate::bench::Bench;
use crate::disk::Usage;
use crate::find;
use crate::load::{self, Outcome};
use crate::multiply;
use crate::plan::{CONNECTIONS, Plan, SETTLE, TURN, WARM_UP};
use crate::process::Process;
use crate::progress::progress;
use crate::request::{Request, SITE};
use constat_testkit::redis::Redis;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What takes its turn, in the order of the report.
pub const TURNS: [&str; 6] = [
    "floor: nothing stored",
    "SQLite, one server",
    "Redis, everysec, one server",
    "Redis, everysec, two servers",
    "Redis, always, one server",
    "Redis, always, two servers",
];

/// What was found.
pub struct Measured {
    /// For each of [`TURNS`], what each round found.
    pub rounds: [Vec<Outcome>; 6],
    /// How many records were copied, and how long that took, both audits included.
    pub copied: (u64, Duration),
    /// Memory that each copied record takes in Redis.
    pub memory_bytes: f64,
    /// What it takes in the append-only file after a rewrite.
    pub file_bytes: f64,
    /// What it takes in SQLite's file.
    pub sqlite_bytes: f64,
    /// How long finding took, by the store.
    pub found: Vec<find::Found>,
}

/// Why Redis is not measured here; nothing when it is.
pub fn missing() -> Option<String> {
    for program in ["redis-server", "redis-cli", "setpriv"] {
        let mut command = Command::new(program);
        let started = command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if let Err(error) = started {
            return Some(format!("Redis was not measured: {program} cannot be started ({error})"));
        }
    }
    None
}

/// Measures; the folder `full` of the bench holds a store that was filled and no server.
///
/// # Errors
/// As [`load::run`], and when a command fails.
pub fn measure(bench: &Bench<'_>, plan: &Plan) -> io::Result<Measured> {
    let mut rounds: [Vec<Outcome>; 6] = Default::default();
    for number in 1..=plan.rounds {
        progress(&format!("Redis, round {number} of {}", plan.rounds));
        for (all, outcome) in rounds.iter_mut().zip(round(bench, plan)?) {
            all.push(outcome);
        }
    }
    progress("Find records");
    let (samples, in_sqlite) = find::in_sqlite(bench)?;
    let (redis, copied, file_bytes, memory_bytes) = copy(bench)?;
    let in_redis = find::in_redis(bench, &redis.url(), &samples)?;
    let usage = Usage::of(&bench.data("full"))?;
    let sqlite_bytes = usage.bytes as f64 / usage.records.max(1) as f64;
    progress(&format!("Multiply to {} records", plan.multiplied));
    multiply::in_redis(&redis, SITE, usage.records, plan.multiplied)?;
    let many_in_redis = find::again_in_redis(bench, &redis.url(), &samples, plan.multiplied)?;
    drop(redis);
    multiply::in_sqlite(&bench.data("full"), plan.multiplied)?;
    let many = find::again_in_sqlite(bench, &samples)?;
    let found = vec![in_sqlite, in_redis, many, many_in_redis];
    Ok(Measured { rounds, copied, memory_bytes, file_bytes, sqlite_bytes, found })
}

fn redis(dir: &Path, appendfsync: &str) -> io::Result<Redis> {
    fs::create_dir_all(dir)?;
    let dir = dir.canonicalize()?;
    let dir = dir.to_str().ok_or_else(|| io::Error::other("the folder's name is no text"))?;
    // The last --dir counts: beside the binary, which lies on a disk.
    Ok(Redis::start_with(&["--appendonly", "yes", "--appendfsync", appendfsync, "--dir", dir]))
}

/// A round: every server starts empty and has its turns.
fn round(bench: &Bench<'_>, plan: &Plan) -> io::Result<[Outcome; 6]> {
    let everysec = redis(&bench.data("everysec"), "everysec")?;
    let always = redis(&bench.data("always"), "always")?;
    let sqlite = bench.server("empty")?;
    let (requests, answer_bytes) = Request::of_demo(sqlite.address, CONNECTIONS)?;
    let floor = bench.floor(answer_bytes)?;
    let on_everysec = bench.servers_on("on-everysec", &everysec.url())?;
    let on_always = bench.servers_on("on-always", &always.url())?;
    let turns: [&[Process]; 6] = [
        std::slice::from_ref(&floor),
        std::slice::from_ref(&sqlite),
        &on_everysec[..1],
        &on_everysec,
        &on_always[..1],
        &on_always,
    ];
    for servers in turns {
        together(servers, &requests, &WARM_UP)?;
    }
    let mut outcomes: [Outcome; 6] = Default::default();
    for _ in 0..plan.turns {
        for (outcome, servers) in outcomes.iter_mut().zip(turns) {
            outcome.add(together(servers, &requests, &TURN)?);
        }
    }
    on_everysec.into_iter().chain(on_always).chain([sqlite]).try_for_each(Process::stop)?;
    drop((everysec, always));
    for name in
        ["empty", "everysec", "always", "on-everysec-1", "on-everysec-2", "on-always-1", "on-always-2"]
    {
        fs::remove_dir_all(bench.data(name))?;
    }
    Ok(outcomes)
}

/// The same connections, shared out among the servers.
fn together(servers: &[Process], requests: &[Request], limit: &load::Limit) -> io::Result<Outcome> {
    let share = requests.len().div_ceil(servers.len());
    let outcomes: Vec<io::Result<Outcome>> = std::thread::scope(|scope| {
        let shares = servers.iter().zip(requests.chunks(share));
        let loads: Vec<_> =
            shares.map(|(server, share)| scope.spawn(move || load::run(server, share, limit))).collect();
        let panicked = || Err(io::Error::other("a thread of the load panicked"));
        loads.into_iter().map(|load| load.join().unwrap_or_else(|_| panicked())).collect()
    });
    let mut whole = Outcome::default();
    for outcome in outcomes {
        let outcome = outcome?;
        whole.time = whole.time.max(outcome.time);
        whole.server_cpu += outcome.server_cpu;
        whole.latencies_us.extend(outcome.latencies_us);
        // Each load counts the processor time of the whole process.
        whole.own_cpu = whole.own_cpu.max(outcome.own_cpu);
    }
    Ok(whole)
}

/// Copies the filled store into an empty Redis; what it and each record take.
///
/// # Errors
/// When the copy fails.
pub fn copy(bench: &Bench<'_>) -> io::Result<(Redis, (u64, Duration), f64, f64)> {
    let dir = bench.data("copied");
    let redis = redis(&dir, "always")?;
    let records = Usage::of(&bench.data("full"))?.records;
    progress(&format!("Copy {records} records to Redis"));
    let (before, start) = (redis.used_bytes(), Instant::now());
    let mut command = Command::new(bench.binary);
    command.args(["copy", "--to", &redis.url(), "--from"]);
    let output = command.arg(format!("sqlite:{}", bench.data("full").display())).output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let took = start.elapsed();
    let each = |bytes: u64| bytes as f64 / records.max(1) as f64;
    let memory_bytes = each(redis.used_bytes().saturating_sub(before));
    redis.ask(&["BGREWRITEAOF"]);
    while !redis.ask(&["INFO", "persistence"]).contains("aof_rewrite_in_progress:0") {
        std::thread::sleep(Duration::from_millis(100));
    }
    std::thread::sleep(SETTLE);
    let mut file_bytes = 0;
    for file in fs::read_dir(dir.join("appendonlydir"))? {
        file_bytes += file?.metadata()?.len();
    }
    Ok((redis, (records, took), each(file_bytes), memory_bytes))
}
