//! `cargo deny` with `deny.toml`: licences, duplicates, sources and known faults of the dependencies.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::tools::failure::Failure;
use crate::tools::installed::ensure_installed;
use crate::tools::steps::{not_started, run, step};
use crate::tools::workspace::Workspace;

/// The version whose output and options this file knows.
const VERSION: &str = "0.20.2";

const REMEDY: &str =
    "Replace the dependency named above, or allow it in deny.toml and give the reason there.";

/// Checks all dependencies. Known faults are left out, with a line about it, where there is no
/// advisory database and none can be fetched.
pub fn check_dependencies(workspace: &Workspace) -> Result<(), Failure> {
    let remedy = "Check the connection, or run `cargo xtask test --quick`, which does not need it.";
    let program = ensure_installed(workspace, "cargo-deny", VERSION, remedy)?;
    let deny = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.current_dir(workspace.root()).args(arguments);
        command
    };
    step("Check licences, duplicates and sources of the dependencies", || {
        run(&mut deny(&["check", "licenses", "bans", "sources"]), REMEDY)
    })?;
    step("Check the dependencies for known faults", || {
        if let Some(why) = fetch_database(&mut deny(&["fetch", "db"]))? {
            if !has_folder(&Workspace::cargo_home().join("advisory-dbs")) {
                println!("   SKIPPED, because the advisory database cannot be fetched: {why}");
                return Ok(());
            }
            println!(
                "   With the advisory database of this machine, because no newer one can be fetched: {why}"
            );
        }
        run(&mut deny(&["--offline", "check", "advisories"]), REMEDY)
    })
}

/// Fetches the newest advisories, or returns why that is not possible.
fn fetch_database(fetch: &mut Command) -> Result<Option<String>, Failure> {
    let output = fetch.output().map_err(|error| not_started(fetch, &error))?;
    if output.status.success() {
        return Ok(None);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let last = errors.lines().rfind(|line| !line.trim().is_empty());
    Ok(Some(last.unwrap_or("no reason was given").to_owned()))
}

fn has_folder(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.any(|entry| entry.is_ok_and(|e| e.path().is_dir())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_why_no_database_can_be_fetched_is_the_last_line() {
        let mut fetch = Command::new("/bin/sh");
        fetch.args(["-c", "echo cloning >&2; echo 'no such host' >&2; echo >&2; exit 1"]);
        assert_eq!(fetch_database(&mut fetch).unwrap().as_deref(), Some("no such host"));
        assert_eq!(fetch_database(Command::new("/bin/sh").args(["-c", "true"])).unwrap(), None);
    }
}
