//! The floor, an empty store and a full one, measured in turns.

use crate::bench::Bench;
use crate::load::{self, Outcome};
use crate::plan::{CONNECTIONS, Plan, SETTLE, TURN, WARM_UP};
use crate::process::Process;
use crate::progress::progress;
use crate::request::Request;
use crate::{bytes, curve, disk, machine};
use std::io;
use std::time::Duration;

/// All that one run found.
pub struct Measured {
    /// The machine it ran on.
    pub machine: machine::Machine,
    /// How long the disk takes to make 4 KiB durable.
    pub sync: Duration,
    /// What a visitor fetches.
    pub bytes: bytes::Fetched,
    /// Memory of a server that has just started, in KiB.
    pub idle_kib: u64,
    /// The most memory that the server of the full store has used, in KiB.
    pub loaded_kib: u64,
    /// The load that filled the store.
    pub filled: Outcome,
    /// What an append and a proof cost while it was filled.
    pub curve: Vec<curve::Step>,
    /// What the full store takes on the disk.
    pub disk: disk::Usage,
    /// What each round found.
    pub rounds: Vec<Round>,
}

/// The turns of one round, server by server.
pub struct Round {
    /// The server that stores nothing.
    pub floor: Outcome,
    /// The server whose store was empty at the start of the round.
    pub empty: Outcome,
    /// The server with the full store.
    pub full: Outcome,
}

/// Measures all of it. The data folder `full` stays, and no server uses it any more.
///
/// # Errors
/// When a server cannot be started or fails.
pub fn measure(bench: &Bench<'_>, plan: &Plan) -> io::Result<Measured> {
    let sync = disk::sync_time(bench.scratch)?;

    progress("Start");
    let full = bench.server("full")?;
    std::thread::sleep(SETTLE);
    let idle_kib = full.memory_kib("VmRSS")?;
    let bytes = bytes::Fetched::from(full.address)?;
    let (requests, answer_bytes) = Request::of_demo(full.address, CONNECTIONS)?;
    let floor = bench.floor(answer_bytes)?;

    progress(&format!("Store {} records", plan.fill.requests));
    let (filled, curve) = curve::fill(plan, &full, &requests)?;
    let rounds = (1..=plan.rounds).map(|number| {
        progress(&format!("Round {number} of {}", plan.rounds));
        round(bench, plan, &requests, &floor, &full)
    });
    let rounds = rounds.collect::<io::Result<Vec<_>>>()?;

    let loaded_kib = full.memory_kib("VmHWM")?;
    full.stop()?;
    let disk = disk::Usage::of(&bench.data("full"))?;
    let machine = machine::Machine::this();
    Ok(Measured { machine, sync, bytes, idle_kib, loaded_kib, filled, curve, disk, rounds })
}

/// Each round makes a new empty store: the one of the round before is no longer empty.
fn round(
    bench: &Bench<'_>,
    plan: &Plan,
    requests: &[Request],
    floor: &Process,
    full: &Process,
) -> io::Result<Round> {
    let empty = bench.server("empty")?;
    for process in [floor, &empty, full] {
        load::run(process, requests, &WARM_UP)?;
    }
    let mut round = Round { floor: Outcome::default(), empty: Outcome::default(), full: Outcome::default() };
    for _ in 0..plan.turns {
        round.floor.add(load::run(floor, requests, &TURN)?);
        round.empty.add(load::run(&empty, requests, &TURN)?);
        round.full.add(load::run(full, requests, &TURN)?);
    }
    empty.stop()?;
    std::fs::remove_dir_all(bench.data("empty"))?;
    Ok(round)
}
