//! A program of the system that listens on a port, in a folder of its own.

use std::fs::Permissions;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a program may take to start or to stop, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often another port is tried when somebody else took the first.
const TRIES: usize = 3;

/// A running program. It is ended when the value is dropped.
pub struct Process {
    child: Child,
    /// Where it listens.
    pub port: u16,
    /// Its files.
    pub folder: tempfile::TempDir,
}

impl Process {
    /// Starts what `command` makes for a folder and a free port, and waits until it listens.
    ///
    /// # Panics
    /// When it does not; the message contains what it wrote.
    pub fn start(name: &str, command: impl Fn(&Path, u16) -> Command) -> Process {
        for _ in 0..TRIES {
            let folder = tempfile::tempdir().expect("there is room for a temporary folder");
            // Some programs give up their rights, and read their files then.
            let readable = std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755));
            readable.expect("a folder is its owner's");
            let port = free_port();
            let output = folder.path().join("output");
            let file = std::fs::File::create(&output).expect("a temporary folder can be written");
            let mut command = command(folder.path(), port);
            command
                .stdin(Stdio::null())
                .stdout(file.try_clone().expect("a file has several users"))
                .stderr(file);
            let mut child = command.spawn().unwrap_or_else(|error| {
                panic!("{name}: {error}: {command:?}; `cargo xtask test` installs what is missing")
            });
            if listens(&mut child, port) {
                return Process { child, port, folder };
            }
            eprintln!("{name}: {}", std::fs::read_to_string(output).unwrap_or_default());
        }
        panic!("{name} does not start; what it wrote is above");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let pid = rustix::process::Pid::from_raw(self.child.id().cast_signed());
        // It may have ended by itself.
        let _ = pid.map(|pid| rustix::process::kill_process(pid, rustix::process::Signal::TERM));
        let start = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if start.elapsed() > PATIENCE {
                let _ = self.child.kill();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

pub(super) fn free_port() -> u16 {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr());
    free.expect("a port is free").port()
}

/// Whether it listens before it exits.
fn listens(child: &mut Child, port: u16) -> bool {
    let start = Instant::now();
    while start.elapsed() < PATIENCE && matches!(child.try_wait(), Ok(None)) {
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}
