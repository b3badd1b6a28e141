//! The clocks of the system.

use super::in_words::local;
use constat_shared::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rustix::time::{ClockId, clock_gettime};
use std::time::{SystemTime, UNIX_EPOCH};

/// Now, to the millisecond. A clock set before 1970 reads as 1970.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_unix_ms(ms.saturating_add(shift_ms()))
}

/// The day of now in UTC.
pub fn today() -> Date {
    local(now(), &TimeZone::UTC).map_or(Date::MAX, |at| at.date())
}

/// The time since the machine was started, in milliseconds. Nobody can set this
/// clock, and it goes on while the machine is suspended.
pub fn uptime_ms() -> i64 {
    let since = clock_gettime(ClockId::Boottime);
    since.tv_sec * 1000 + since.tv_nsec / 1_000_000
}

/// How much a test sets the clock forward (or back), in milliseconds: the number in
/// the file that `CONSTAT_CLOCK_FILE` names. Only builds with debug assertions know it.
#[cfg(debug_assertions)]
fn shift_ms() -> i64 {
    use std::path::PathBuf;
    use std::sync::LazyLock;
    static FILE: LazyLock<Option<PathBuf>> =
        LazyLock::new(|| std::env::var_os("CONSTAT_CLOCK_FILE").map(PathBuf::from));
    let text = FILE.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
    text.and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

/// In a release the clock is the system's.
#[cfg(not(debug_assertions))]
fn shift_ms() -> i64 {
    0
}
