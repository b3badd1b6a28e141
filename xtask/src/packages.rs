//! Programs that tests need and Debian or Ubuntu have in a package.

use std::path::PathBuf;
use std::process::Command;

use crate::failure::Failure;
use crate::steps::{run, step};

/// Sees to it that programs are there, each given with its package: installs
/// them when this user may, or says what to install, and `or_else` what to do otherwise.
pub fn ensure(what: &str, programs: &[(&str, &str)], or_else: &str) -> Result<(), Failure> {
    let missing: Vec<_> = programs.iter().filter(|(program, _)| in_path(program).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|(_, package)| *package).collect();
    let names: Vec<String> = programs.iter().map(|(program, _)| format!("`{program}`")).collect();
    let remedy = format!(
        "Install {} (Debian: `apt-get install {}`) so that {} are in PATH{or_else}.",
        packages.join(" and "),
        packages.join(" "),
        names.join(" and "),
    );
    step(&format!("Install {what}"), || {
        if !rustix::process::getuid().is_root() || in_path("apt-get").is_none() {
            return Err(Failure::new(format!("the tests need {what}."), remedy));
        }
        let apt = |arguments: &[&str]| {
            run(Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(arguments), &remedy)
        };
        apt(&["update"])?;
        apt(&[&["install", "-y", "--no-install-recommends"], packages.as_slice()].concat())
    })
}

fn in_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_looked_up_in_path() {
        assert!(in_path("sh").is_some());
        assert!(in_path("no-such-program-here").is_none());
    }
}
