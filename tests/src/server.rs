//! A server under test: the real binary, on a free port, in a folder of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long a server may take to start or to stop, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running `constat serve`. It is killed when the value is dropped.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// With the demo: `http://localhost:PORT`.
    pub third_parties: Option<String>,
}

/// The binary under test: `CONSTAT_BIN`, or the one beside the tests.
///
/// # Panics
/// When there is none.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("CONSTAT_BIN") {
        return path.into();
    }
    let exe = std::env::current_exe().expect("a test knows where it is");
    let path = exe.ancestors().nth(2).expect("tests lie in target/PROFILE/deps").join("constat");
    assert!(path.is_file(), "build the server first: cargo xtask test");
    path
}

impl Server {
    /// Starts a server with these arguments besides port and data folder.
    ///
    /// # Panics
    /// When it does not start; what it said is in the message.
    pub fn start(data: &Path, args: &[&str]) -> Server {
        Server::start_at(0, data, args)
    }

    /// Starts a server on a port that an earlier one had.
    ///
    /// # Panics
    /// As [`Server::start`].
    pub fn start_at(port: u16, data: &Path, args: &[&str]) -> Server {
        let mut child = Command::new(binary())
            .args(["serve", "--port", &port.to_string(), "--data"])
            .arg(data)
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary can be started");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let (mut url, mut third_parties) = (None, None);
        // The line about the data is the last one a starting server prints.
        for line in stdout.lines().map_while(Result::ok) {
            match line.split_once(" http") {
                Some(("listening", rest)) => url = Some(format!("http{rest}")),
                Some(("third parties", rest)) => third_parties = Some(format!("http{rest}")),
                _ => {}
            }
            if line.starts_with("data ") {
                break;
            }
        }
        let Some(url) = url else { panic!("the server did not start: {}", read_all(&mut child)) };
        drain(&mut child);
        Server { child, url, third_parties }
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The port it listens on.
    ///
    /// # Panics
    /// Never: the address was printed by the server.
    pub fn port(&self) -> u16 {
        self.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("an address ends with its port")
    }

    /// Ends it at once, as a crash would.
    pub fn kill(mut self) {
        self.end();
    }

    /// Sends a signal.
    ///
    /// # Panics
    /// When the process is gone.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(self.child.id().cast_signed()).expect("a process id is not zero");
        rustix::process::kill_process(pid, signal).expect("the server is running");
    }

    /// Asks it to stop, waits, and says whether it stopped well.
    ///
    /// # Panics
    /// When it does not stop in time.
    pub fn stop(mut self) -> bool {
        self.signal(rustix::process::Signal::TERM);
        let start = std::time::Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("the process can be waited for") {
                return status.success();
            }
            assert!(start.elapsed() < PATIENCE, "the server did not stop");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn read_all(child: &mut Child) -> String {
    let stderr = child.stderr.take().expect("stderr is piped");
    std::io::read_to_string(stderr).unwrap_or_default()
}

/// Reads the log away, so that the server never waits for a full pipe.
fn drain(child: &mut Child) {
    let stderr = child.stderr.take().expect("stderr is piped");
    std::thread::spawn(move || std::io::copy(&mut BufReader::new(stderr), &mut std::io::sink()));
}
