//! Named points at which a test lets the process die, as a machine might.
//!
//! Only builds with debug assertions know them. `CONSTAT_CRASH_AT=NAME:COUNT`
//! aborts the process when it comes to the point of that name for that time.

/// Dies here, if this is the point and the time a test asks for.
#[cfg(debug_assertions)]
pub fn at(point: &str) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    static WANTED: LazyLock<Option<(String, u64)>> = LazyLock::new(|| {
        let wanted = std::env::var("CONSTAT_CRASH_AT").ok()?;
        let (point, count) = wanted.split_once(':')?;
        Some((point.to_owned(), count.parse().ok()?))
    });
    static SEEN: AtomicU64 = AtomicU64::new(0);
    if let Some((wanted, count)) = &*WANTED
        && wanted == point
        && SEEN.fetch_add(1, Ordering::SeqCst) + 1 == *count
    {
        std::process::abort();
    }
}

/// In a release there are none.
#[cfg(not(debug_assertions))]
pub fn at(_point: &str) {}
