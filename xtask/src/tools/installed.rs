//! Programs that cargo installs from source, once, for the checks alone.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tools::failure::Failure;
use crate::tools::programs::in_path;
use crate::tools::steps::{run, step};
use crate::tools::workspace::Workspace;

/// The program in this version: from PATH or `target/tools`, where it is installed once. It runs for
/// seconds, so it is compiled without optimisation, which takes half the time.
pub fn ensure_installed(
    workspace: &Workspace,
    name: &str,
    version: &str,
    remedy: &str,
) -> Result<PathBuf, Failure> {
    let own = workspace.tools().join("bin").join(name);
    let mut found = in_path(name).into_iter().chain([own.clone()]);
    if let Some(program) = found.find(|program| is_known(program, name, version)) {
        return Ok(program);
    }
    step(&format!("Install {name} {version}: once, and it takes some minutes"), || {
        let mut command = workspace.cargo(["install", name, "--locked", "--debug", "--version", version]);
        command.arg("--root").arg(workspace.tools()).env("CARGO_PROFILE_DEV_DEBUG", "false");
        run(&mut command, remedy)
    })?;
    Ok(own)
}

/// Whether a program says on its first line that it has this name and version.
fn is_known(program: &Path, name: &str, version: &str) -> bool {
    let Ok(output) = Command::new(program).arg("--version").output() else { return false };
    let text = String::from_utf8_lossy(&output.stdout);
    let mut words = text.lines().next().unwrap_or_default().split_whitespace();
    words.next() == Some(name) && words.next() == Some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_of_another_name_or_version_is_not_the_known_one() {
        assert!(!is_known(Path::new("/bin/sh"), "sh", "1"));
        assert!(!is_known(Path::new("/nowhere/cargo-deny"), "cargo-deny", "1"));
    }
}
