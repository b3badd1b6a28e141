//! A server under test: the real binary, on a free port, with its own data folder.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a server may take to start or to stop, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running `constat serve`. It is killed when the value is dropped.
pub struct Server {
    child: Child,
    log: Log,
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// With the demo: `http://localhost:PORT`.
    pub third_parties: Option<String>,
    /// The first screen of the console; with the demo, a link that signs in once.
    pub console: String,
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
    /// When it does not start; the message contains what it wrote.
    pub fn start(data: &Path, args: &[&str]) -> Server {
        Server::start_at(0, data, args)
    }

    /// Starts a server on a port that an earlier one had.
    ///
    /// # Panics
    /// As [`Server::start`].
    pub fn start_at(port: u16, data: &Path, args: &[&str]) -> Server {
        Server::start_command(Command::new(binary()), port, data, args)
    }

    /// Starts a server that crashes when it reaches a named point for the
    /// `count`th time; `server/src/crash.rs` and its callers name the points.
    ///
    /// # Panics
    /// As [`Server::start`].
    pub fn start_to_crash(point: &str, count: u32, data: &Path, args: &[&str]) -> Server {
        let mut command = Command::new(binary());
        command.env("CONSTAT_CRASH_AT", format!("{point}:{count}"));
        Server::start_command(command, 0, data, args)
    }

    /// Starts a server of which a thread panics when it reaches a named point
    /// for the `count`th time.
    ///
    /// # Panics
    /// As [`Server::start`].
    pub fn start_to_panic(point: &str, count: u32, data: &Path, args: &[&str]) -> Server {
        let mut command = Command::new(binary());
        command.env("CONSTAT_PANIC_AT", format!("{point}:{count}"));
        Server::start_command(command, 0, data, args)
    }

    /// Starts a server by a command that becomes it, such as one of another user.
    ///
    /// # Panics
    /// As [`Server::start`].
    pub fn start_by(command: Command, data: &Path, args: &[&str]) -> Server {
        Server::start_command(command, 0, data, args)
    }

    /// Starts a server that logs to something else than this test.
    ///
    /// # Panics
    /// As [`Server::start`].
    pub fn start_logging_to(stderr: impl Into<Stdio>, data: &Path, args: &[&str]) -> Server {
        Server::start_with(Command::new(binary()), stderr.into(), 0, data, args)
    }

    /// Starts a server that trusts the CAs of a file, and no others.
    ///
    /// # Panics
    /// As [`Server::start`].
    pub fn start_trusting(ca: &Path, data: &Path, args: &[&str]) -> Server {
        let mut command = Command::new(binary());
        command.env("SSL_CERT_FILE", ca).env_remove("SSL_CERT_DIR");
        Server::start_command(command, 0, data, args)
    }

    fn start_command(command: Command, port: u16, data: &Path, args: &[&str]) -> Server {
        Server::start_with(command, Stdio::piped(), port, data, args)
    }

    fn start_with(mut command: Command, stderr: Stdio, port: u16, data: &Path, args: &[&str]) -> Server {
        let mut child = command
            .args(["serve", "--port", &port.to_string(), "--data"])
            .arg(data)
            .args(args)
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .expect("the binary can be started");
        // It holds the other ends of the server's pipes.
        drop(command);
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let (mut url, mut third_parties, mut console) = (None, None, String::new());
        // The line about the data is the last one a starting server prints.
        for line in stdout.lines().map_while(Result::ok) {
            match line.split_once(" http") {
                Some(("listening", rest)) => url = Some(format!("http{rest}")),
                Some(("third parties", rest)) => third_parties = Some(format!("http{rest}")),
                Some(("console", rest)) => console = format!("http{rest}"),
                _ => {}
            }
            if line.starts_with("data ") {
                break;
            }
        }
        let Some(url) = url else { panic!("the server did not start: {}", read_all(&mut child)) };
        let log = Log::read(&mut child);
        Server { child, log, url, third_parties, console }
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
        let pid =
            rustix::process::Pid::from_raw(self.child.id().cast_signed()).expect("a process id is not zero");
        rustix::process::kill_process(pid, signal).expect("the server is running");
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.log.text()
    }

    /// Waits until it has logged these words that many times.
    ///
    /// # Panics
    /// When it does not in time.
    pub async fn logs(&self, words: &str, count: usize) {
        let start = Instant::now();
        while self.log().matches(words).count() < count {
            assert!(start.elapsed() < PATIENCE, "the server did not log {words:?}: {}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Asks it to stop and waits; returns whether it exited with success.
    ///
    /// # Panics
    /// When it does not stop in time.
    pub fn stop(self) -> bool {
        self.stop_with_log().0
    }

    /// As [`Server::stop`]; returns also all that it logged.
    ///
    /// # Panics
    /// As [`Server::stop`].
    pub fn stop_with_log(mut self) -> (bool, String) {
        self.signal(rustix::process::Signal::TERM);
        (self.wait(), self.log.finish())
    }

    /// Waits for one that was asked to stop; returns whether it exited with success.
    ///
    /// # Panics
    /// When it does not stop in time.
    pub fn ended_well(mut self) -> bool {
        self.wait()
    }

    /// Waits for one that crashes; returns whether a signal ended it.
    ///
    /// # Panics
    /// When it does not die in time.
    pub fn died(mut self) -> bool {
        !self.wait()
    }

    fn wait(&mut self) -> bool {
        let start = Instant::now();
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
    child.stderr.take().and_then(|stderr| std::io::read_to_string(stderr).ok()).unwrap_or_default()
}

/// What a server writes to its standard error. It is read as it comes, so that
/// the server never waits for a full pipe.
struct Log {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Log {
    fn read(child: &mut Child) -> Log {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let Some(mut stderr) = child.stderr.take() else { return Log { bytes, reader: None } };
        let read = Arc::clone(&bytes);
        let reader = std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(count @ 1..) = stderr.read(&mut chunk) {
                read.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&chunk[..count]);
            }
        });
        Log { bytes, reader: Some(reader) }
    }

    fn text(&self) -> String {
        let bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// All of it, once the process has ended.
    fn finish(&mut self) -> String {
        // A reader that panicked has nothing more to give.
        let _ = self.reader.take().map(JoinHandle::join);
        self.text()
    }
}

/// Runs a subcommand until it exits.
///
/// # Panics
/// When it does not end in time.
pub async fn run<S: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = S>) -> Output {
    let output = tokio::process::Command::new(binary()).args(args).kill_on_drop(true).output();
    let output = tokio::time::timeout(PATIENCE, output).await.expect("the command exits in time");
    output.expect("the binary can be started")
}
