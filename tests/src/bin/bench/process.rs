//! A server process, and what the kernel reports about it.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// A running server. It is killed when the value is dropped.
pub struct Process {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// A server that printed another line into a closed pipe would fail.
    stdout: BufReader<ChildStdout>,
}

impl Process {
    /// Starts a server and waits until it prints its address. What it logs goes to a file.
    pub fn start(command: &mut Command, log: &Path) -> io::Result<Process> {
        let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(File::create(log)?).spawn();
        let mut child = started.map_err(|error| {
            io::Error::other(format!("{} cannot be started: {error}", command.get_program().display()))
        })?;
        let stdout = child.stdout.take().ok_or_else(|| io::Error::other("the server has no output"))?;
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        let address = line.trim_end().strip_prefix("listening http://").and_then(|text| text.parse().ok());
        let Some(address) = address else {
            // It has most likely ended by itself.
            let _ = child.kill();
            child.wait()?;
            let words = fs::read_to_string(log)?;
            return Err(io::Error::other(format!("the server did not start; it wrote:\n{words}")));
        };
        Ok(Process { child, address, stdout })
    }

    /// Where its console is, without a slash at its end. Asked once, of a server that has one.
    pub fn console(&mut self) -> io::Result<String> {
        let mut line = String::new();
        while self.stdout.read_line(&mut line)? > 0 {
            let console = line.strip_prefix("console ").and_then(|rest| rest.split("/console/").next());
            if let Some(console) = console {
                return Ok(console.to_owned());
            }
            line.clear();
        }
        Err(io::Error::other("the server has no console"))
    }

    /// A line of its status about memory, such as `VmRSS`.
    pub fn memory_kib(&self, name: &str) -> io::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let value = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let number = value.and_then(|value| value.trim().strip_suffix(" kB")?.parse().ok());
        number.ok_or_else(|| io::Error::other(format!("the kernel does not report {name}")))
    }

    /// Processor time it has used.
    pub fn cpu_time(&self) -> io::Result<Duration> {
        cpu_time(self.child.id())
    }

    /// Stops it as an operator would, and waits.
    pub fn stop(mut self) -> io::Result<()> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(io::Error::other(format!("a server ended with {status}"))) }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that was stopped has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// This process.
pub fn own_pid() -> u32 {
    std::process::id()
}

/// Processor time a process has used, all its threads together, also those that have ended.
pub fn cpu_time(pid: u32) -> io::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let ticks =
        ticks(&stat).ok_or_else(|| io::Error::other("the kernel does not report the processor time"))?;
    Ok(Duration::from_secs(ticks) / u32::try_from(rustix::param::clock_ticks_per_second()).unwrap_or(100))
}

/// User and system time: the 14th and 15th field. The second one, the name, may itself hold spaces.
fn ticks(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut times = after_name.split_whitespace().skip(11);
    Some(times.next()?.parse::<u64>().ok()? + times.next()?.parse::<u64>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_does_not_shift_the_fields() {
        let stat = "42 (a b) c) S 1 42 42 0 -1 4194304 100 0 0 0 250 30 0 0 20 0 4 0 77 1000 200";
        assert_eq!(ticks(stat), Some(280));
    }
}
