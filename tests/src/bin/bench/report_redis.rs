//! The part of the table that is about Redis.

use crate::load::Outcome;
use crate::plan::CONNECTIONS;
use crate::redis::{Measured, TURNS};
use crate::report::{grouped, median, percentile};

/// Prints all that was measured around Redis.
pub fn print(measured: &Measured) {
    rates(measured);
    ratios(measured);
    println!("\nEach record takes");
    let line = |what: &str, bytes: f64| println!("  {what:<52} {bytes:>6.0} bytes");
    line("in SQLite, all files", measured.sqlite_bytes);
    line("in Redis, memory (used_memory)", measured.memory_bytes);
    line("in Redis, file of changes after BGREWRITEAOF", measured.file_bytes);
    let (records, took) = measured.copied;
    let seconds = took.as_secs_f64();
    println!(
        "`constat copy` of {} records from SQLite to Redis: {seconds:.1} s, {:.0} a second, both audits included",
        grouped(records),
        records as f64 / seconds
    );
    found(measured);
}

fn rates(measured: &Measured) {
    println!(
        "\nIn turns, {CONNECTIONS} connections            a second   p50 ms   p99 ms   CPU µs each: servers"
    );
    for (name, outcomes) in TURNS.iter().zip(&measured.rounds) {
        let mut latencies: Vec<u32> =
            outcomes.iter().flat_map(|outcome| &outcome.latencies_us).copied().collect();
        latencies.sort_unstable();
        let [p50, p99] = [50, 99].map(|percent| f64::from(percentile(&latencies, percent)) / 1e3);
        let cpu: f64 = outcomes.iter().map(|outcome| outcome.server_cpu.as_secs_f64()).sum();
        let each = cpu * 1e6 / latencies.len().max(1) as f64;
        println!("  {name:<32} {:>9.0} {p50:>8.2} {p99:>8.2} {each:>22.1}", rate(outcomes));
    }
    println!("  everysec was allowed by --accept-data-loss; Redis shares the machine with servers and load");
}

fn rate(outcomes: &[Outcome]) -> f64 {
    median(outcomes.iter().map(Outcome::rate).collect())
}

fn ratios(measured: &Measured) {
    println!("\nRatios of rates (the median of the rounds)      to the floor   to SQLite");
    let [floor, sqlite, ..] = &measured.rounds;
    for (name, outcomes) in TURNS.iter().zip(&measured.rounds).skip(1) {
        let to = |others: &[Outcome]| {
            median(outcomes.iter().zip(others).map(|(one, other)| one.rate() / other.rate()).collect())
        };
        println!("  {name:<44} {:>13.2} {:>11.2}", to(floor), to(sqlite));
    }
}

fn found(measured: &Measured) {
    println!("\nThe records of one consent id, asked for over HTTP   p50 ms   p99 ms");
    for found in &measured.found {
        let [p50, p99] = [50, 99].map(|percent| f64::from(percentile(&found.times_us, percent)) / 1e3);
        let name = format!("{}, among {}", found.store, grouped(found.records));
        println!("  {name:<50} {p50:>6.2} {p99:>8.2}");
    }
    println!("  multiplied: one record copied in the store with new ids, which the log knows nothing of");
}
