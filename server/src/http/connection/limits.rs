//! How long and how much a client may take.

use std::sync::LazyLock;
use std::time::Duration;

/// The most bytes of a request with all that frames it: head, chunk sizes, extensions, trailers, and the body,
/// which has a limit of its own.
pub const REQUEST_BYTES_MAX: usize = 64 * 1024;

/// The same on the console's address, where an evidence bundle can be pasted into a search.
pub const CONSOLE_REQUEST_BYTES_MAX: usize = 1024 * 1024;

/// The most bytes that are read before the application looks at them: they may be many whole
/// requests, each of which takes more memory than its bytes. No more is read until these are answered.
pub const ROUND_BYTES_MAX: usize = 2 * 1024;

/// The least rate at which a client takes an answer, in bytes per second, over [`Limits::answer_pause`].
pub const ANSWER_RATE_MIN: u32 = 2 * 1024;

/// How many bytes of an answer wait in the kernel to be sent. With more, a client that reads at the least
/// rate would seem to stand still while that buffer empties.
pub const UNSENT_BYTES_MAX: u32 = 16 * 1024;

/// The most connections of a process, so that all of them together take a bounded part of its memory.
pub const CONNECTIONS_MAX: usize = 4096;

/// How long a client may take.
pub struct Limits {
    /// From the first byte of a request to its last; also from the connection to the first byte.
    pub request: Duration,
    /// The same on a connection over the cap.
    pub request_over_cap: Duration,
    /// From an answer to the next request.
    pub kept: Duration,
    /// For an answer without a byte being taken, at [`ANSWER_RATE_MIN`].
    pub answer_pause: Duration,
    /// The most of that when the kernel has taken many bytes at once: a client's own buffers
    /// take about 130 KB, and then nothing while an honest client reads them at the least rate.
    pub answer_pause_max: Duration,
    /// From the end of the last answer to the client's own end.
    pub closing: Duration,
}

/// The limits of this process.
pub fn limits() -> &'static Limits {
    static LIMITS: LazyLock<Limits> = LazyLock::new(|| {
        let seconds = |seconds| Duration::from_secs(seconds) / hurry();
        Limits {
            request: seconds(10),
            request_over_cap: seconds(2),
            kept: seconds(5),
            answer_pause: seconds(20),
            answer_pause_max: seconds(80),
            closing: seconds(1),
        }
    });
    &LIMITS
}

/// By what a test divides the limits, so that it ends soon: `CONSTAT_HURRY`, in builds with debug assertions.
#[cfg(debug_assertions)]
fn hurry() -> u32 {
    let wanted = std::env::var("CONSTAT_HURRY").ok().and_then(|value| value.parse().ok());
    wanted.filter(|divisor| *divisor > 0).unwrap_or(1)
}

#[cfg(not(debug_assertions))]
fn hurry() -> u32 {
    1
}
