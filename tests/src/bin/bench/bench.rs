//! The servers that are measured. Their files lie below one folder.

use crate::process::Process;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The first argument of this binary when it is to be the floor.
pub const FLOOR: &str = "floor";

/// The binary that is measured, and where its files go.
pub struct Bench<'a> {
    /// The binary.
    pub binary: &'a Path,
    /// The folder.
    pub scratch: &'a Path,
}

impl Bench<'_> {
    /// The data folder of a server.
    pub fn data(&self, name: &str) -> PathBuf {
        self.scratch.join(name)
    }

    /// Starts a server.
    pub fn server(&self, name: &str) -> io::Result<Process> {
        let mut command = Command::new(self.binary);
        command.args(["serve", "--demo", "--port", "0", "--data"]).arg(self.data(name));
        Process::start(&mut command, &self.scratch.join(format!("{name}.log")))
    }

    /// A server on a Redis. Its data folder holds the key.
    pub fn server_on(&self, name: &str, url: &str) -> io::Result<Process> {
        let mut command = Command::new(self.binary);
        command.args(["serve", "--demo", "--port", "0", "--accept-data-loss", "--store", url, "--data"]);
        Process::start(command.arg(self.data(name)), &self.scratch.join(format!("{name}.log")))
    }

    /// Two servers on one Redis, which sign with the same key.
    pub fn servers_on(&self, name: &str, url: &str) -> io::Result<Vec<Process>> {
        let folders = [1, 2].map(|number| format!("{name}-{number}"));
        let first = self.server_on(&folders[0], url)?;
        let key = self.data(&folders[0]).join("keys/1.pem");
        let keys = self.data(&folders[1]).join("keys");
        std::fs::create_dir_all(&keys)?;
        // With its permissions: a key that others may read is refused.
        std::fs::copy(key, keys.join("1.pem"))?;
        Ok(vec![first, self.server_on(&folders[1], url)?])
    }

    /// Starts a server that stores nothing.
    pub fn floor(&self, answer_bytes: usize) -> io::Result<Process> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args([FLOOR, &answer_bytes.to_string()]);
        Process::start(&mut command, &self.scratch.join("floor.log"))
    }
}
