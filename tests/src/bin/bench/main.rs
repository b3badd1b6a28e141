//! `cargo xtask bench`: how fast answers become durable records, and what that costs.
//!
//! Three servers take turns under the same load: the floor, which stores nothing; a server with an
//! empty store; and one with a million records. Whatever else the machine does then slows all three
//! alike, and the ratios between them hold where the absolute numbers do not.

use bench::{Bench, FLOOR};
use plan::Plan;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::ExitCode;

mod bench;
mod bytes;
mod comparison;
mod curve;
mod disk;
mod find;
mod floor;
mod load;
mod machine;
mod multiply;
mod plan;
mod process;
mod progress;
mod redis;
mod report;
mod report_redis;
mod request;
mod search;
mod tags;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(|argument| argument.to_str().unwrap_or_default()).collect();
    let done = match words.as_slice() {
        [FLOOR, answer_bytes] => floor::serve(answer_bytes),
        [path, "search"] if !path.starts_with('-') => with_bench(Path::new(path), search::measure),
        [_, "tags", packages] => tags::measure(Path::new(packages)),
        [path, flags @ ..] if !path.starts_with('-') && flags.iter().all(|flag| *flag == "--quick") => {
            let plan = if flags.is_empty() { Plan::full() } else { Plan::quick() };
            run(Path::new(&arguments[0]), &plan)
        }
        _ => Err(io::Error::other("usage: bench PATH-OF-CONSTAT [search | tags PACKAGES | --quick]")),
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
    with_bench(binary, |bench| {
        report::print(&comparison::measure(bench, plan)?);
        match redis::missing() {
            Some(words) => println!("\n{words}"),
            None => report_redis::print(&redis::measure(bench, plan)?),
        }
        Ok(())
    })
}

fn with_bench(binary: &Path, job: impl FnOnce(&Bench<'_>) -> io::Result<()>) -> io::Result<()> {
    // Beside the binary: a system's folder of temporary files may lie in memory, where nothing is durable.
    let beside = binary.parent().unwrap_or(Path::new("."));
    let scratch = tempfile::tempdir_in(beside)?;
    job(&Bench { binary, scratch: scratch.path() })
}
