//! The table that a run prints. Ratios come first: they hold on other machines too.

use crate::comparison::{Measured, Round};
use crate::load::Outcome;
use crate::plan::CONNECTIONS;

/// What the project aims at, and whether a number reaches it.
enum Aim {
    AtLeast(f64),
    AtMost(f64),
}

impl Aim {
    fn reached(&self, value: f64) -> bool {
        match self {
            Aim::AtLeast(limit) => value >= *limit,
            Aim::AtMost(limit) => value <= *limit,
        }
    }

    /// The end of a line: the aim, and a word when the number misses it.
    fn note(&self, value: f64) -> String {
        let (word, limit) = match self {
            Aim::AtLeast(limit) => ("at least", limit),
            Aim::AtMost(limit) => ("at most", limit),
        };
        let missed = if self.reached(value) { "" } else { "   aim missed" };
        format!("aim {word} {limit}{missed}")
    }
}

/// Prints everything that was measured.
pub fn print(measured: &Measured) {
    let Measured { machine, sync, .. } = measured;
    println!();
    println!("Ratios compare what ran in turns; all other speeds are of this machine:");
    println!("{} cores ({}), {:.0} GiB of memory,", machine.cores, machine.processor, machine.memory_gib);
    println!("{:.2} ms for the disk to make 4 KiB durable.", sync.as_secs_f64() * 1e3);
    ratios(measured);
    rates(measured);
    log_curve(measured);
    memory_and_disk(measured);
    bytes(measured);
}

fn ratios(measured: &Measured) {
    let to_floor = |round: &Round| round.empty.rate() / round.floor.rate();
    let to_empty = |round: &Round| round.full.rate() / round.empty.rate();
    println!("\nRatios of rates (the median, and each of {} rounds)", measured.rounds.len());
    let line = |name: String, ratio: &dyn Fn(&Round) -> f64, aim: Aim| {
        let each: Vec<f64> = measured.rounds.iter().map(ratio).collect();
        let shown: Vec<_> = each.iter().map(|ratio| format!("{ratio:.2}")).collect();
        let median = median(each);
        println!("  {name:<36} {median:>6.2}   {:<26} [{}]", aim.note(median), shown.join(" "));
    };
    line("durable records to the floor".to_owned(), &to_floor, Aim::AtLeast(0.25));
    line(format!("with {} records to with none", filled(measured)), &to_empty, Aim::AtLeast(0.8));
}

fn rates(measured: &Measured) {
    println!(
        "\nRequests over {CONNECTIONS} connections     a second   p50 ms   p99 ms   CPU µs each: server   load"
    );
    let line = |name: String, outcomes: Vec<&Outcome>| {
        let rate = median(outcomes.iter().map(|outcome| outcome.rate()).collect());
        let mut latencies: Vec<u32> =
            outcomes.iter().flat_map(|outcome| &outcome.latencies_us).copied().collect();
        latencies.sort_unstable();
        let [p50, p99] = [50, 99].map(|percent| f64::from(percentile(&latencies, percent)) / 1e3);
        let each = |time: fn(&Outcome) -> f64| {
            outcomes.iter().map(|outcome| time(outcome)).sum::<f64>() * 1e6 / latencies.len().max(1) as f64
        };
        let server = each(|outcome| outcome.server_cpu.as_secs_f64());
        let load = each(|outcome| outcome.own_cpu.as_secs_f64());
        println!("  {name:<32} {rate:>9.0} {p50:>8.2} {p99:>8.2} {server:>21.1} {load:>6.1}");
    };
    let of = |phase: fn(&Round) -> &Outcome| measured.rounds.iter().map(phase).collect::<Vec<_>>();
    line("floor: parsed, answered, not stored".to_owned(), of(|round| &round.floor));
    line("stored durably, from an empty store".to_owned(), of(|round| &round.empty));
    line(format!("stored durably, after {}", filled(measured)), of(|round| &round.full));
    line("while the store was filled".to_owned(), vec![&measured.filled]);
}

/// Both columns of ratios stay near 1 as long as nothing rebuilds the tree.
fn log_curve(measured: &Measured) {
    println!("\nOne month's log as it grows        append: CPU µs   to the first   proof: p50 ms   p99 ms");
    let first = measured.curve.first().map_or(f64::NAN, |step| step.append_cpu_us);
    for step in &measured.curve {
        let [p50, p99] = [50, 99].map(|percent| f64::from(percentile(&step.proofs_us, percent)) / 1e3);
        let (cpu, ratio) = (step.append_cpu_us, step.append_cpu_us / first);
        println!("  {:>24} leaves {cpu:>16.1} {ratio:>14.2} {p50:>15.2} {p99:>8.2}", grouped(step.leaves));
    }
    if let Some(last) = measured.curve.last() {
        let p99 = f64::from(percentile(&last.proofs_us, 99)) / 1e3;
        println!("  an inclusion proof, p99            {p99:>6.2} ms   {}", Aim::AtMost(5.0).note(p99));
    }
}

fn memory_and_disk(measured: &Measured) {
    let mib = |kib: u64| kib as f64 / 1024.0;
    println!("\nResident memory");
    let line = |name: String, kib: u64, aim: Aim| {
        println!("  {name:<36} {:>6.1} MiB   {}", mib(kib), aim.note(mib(kib)));
    };
    line("idle".to_owned(), measured.idle_kib, Aim::AtMost(40.0));
    line(format!("peak, load on {} records", filled(measured)), measured.loaded_kib, Aim::AtMost(150.0));
    let disk = &measured.disk;
    let each = disk.bytes as f64 / disk.records.max(1) as f64;
    println!("\nDisk, all files of the store after the server stopped");
    println!("  {:<36} {each:>6.1} bytes", "each record");
    println!(
        "  {} records, {:.1} MiB, of which {:.1} MiB in the log",
        grouped(disk.records),
        mib(disk.bytes / 1024),
        mib(disk.log_bytes / 1024)
    );
}

fn bytes(measured: &Measured) {
    let fetched = &measured.bytes;
    println!("\nBytes fetched on the demo site, after brotli (the build fails above its budgets)");
    let line = |name: &str, bytes: usize, aim: &str| println!("  {name:<52} {bytes:>7}{aim}");
    let aim = |bytes: usize, limit: f64| format!("   {}", Aim::AtMost(limit).note(bytes as f64));
    let painted = fetched.consent_js + fetched.banner;
    line(
        "consent.js: loader, settings, first layer in French",
        fetched.consent_js,
        &aim(fetched.consent_js, 5000.0),
    );
    line("first layer in Dutch, asked for only then", fetched.banner, "");
    line("first paint in Dutch: the two", painted, &aim(painted, 10_000.0));
    line("notice in French", fetched.notice, "");
    line("glue", fetched.glue, "");
    line("WASM", fetched.wasm, "");
    let visit = fetched.first_visit();
    line("first visit in French: consent.js, notice, glue, WASM", visit, &aim(visit, 85_000.0));
    line(
        "first visit in Dutch: the same with its first layer",
        visit + fetched.banner,
        &aim(visit + fetched.banner, 85_000.0),
    );
    line("returning visitor: consent.js, in one request", fetched.consent_js, "");
}

/// How many records the store was filled with, which on a slow disk may be fewer than asked for.
fn filled(measured: &Measured) -> String {
    grouped(measured.filled.requests() as u64)
}

/// A number with a comma after every thousand.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// The value that this many of a hundred do not exceed; 0 when there are none.
pub fn percentile(sorted: &[u32], percent: usize) -> u32 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let hundred: Vec<u32> = (1..=100).collect();
        assert_eq!([50, 99, 100].map(|percent| percentile(&hundred, percent)), [50, 99, 100]);
        assert_eq!([percentile(&[7], 50), percentile(&[7], 99), percentile(&[], 99)], [7, 7, 0]);
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn an_aim_that_is_met_exactly_is_met() {
        assert!(Aim::AtLeast(0.25).reached(0.25) && Aim::AtMost(40.0).reached(40.0));
        assert_eq!(Aim::AtLeast(0.8).note(0.5), "aim at least 0.8   aim missed");
    }
}
