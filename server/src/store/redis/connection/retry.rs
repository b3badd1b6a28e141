//! When a call is tried again, and after which pause.

use redis::{ErrorKind, RedisError, ServerErrorKind};
use std::time::Duration;

/// The pause before the second attempt. It doubles up to [`PAUSE_MAX`], and a
/// random part of it is left out, so that many servers do not retry at once.
pub const PAUSE: Duration = Duration::from_millis(10);
/// The longest pause.
pub const PAUSE_MAX: Duration = Duration::from_millis(250);

/// A random time between half of a pause and all of it.
pub fn jitter(pause: Duration) -> Duration {
    // Without randomness the pause is the same for every server, which does no harm.
    let share = getrandom::u32().unwrap_or(u32::MAX);
    pause / 2 + (pause / 2).mul_f64(f64::from(share) / f64::from(u32::MAX))
}

/// Whether the next attempt needs another connection.
pub fn needs_new_connection(error: &RedisError) -> bool {
    let demoted = matches!(
        error.kind(),
        ErrorKind::Server(
            ServerErrorKind::ReadOnly | ServerErrorKind::ClusterDown | ServerErrorKind::MasterDown
        )
    );
    demoted || error.is_io_error() || error.is_unrecoverable_error()
}

/// Whether a later attempt may succeed.
pub fn may_succeed_later(error: &RedisError) -> bool {
    use ServerErrorKind::{Ask, BusyLoading, ClusterDown, MasterDown, Moved, ReadOnly, TryAgain};
    match error.kind() {
        ErrorKind::Server(kind) => {
            matches!(kind, Ask | BusyLoading | ClusterDown | MasterDown | Moved | ReadOnly | TryAgain)
        }
        ErrorKind::AuthenticationFailed => false,
        // A failover ends a WAIT, and missing replicas may reconnect.
        ErrorKind::Extension => matches!(error.code(), Some("UNBLOCKED" | "NOREPLICAS")),
        _ => error.is_io_error() || error.is_unrecoverable_error(),
    }
}
