//! When a call tries again, and how long it pauses before it does.

use redis::{ErrorKind, RedisError, ServerErrorKind};
use std::time::Duration;

/// The pause before the second attempt; it doubles, up to [`PAUSE_MAX`], and is
/// shortened by chance, so that many servers do not come back at one moment.
pub const PAUSE: Duration = Duration::from_millis(10);
/// The longest pause.
pub const PAUSE_MAX: Duration = Duration::from_millis(250);

/// Half to the whole of a pause.
pub fn jitter(pause: Duration) -> Duration {
    // Without chance, the pause is only as long as everybody else's.
    let share = getrandom::u32().unwrap_or(u32::MAX);
    pause / 2 + (pause / 2).mul_f64(f64::from(share) / f64::from(u32::MAX))
}

/// Whether the next attempt needs another connection.
pub fn is_spoilt(error: &RedisError) -> bool {
    let demoted = matches!(
        error.kind(),
        ErrorKind::Server(
            ServerErrorKind::ReadOnly | ServerErrorKind::ClusterDown | ServerErrorKind::MasterDown
        )
    );
    demoted || error.is_io_error() || error.is_unrecoverable_error()
}

/// Whether it may succeed a moment later.
pub fn may_pass(error: &RedisError) -> bool {
    use ServerErrorKind::{Ask, BusyLoading, ClusterDown, MasterDown, Moved, ReadOnly, TryAgain};
    match error.kind() {
        ErrorKind::Server(kind) => {
            matches!(kind, Ask | BusyLoading | ClusterDown | MasterDown | Moved | ReadOnly | TryAgain)
        }
        ErrorKind::AuthenticationFailed => false,
        // A failover ends a WAIT; too few replicas may be a matter of their reconnecting.
        ErrorKind::Extension => matches!(error.code(), Some("UNBLOCKED" | "NOREPLICAS")),
        _ => error.is_io_error() || error.is_unrecoverable_error(),
    }
}
