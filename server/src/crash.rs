//! Named points at which a test lets the process die, as a machine might, or a
//! thread panic, as a mistake would.
//!
//! Only builds with debug assertions know them. `CONSTAT_CRASH_AT=NAME:COUNT`
//! aborts the process when it comes to the point of that name for that time;
//! `CONSTAT_PANIC_AT=NAME:COUNT` panics there.

#[cfg(debug_assertions)]
mod point {
    use std::sync::atomic::{AtomicU64, Ordering};

    /// The point and the time that a variable names.
    pub struct Wanted {
        point: String,
        count: u64,
        seen: AtomicU64,
    }

    impl Wanted {
        pub fn by(variable: &str) -> Option<Wanted> {
            let wanted = std::env::var(variable).ok()?;
            let (point, count) = wanted.split_once(':')?;
            Some(Wanted { point: point.to_owned(), count: count.parse().ok()?, seen: AtomicU64::new(0) })
        }

        pub fn is(&self, point: &str) -> bool {
            self.point == point && self.seen.fetch_add(1, Ordering::SeqCst) + 1 == self.count
        }
    }
}

/// Dies or panics here, if this is the point and the time a test asks for.
#[cfg(debug_assertions)]
pub fn at(point: &str) {
    use point::Wanted;
    use std::sync::LazyLock;
    static CRASH: LazyLock<Option<Wanted>> = LazyLock::new(|| Wanted::by("CONSTAT_CRASH_AT"));
    static PANIC: LazyLock<Option<Wanted>> = LazyLock::new(|| Wanted::by("CONSTAT_PANIC_AT"));
    if CRASH.as_ref().is_some_and(|wanted| wanted.is(point)) {
        std::process::abort();
    }
    if PANIC.as_ref().is_some_and(|wanted| wanted.is(point)) {
        panic!("a test asked for a panic at {point}");
    }
}

/// In a release there are none.
#[cfg(not(debug_assertions))]
pub fn at(_point: &str) {}
