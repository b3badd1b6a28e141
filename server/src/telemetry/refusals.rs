//! What was refused before a route saw it. Any client can cause it without end: it is counted, and a line a
//! minute has the counts. No address is in it.

use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Notify;

/// Why something was refused.
#[derive(Clone, Copy)]
pub enum Refusal {
    /// A request was not whole in time.
    SlowRequest,
    /// An answer was not taken in time.
    SlowReader,
    /// A request had too many bytes, its framing included.
    TooLarge,
    /// A request came over the cap for connections.
    OverCap,
    /// A connection was closed at once, because the reserve was full, too.
    OverReserve,
    /// A request came over the rate of its address.
    OverRate,
    /// A connection could not be accepted.
    NotAccepted,
}

const KINDS: usize = Refusal::NotAccepted as usize + 1;

static COUNTS: [AtomicU64; KINDS] = [const { AtomicU64::new(0) }; KINDS];
static CHANGED: Notify = Notify::const_new();

/// Counts a refusal.
pub fn count(refusal: Refusal) {
    COUNTS[refusal as usize].fetch_add(1, Ordering::Relaxed);
    CHANGED.notify_one();
}

/// Writes what was refused since the last line, if anything was.
pub fn report() {
    let counts = COUNTS.each_ref().map(|count| count.swap(0, Ordering::Relaxed));
    if counts.iter().any(|count| *count > 0) {
        let of = |refusal| counts[refusal as usize];
        tracing::warn!(
            slow_requests = of(Refusal::SlowRequest),
            slow_readers = of(Refusal::SlowReader),
            too_large = of(Refusal::TooLarge),
            over_cap = of(Refusal::OverCap),
            closed_at_once = of(Refusal::OverReserve),
            over_rate = of(Refusal::OverRate),
            not_accepted = of(Refusal::NotAccepted),
            "requests or connections were refused"
        );
    }
}

/// Waits until there is something to report.
pub async fn changed() {
    CHANGED.notified().await;
}
