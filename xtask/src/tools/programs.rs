//! The programs that the tests start, and how those that come from the system are installed.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::Command;

use crate::tools::failure::Failure;
use crate::tools::steps::{run, step};

/// Makes sure that the tests find `openssl`, which acts as the time-stamping authority.
pub fn ensure_openssl() -> Result<(), Failure> {
    let problem = "the tests need the openssl command.";
    ensure("Install openssl", &[("openssl", "openssl")], problem, "")
}

/// Makes sure that the tests find `qpdf`, which checks the certificates.
pub fn ensure_qpdf() -> Result<(), Failure> {
    ensure("Install qpdf", &[("qpdf", "qpdf")], "the tests need the qpdf command.", "")
}

/// Makes sure that the tests find Redis: each test of the Redis store starts one.
pub fn ensure_redis() -> Result<(), Failure> {
    let programs = [("redis-server", "redis-server"), ("redis-cli", "redis-tools")];
    ensure("Install Redis", &programs, "the tests of the store need Redis.", "")
}

/// Makes sure that the tests find every program for which docs/deploy/ has a file of the first-party mode, and the
/// caches that are tried before a site.
pub fn ensure_fronts() -> Result<(), Failure> {
    let programs = [
        ("nginx", "nginx"),
        ("caddy", "caddy"),
        ("apache2", "apache2-bin"),
        ("haproxy", "haproxy"),
        ("varnishd", "varnish"),
        ("node", "nodejs"),
        ("php", "php-cli"),
    ];
    let problem = "the tests of the first-party mode need the programs that stand before a site.";
    ensure("Install what stands before a site", &programs, problem, "")
}

/// Makes sure that these programs, each with the Debian or Ubuntu package that holds it, are there:
/// installs them when this user may, or fails with what to install.
pub fn ensure(name: &str, programs: &[(&str, &str)], problem: &str, otherwise: &str) -> Result<(), Failure> {
    let missing: Vec<_> = programs.iter().filter(|(program, _)| in_path(program).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|(_, package)| *package).collect();
    let commands: Vec<_> = programs.iter().map(|(program, _)| format!("`{program}`")).collect();
    let remedy = format!(
        "Install {} (Debian: `apt-get install {}`) so that {} can be found in PATH{otherwise}.",
        packages.join(" and "),
        packages.join(" "),
        commands.join(" and "),
    );
    step(name, || {
        if !rustix::process::getuid().is_root() || in_path("apt-get").is_none() {
            return Err(Failure::new(problem, remedy));
        }
        let apt = |arguments: &[&str]| {
            run(Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(arguments), &remedy)
        };
        apt(&["update"])?;
        let _no_service = NoService::begin();
        apt(&[&["install", "-y", "--no-install-recommends"], packages.as_slice()].concat())
    })
}

/// While it lives, Debian's packages start no service when they are installed: the tests start their own, and a
/// proxy would take port 80 of a developer's machine.
struct NoService {
    is_ours: bool,
}

/// What `invoke-rc.d` asks before it starts a service; 101 forbids it.
const POLICY: &str = "/usr/sbin/policy-rc.d";

impl NoService {
    fn begin() -> NoService {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o755).open(POLICY);
        let written = file.and_then(|mut file| file.write_all(b"#!/bin/sh\nexit 101\n"));
        NoService { is_ours: written.is_ok() }
    }
}

impl Drop for NoService {
    fn drop(&mut self) {
        if self.is_ours {
            let _ = std::fs::remove_file(POLICY);
        }
    }
}

/// The file that would be started as `program`.
pub fn in_path(program: &str) -> Option<PathBuf> {
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
