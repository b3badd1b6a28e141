//! A clock that a test sets, for servers and subcommands.

use crate::server::{Server, binary};
use std::path::Path;
use std::process::{Command, Output};

/// A day, in milliseconds.
pub const DAY: i64 = 24 * 3_600_000;
/// A minute, in milliseconds.
pub const MINUTE: i64 = 60_000;

/// The system's clock as the processes with it see it; `server/src/clock/now.rs` reads it.
pub struct SetClock {
    folder: tempfile::TempDir,
}

impl SetClock {
    /// A clock that many milliseconds ahead of the right one.
    ///
    /// # Panics
    /// When there is no room for a temporary folder.
    pub fn ahead(ms: i64) -> SetClock {
        let clock = SetClock { folder: tempfile::tempdir().expect("there is room for a temporary folder") };
        clock.set(ms);
        clock
    }

    /// Sets it, also for processes that run.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn set(&self, ahead_ms: i64) {
        let (new, file) = (self.folder.path().join("new"), self.folder.path().join("ahead"));
        std::fs::write(&new, ahead_ms.to_string()).expect("there is room for a number");
        std::fs::rename(new, file).expect("a file can be renamed");
    }

    /// The program, with this clock.
    pub fn command(&self) -> Command {
        let mut command = Command::new(binary());
        command.env("CONSTAT_CLOCK_FILE", self.folder.path().join("ahead"));
        command
    }

    /// Starts a server with this clock.
    ///
    /// # Panics
    /// As [`Server::start`].
    pub fn start(&self, data: &Path, args: &[&str]) -> Server {
        Server::start_by(self.command(), data, args)
    }

    /// Runs a subcommand with this clock.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command().args(args).output().expect("the binary can be started")
    }
}
