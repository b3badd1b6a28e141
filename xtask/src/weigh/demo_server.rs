//! The server of this build, run on the demo site while its answers are weighed.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::tools::failure::Failure;
use crate::tools::files::unwritable;
use crate::tools::steps::not_started;

/// How long the server may take until it listens.
const START_LIMIT: Duration = Duration::from_secs(30);
/// How long it may take to stop once asked.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// No answer of the demo site is anywhere near this.
const REPLY_LIMIT_BYTES: u64 = 10_000_000;

/// A running server with a temporary data folder, which is deleted when the server stops.
pub struct Demo {
    server: Child,
    address: String,
    agent: ureq::Agent,
    data: TempDir,
}

impl Demo {
    /// Starts the server on a free port and waits until it listens.
    pub fn start(binary: &Path) -> Result<Demo, Failure> {
        let data = tempfile::tempdir().map_err(|error| unwritable(&std::env::temp_dir(), &error))?;
        let log_path = data.path().join("server.log");
        let log = File::create(&log_path).map_err(|error| unwritable(&log_path, &error))?;
        let mut command = Command::new(binary);
        command.args(["serve", "--demo", "--port", "0", "--data"]).arg(data.path().join("data"));
        let mut server = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(|error| not_started(&command, &error))?;
        let lines = server.stdout.take().map(read_lines);
        // From here on, dropping the value stops the server.
        let mut demo = Demo { server, address: String::new(), agent: agent(), data };
        demo.address =
            lines.and_then(|lines| listening_address(&lines)).ok_or_else(|| demo.not_listening())?;
        Ok(demo)
    }

    /// The size of what `path` answers, as it travels: after brotli.
    pub fn weigh(&self, path: &str) -> Result<usize, Failure> {
        let remedy = "Run `cargo xtask test` to see which route is broken.";
        let fail = |why: String| Failure::new(format!("GET {path} {why}."), remedy);
        let request = self.agent.get(format!("{}{path}", self.address)).header("Accept-Encoding", "br");
        let mut reply = request.call().map_err(|error| fail(format!("failed: {error}")))?;
        if reply.status() != 200 {
            return Err(fail(format!("answered {}", reply.status())));
        }
        if reply.headers().get("content-encoding").is_none_or(|encoding| encoding != "br") {
            return Err(fail("is not compressed with brotli, though the request accepts it".to_owned()));
        }
        let mut body = Vec::new();
        let read = reply.body_mut().as_reader().take(REPLY_LIMIT_BYTES).read_to_end(&mut body);
        read.map_err(|error| fail(format!("broke off: {error}")))
    }

    /// Stops the server the way an operator does, and fails when it does not stop in time.
    pub fn stop(mut self) -> Result<(), Failure> {
        let remedy = "Look at how the server handles SIGTERM.";
        let cannot =
            |error: std::io::Error| Failure::new(format!("the server cannot be stopped: {error}."), remedy);
        kill_process(Pid::from_child(&self.server), Signal::TERM).map_err(|error| cannot(error.into()))?;
        let deadline = Instant::now() + STOP_LIMIT;
        while Instant::now() < deadline {
            if let Some(status) = self.server.try_wait().map_err(cannot)? {
                let why = || Failure::new(format!("the server ended with {status} on SIGTERM."), remedy);
                return if status.success() { Ok(()) } else { Err(why()) };
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err(Failure::new(
            format!("the server did not stop within {} s of SIGTERM.", STOP_LIMIT.as_secs()),
            remedy,
        ))
    }

    fn not_listening(&mut self) -> Failure {
        let log = std::fs::read_to_string(self.data.path().join("server.log")).unwrap_or_default();
        let lines: Vec<&str> = log.trim_end().lines().collect();
        let last = lines[lines.len().saturating_sub(5)..].join("\n");
        let why = match self.server.try_wait() {
            Ok(Some(status)) => format!("the server ended with {status} before it listened."),
            _ => format!("the server did not listen within {} s.", START_LIMIT.as_secs()),
        };
        Failure::new(
            if last.is_empty() { why } else { format!("{why} It wrote:\n{last}") },
            "Start it by hand with `target/release/constat serve --demo` to see more.",
        )
    }
}

impl Drop for Demo {
    /// After a failure nobody waits for a clean end, but no server may be left behind. An error only
    /// means that it has stopped already.
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Talks to this machine only: no proxy, and every status is an answer.
fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder();
    config.proxy(None).http_status_as_error(false).timeout_global(Some(START_LIMIT)).build().new_agent()
}

/// Keeps reading while the server runs: a full pipe would stop it.
fn read_lines(stdout: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            // Nobody listens once the address is known.
            let _ = sender.send(line);
        }
    });
    receiver
}

fn listening_address(lines: &Receiver<String>) -> Option<String> {
    let deadline = Instant::now() + START_LIMIT;
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                if let Some(address) = line.strip_prefix("listening ") {
                    return Some(address.trim_end().to_owned());
                }
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_address_is_read_from_its_line() {
        let (sender, receiver) = channel();
        for line in ["data /tmp/x", "listening http://127.0.0.1:4000", "demo http://127.0.0.1:4000/demo/fr/"]
        {
            sender.send(line.to_owned()).unwrap();
        }
        assert_eq!(listening_address(&receiver).as_deref(), Some("http://127.0.0.1:4000"));
    }

    #[test]
    fn a_server_that_dies_is_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let binary = folder.path().join("constat");
        fs::write(&binary, "#!/bin/sh\necho the port is taken >&2\nexit 1\n").unwrap();
        fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).unwrap();
        let failure = Demo::start(&binary).err().map(|failure| failure.to_string()).unwrap();
        assert!(failure.contains("the port is taken"), "{failure}");
    }
}
