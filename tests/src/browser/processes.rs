//! The processes of one browser: found by a folder that only they have in their environment or on their command line.

use rustix::process::{Pid, Signal, kill_process};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long killed processes may take to be gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// Kills every process that was started with the folder in its environment, and
/// those that they start meanwhile. A driver that is killed leaves its browser
/// running, so that killing the driver alone is not enough.
pub fn end_all_with(folder: &Path) {
    let start = Instant::now();
    loop {
        let running = with(folder);
        if running.is_empty() || start.elapsed() > PATIENCE {
            return;
        }
        for pid in running {
            // It may have ended by itself.
            let _ = kill_process(pid, Signal::KILL);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Processes with the folder in their environment or on their command line: some processes of Chromium write their
/// name over their environment. Of one that has ended, and waits for its parent to notice, both are empty.
fn with(folder: &Path) -> Vec<Pid> {
    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    let folder = folder.as_os_str().as_encoded_bytes();
    processes
        .flatten()
        .filter(|process| {
            let names_it = |file: &&str| {
                let text = std::fs::read(process.path().join(file)).unwrap_or_default();
                text.windows(folder.len()).any(|part| part == folder)
            };
            ["environ", "cmdline"].iter().any(names_it)
        })
        .filter_map(|process| process.file_name().to_str()?.parse().ok().and_then(Pid::from_raw))
        .collect()
}
