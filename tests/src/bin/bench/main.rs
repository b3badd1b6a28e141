//! `cargo xtask bench`: how fast answers become durable records, and what that costs.
//!
//! Three servers take turns under the same load: the floor, which stores nothing; a server with an
//! empty store; and one with a million records. Whatever else the machine does then slows all three
//! alike, and the ratios between them hold where the absolute numbers do not.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use load::{Limit, Outcome};
use process::Process;
use request::Request;

mod bytes;
mod curve;
mod disk;
mod find;
mod floor;
mod load;
mod machine;
mod process;
mod redis;
mod report;
mod report_redis;
mod request;

/// Connections that each send the next request once the last is answered.
const CONNECTIONS: usize = 64;
/// What a server does before it is measured.
const WARM_UP: Limit = Limit { time: Duration::from_millis(500), requests: u64::MAX };
/// After this long a server that has started is idle.
const SETTLE: Duration = Duration::from_secs(1);
/// The first argument of this binary when it is to be the floor.
const FLOOR: &str = "floor";

/// One turn of one server: short, so that a busy moment of the machine hits the others' turns too.
const TURN: Limit = Limit { time: Duration::from_secs(1), requests: u64::MAX };

/// How much is measured.
struct Plan {
    rounds: usize,
    /// How often each server has its turn in a round.
    turns: usize,
    fill: Limit,
    /// How many records one is looked for among, beyond those that were filled in.
    multiplied: u64,
}

impl Plan {
    /// Under five minutes for the embedded store, also on a slow disk, and ten for Redis.
    fn full() -> Plan {
        let fill = Limit { time: Duration::from_secs(150), requests: 1_000_000 };
        Plan { rounds: 5, turns: 4, fill, multiplied: 10_000_000 }
    }

    /// Enough to see whether a change was a mistake.
    fn quick() -> Plan {
        let fill = Limit { time: Duration::from_secs(60), requests: 100_000 };
        Plan { rounds: 3, turns: 2, fill, multiplied: 300_000 }
    }
}

/// All that one run found.
struct Measured {
    machine: machine::Machine,
    sync: Duration,
    bytes: bytes::Fetched,
    idle_kib: u64,
    loaded_kib: u64,
    filled: Outcome,
    curve: Vec<curve::Step>,
    disk: disk::Usage,
    rounds: Vec<Round>,
}

/// The turns of one round, server by server.
struct Round {
    floor: Outcome,
    empty: Outcome,
    full: Outcome,
}

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(|argument| argument.to_str().unwrap_or_default()).collect();
    let done = match words.as_slice() {
        [FLOOR, answer_bytes] => floor::serve(answer_bytes),
        [path, flags @ ..] if !path.starts_with('-') && flags.iter().all(|flag| *flag == "--quick") => {
            let plan = if flags.is_empty() { Plan::full() } else { Plan::quick() };
            run(Path::new(&arguments[0]), &plan)
        }
        _ => Err(io::Error::other("usage: bench PATH-OF-CONSTAT [--quick]")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(binary: &Path, plan: &Plan) -> io::Result<()> {
    // Beside the binary: a system's folder of temporary files may lie in memory, where nothing is durable.
    let beside = binary.parent().unwrap_or(Path::new("."));
    let scratch = tempfile::tempdir_in(beside)?;
    let bench = Bench { binary, scratch: scratch.path() };
    report::print(&measure(&bench, plan)?);
    match redis::missing() {
        Some(words) => println!("\n{words}"),
        None => report_redis::print(&redis::measure(&bench, plan)?),
    }
    Ok(())
}

fn measure(bench: &Bench<'_>, plan: &Plan) -> io::Result<Measured> {
    let sync = disk::sync_time(bench.scratch)?;

    say("Start");
    let full = bench.server("full")?;
    std::thread::sleep(SETTLE);
    let idle_kib = full.memory_kib("VmRSS")?;
    let bytes = bytes::Fetched::from(full.address)?;
    let (requests, answer_bytes) = Request::of_demo(full.address, CONNECTIONS)?;
    let floor = bench.floor(answer_bytes)?;

    say(&format!("Store {} records", plan.fill.requests));
    let (filled, curve) = curve::fill(plan, &full, &requests)?;
    let rounds = (1..=plan.rounds).map(|number| {
        say(&format!("Round {number} of {}", plan.rounds));
        bench.round(plan, &requests, &floor, &full)
    });
    let rounds = rounds.collect::<io::Result<Vec<_>>>()?;

    let loaded_kib = full.memory_kib("VmHWM")?;
    full.stop()?;
    let disk = disk::Usage::of(&bench.data("full"))?;
    let machine = machine::Machine::this();
    Ok(Measured { machine, sync, bytes, idle_kib, loaded_kib, filled, curve, disk, rounds })
}

struct Bench<'a> {
    binary: &'a Path,
    scratch: &'a Path,
}

impl Bench<'_> {
    fn data(&self, name: &str) -> PathBuf {
        self.scratch.join(name)
    }

    fn server(&self, name: &str) -> io::Result<Process> {
        let mut command = Command::new(self.binary);
        command.args(["serve", "--demo", "--port", "0", "--data"]).arg(self.data(name));
        Process::start(&mut command, &self.scratch.join(format!("{name}.log")))
    }

    /// A server on a Redis, with a data folder of its own for the key.
    fn server_on(&self, name: &str, url: &str) -> io::Result<Process> {
        let mut command = Command::new(self.binary);
        command.args(["serve", "--demo", "--port", "0", "--accept-data-loss", "--store", url, "--data"]);
        Process::start(command.arg(self.data(name)), &self.scratch.join(format!("{name}.log")))
    }

    /// Two servers on one Redis, which sign with the same key.
    fn servers_on(&self, name: &str, url: &str) -> io::Result<Vec<Process>> {
        let folders = [1, 2].map(|number| format!("{name}-{number}"));
        let first = self.server_on(&folders[0], url)?;
        let key = self.data(&folders[0]).join("keys/1.pem");
        let keys = self.data(&folders[1]).join("keys");
        std::fs::create_dir_all(&keys)?;
        // With its permissions: a key that others may read is refused.
        std::fs::copy(key, keys.join("1.pem"))?;
        Ok(vec![first, self.server_on(&folders[1], url)?])
    }

    fn floor(&self, answer_bytes: usize) -> io::Result<Process> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args([FLOOR, &answer_bytes.to_string()]);
        Process::start(&mut command, &self.scratch.join("floor.log"))
    }

    /// Each round has an empty store of its own: the one of the round before is no longer empty.
    fn round(&self, plan: &Plan, requests: &[Request], floor: &Process, full: &Process) -> io::Result<Round> {
        let empty = self.server("empty")?;
        for process in [floor, &empty, full] {
            load::run(process, requests, &WARM_UP)?;
        }
        let mut round =
            Round { floor: Outcome::default(), empty: Outcome::default(), full: Outcome::default() };
        for _ in 0..plan.turns {
            round.floor.add(load::run(floor, requests, &TURN)?);
            round.empty.add(load::run(&empty, requests, &TURN)?);
            round.full.add(load::run(full, requests, &TURN)?);
        }
        empty.stop()?;
        std::fs::remove_dir_all(self.data("empty"))?;
        Ok(round)
    }
}

/// Says what happens, where the table does not go.
fn say(what: &str) {
    eprintln!("   {what}");
}
