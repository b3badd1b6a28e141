//! A thread writes the log lines, on standard error. The threads that work never wait for the reader of the
//! log: a line that cannot be written, or for which there is no room, is counted
//! and dropped, and the next line that can be written comes with the number.

use std::io::Write;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// How many lines may wait: more than a server writes in its first second.
const WAITING_MAX: usize = 1024;

/// How long the end of the process waits for a reader of the last lines.
const LAST_LINES_MAX: Duration = Duration::from_secs(1);

static LOG: OnceLock<Log> = OnceLock::new();

/// Opens the log. Only the first call does.
pub fn open() -> bool {
    // A descriptor beside Rust's own: nobody waits for the lock of that one.
    let Ok(stderr) = std::io::stderr().as_fd().try_clone_to_owned() else { return false };
    LOG.set(Log::start(std::fs::File::from(stderr))).is_ok()
}

/// Waits until the lines so far are written, for a second at most.
pub fn finish() {
    if let Some(log) = LOG.get() {
        log.wait(LAST_LINES_MAX);
    }
}

/// Writes the line with which the process ends.
pub fn last_word(line: &str) {
    match LOG.get() {
        Some(log) => {
            log.add(format!("{line}\n").into_bytes());
            log.wait(LAST_LINES_MAX);
        }
        // Nobody may be there to read it.
        None => drop(writeln!(std::io::stderr(), "{line}")),
    }
}

/// Takes one line, as tracing writes it.
pub struct Line;

impl Write for Line {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        if let Some(log) = LOG.get() {
            log.add(line.to_vec());
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The lines on their way to the thread that writes them.
struct Log {
    lines: SyncSender<Vec<u8>>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    /// Lines that wait or are being written.
    waiting: AtomicU64,
    /// Lines that were dropped since the last one that could be written.
    dropped: AtomicU64,
}

impl Log {
    fn start(output: impl Write + Send + 'static) -> Log {
        let (lines, waiting) = sync_channel(WAITING_MAX);
        let counts = Arc::new(Counts::default());
        let counted = Arc::clone(&counts);
        // Without the thread every line is dropped and the server works.
        let _ = std::thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write_lines(&waiting, output, &counted));
        Log { lines, counts }
    }

    fn add(&self, line: Vec<u8>) {
        self.counts.waiting.fetch_add(1, Ordering::SeqCst);
        if self.lines.try_send(line).is_err() {
            self.counts.waiting.fetch_sub(1, Ordering::SeqCst);
            self.counts.dropped.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn wait(&self, longest: Duration) {
        let start = Instant::now();
        while self.counts.waiting.load(Ordering::SeqCst) > 0 && start.elapsed() < longest {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

fn write_lines(lines: &Receiver<Vec<u8>>, mut output: impl Write, counts: &Counts) {
    for line in lines {
        if write_line(&line, &mut output, counts).is_err() {
            counts.dropped.fetch_add(1, Ordering::SeqCst);
        }
        counts.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

fn write_line(line: &[u8], output: &mut impl Write, counts: &Counts) -> std::io::Result<()> {
    let dropped = counts.dropped.load(Ordering::SeqCst);
    if dropped > 0 {
        output.write_all(format!("constat: {dropped} log lines could not be written\n").as_bytes())?;
        counts.dropped.fetch_sub(dropped, Ordering::SeqCst);
    }
    output.write_all(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::sync::mpsc::{Sender, channel};

    /// Fails while its disk is full.
    #[derive(Clone, Default)]
    struct Disk(Arc<Mutex<(bool, Vec<u8>)>>);

    impl Disk {
        fn set_full(&self, full: bool) {
            self.0.lock().unwrap().0 = full;
        }
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let mut disk = self.0.lock().unwrap();
            if disk.0 {
                return Err(std::io::ErrorKind::StorageFull.into());
            }
            disk.1.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    const PATIENCE: Duration = Duration::from_secs(30);

    #[test]
    fn lines_that_cannot_be_written_are_counted_and_the_next_one_has_the_number() {
        let disk = Disk::default();
        let log = Log::start(disk.clone());
        disk.set_full(true);
        for _ in 0..3 {
            log.add(b"lost\n".to_vec());
        }
        log.wait(PATIENCE);
        disk.set_full(false);
        for line in ["first\n", "second\n"] {
            log.add(line.into());
        }
        log.wait(PATIENCE);
        let written = String::from_utf8(disk.0.lock().unwrap().1.clone()).unwrap();
        assert_eq!(written, "constat: 3 log lines could not be written\nfirst\nsecond\n");
    }

    /// Its reader does not read.
    struct FullPipe(Mutex<Receiver<()>>, Sender<Vec<u8>>);

    impl Write for FullPipe {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let _ = self.0.lock().unwrap().recv();
            self.1.send(bytes.to_vec()).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nobody_waits_for_a_reader_who_does_not_read() {
        let (read, reading) = channel();
        let (written, lines) = channel();
        let log = Log::start(FullPipe(Mutex::new(reading), written));
        for _ in 0..3 * WAITING_MAX {
            log.add(b"line\n".to_vec());
        }
        log.wait(Duration::from_millis(10));
        let dropped = log.counts.dropped.load(Ordering::SeqCst);
        assert!((WAITING_MAX as u64..3 * WAITING_MAX as u64).contains(&dropped), "{dropped}");
        // The reader reads again.
        drop(read);
        log.wait(PATIENCE);
        let written: Vec<_> = lines.try_iter().map(|line| String::from_utf8(line).unwrap()).collect();
        let (lines, counts): (Vec<_>, Vec<_>) = written.iter().partition(|line| *line == "line\n");
        // There are two counts when lines were dropped before the thread wrote the first one.
        let count = |line: &&String| line.split(' ').nth(1).unwrap().parse::<u64>().unwrap();
        assert_eq!(counts.iter().map(count).sum::<u64>(), dropped, "{counts:?}");
        assert_eq!(lines.len() as u64 + dropped, 3 * WAITING_MAX as u64);
    }
}
