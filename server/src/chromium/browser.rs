//! A headless Chromium for each notice, with an empty profile that is deleted
//! afterwards, no network but this machine, and no port.

use super::devtools::Connection;
use crate::failure::Failure;
use rustix::process::{Pid, Signal, geteuid, kill_process_group};
use serde_json::json;
use std::fs::{File, Permissions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::BufReader;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// The names under which systems install it, the first one found is taken.
const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// No window and no background services. The page has a numeric address, so no
/// name needs to be looked up.
const FLAGS: [&str; 15] = [
    "--headless",
    "--remote-debugging-pipe",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-breakpad",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "about:blank",
];

/// Chromium reads the protocol from descriptor 3 and writes it to 4; what it
/// prints is kept apart.
const WITH_PIPES: &str = r#"exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>&2"#;

/// How long a browser may take to end when it is told to.
const STOP_MAX: Duration = Duration::from_secs(5);

/// How much of what Chromium prints is looked at, and how many lines of it a message repeats.
const PRINTED_BYTES_MAX: u64 = 8192;
const PRINTED_LINES_MAX: usize = 3;

/// The way to a running Chromium.
pub type Pipe = Connection<BufReader<ChildStdout>, ChildStdin>;

/// A running Chromium. [`Chromium::stop`] ends it; one that is dropped is killed.
pub struct Chromium {
    /// The way to it.
    pub pipe: Pipe,
    child: Child,
    group: Option<Pid>,
    printed: File,
    profile: TempDir,
}

/// The program: the one that was named, or else the first in PATH.
///
/// # Errors
/// A sentence that names what to install.
pub fn find(named: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(path) = named {
        let words = || format!("{} is no program: name Chromium or Chrome with --chromium", path.display());
        let path = path.canonicalize().ok().filter(|path| is_program(path));
        return path.ok_or_else(|| Failure::new(words()));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let mut places = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.find(|place| is_program(place)).ok_or_else(|| {
        let words = "Chromium was not found: install it (Debian: `apt-get install chromium`), \
                     or name the program with --chromium";
        Failure::new(words)
    })
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

impl Chromium {
    /// Starts the program.
    ///
    /// # Errors
    /// A sentence, when it cannot be started or there is no room for its profile.
    pub fn start(program: &Path) -> Result<Chromium, Failure> {
        let failed =
            |error: std::io::Error| Failure::new(format!("{} cannot be started: {error}", program.display()));
        let profile = tempfile::Builder::new()
            .prefix("constat-snapshot-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir()
            .map_err(failed)?;
        let printed = tempfile::tempfile_in(&profile).map_err(failed)?;
        let mut command = Command::new("sh");
        command.args(["-c", WITH_PIPES]).arg(program).args(FLAGS);
        command.arg(format!("--user-data-dir={}", profile.path().join("profile").display()));
        if geteuid().is_root() {
            // Chromium's sandbox does not work for root; nothing is shown but the server's own pages.
            command.arg("--no-sandbox");
        }
        // The browser gets an empty environment, because ours may hold the signing key.
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        for variable in ["HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"] {
            command.env(variable, profile.path());
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(printed.try_clone().map_err(failed)?).process_group(0).kill_on_drop(true);
        let mut child = command.spawn().map_err(failed)?;
        let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Failure::new(format!("{} has no pipes", program.display())));
        };
        Ok(Chromium { pipe: Connection::new(BufReader::new(from), to), child, group, printed, profile })
    }

    /// Ends it and everything it has started, and removes its profile. Returns
    /// the last lines it printed, which tell why it failed, if it did; `report`
    /// takes a line about a profile that cannot be removed.
    pub async fn stop(mut self, report: &mut dyn FnMut(String)) -> String {
        // One that hangs or is gone already gives no answer.
        let orderly = async {
            let _ = self.pipe.call(None, "Browser.close", json!({})).await;
            self.pipe.ended().await;
        };
        let _ = tokio::time::timeout(STOP_MAX, orderly).await;
        if let Some(group) = self.group {
            // Before the child is waited for: until then its number is nobody else's.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait().await;
        let printed = last_lines(&mut self.printed);
        remove(self.profile, report).await;
        printed
    }
}

/// What a killed process has not finished writing may appear while the folder is emptied.
async fn remove(profile: TempDir, report: &mut dyn FnMut(String)) {
    let path = profile.keep();
    for _ in 0..100 {
        match std::fs::remove_dir_all(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            _ => return,
        }
    }
    report(format!("{} cannot be removed: delete it", path.display()));
}

fn last_lines(printed: &mut File) -> String {
    let length = printed.metadata().map_or(0, |metadata| metadata.len());
    let mut bytes = Vec::new();
    // Without them the message is only shorter.
    let _ = printed.seek(SeekFrom::Start(length.saturating_sub(PRINTED_BYTES_MAX)));
    let _ = printed.take(PRINTED_BYTES_MAX).read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    // It always complains that it finds no desktop to speak to.
    let lines: Vec<_> = text.lines().filter(|line| !line.contains("dbus") && !line.is_empty()).collect();
    lines[lines.len().saturating_sub(PRINTED_LINES_MAX)..].join("\n")
}
