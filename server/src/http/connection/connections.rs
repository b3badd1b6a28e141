//! The connections of the process: how many there may be, and which has to leave when room is needed.

use super::limits::limits;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// All connections of the process.
pub struct Connections {
    main: Room,
    /// Only for health and readiness, so that these are answered also when the main room is full.
    reserve: Room,
    ending: AtomicBool,
}

/// A number of seats, and how the one who has waited longest is asked to leave.
struct Room {
    seats: Arc<Semaphore>,
    /// With fewer free seats than this, somebody has to leave when one comes.
    spare: usize,
    leave: Arc<Notify>,
}

impl Room {
    fn new(seats: usize, spare: usize) -> Room {
        Room { seats: Arc::new(Semaphore::new(seats)), spare, leave: Arc::default() }
    }

    fn enter(&self) -> Option<OwnedSemaphorePermit> {
        let seat = Arc::clone(&self.seats).try_acquire_owned().ok();
        let missing = self.spare.saturating_sub(self.seats.available_permits());
        // One for the one who came, and one so that there are spare seats again.
        for _ in 0..missing.min(2) {
            // Where nobody waits, the call stays, and the next one who waits has to ignore it.
            self.leave.notify_one();
        }
        seat
    }
}

/// The place of one connection, until it is dropped.
pub struct Seat {
    /// Whether it is over the cap: only health and readiness are answered.
    pub in_reserve: bool,
    /// Wakes it when it has to leave. It wakes the one that has waited longest.
    pub leave: Arc<Notify>,
    _permit: OwnedSemaphorePermit,
}

impl Seat {
    /// How long a request may take here.
    pub fn request_max(&self) -> Duration {
        if self.in_reserve { limits().request_over_cap } else { limits().request }
    }
}

impl Connections {
    /// So many connections, and so many more for health and readiness.
    pub fn new(main: usize, reserve: usize) -> Arc<Connections> {
        Arc::new(Connections {
            main: Room::new(main, (main / 8).clamp(2, 16)),
            reserve: Room::new(reserve, reserve.div_ceil(2)),
            ending: AtomicBool::new(false),
        })
    }

    /// A place for a new connection; none when the reserve is full, too.
    pub fn enter(&self) -> Option<Seat> {
        let seat = |room: &Room, in_reserve| {
            let leave = Arc::clone(&room.leave);
            room.enter().map(|permit| Seat { in_reserve, leave, _permit: permit })
        };
        seat(&self.main, false).or_else(|| seat(&self.reserve, true))
    }

    /// Ends every connection that waits for a request, now and from now on.
    pub fn end(&self) {
        self.ending.store(true, Ordering::SeqCst);
        self.main.leave.notify_waiters();
        self.reserve.leave.notify_waiters();
    }

    /// Whether [`Connections::end`] was called.
    pub fn is_ending(&self) -> bool {
        self.ending.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_cap_there_is_the_reserve_and_beyond_that_nothing() {
        let connections = Connections::new(2, 1);
        let seats: Vec<_> = std::iter::from_fn(|| connections.enter()).collect();
        assert_eq!(seats.iter().map(|seat| seat.in_reserve).collect::<Vec<_>>(), [false, false, true]);
        drop(seats);
        assert!(!connections.enter().expect("all have left").in_reserve);
    }
}
