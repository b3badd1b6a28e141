//! How far a connection has come, and how long it may stay there. The stream reports bytes, the application
//! what they were; both are in one thread.

use super::limits::{ANSWER_RATE_MIN, Limits};
use std::cell::Cell;
use std::time::Duration;
use tokio::time::Instant;

/// Where a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// No byte of a request is there: it can be ended at any time.
    Waiting,
    /// The head of a request is arriving.
    Head,
    /// Its body is arriving.
    Body,
    /// The request is there, and the server works on it: the client is not to blame.
    Working,
    /// The answer is on its way.
    Answering,
    /// It was refused; what still comes is thrown away.
    Refused,
    /// It was ended from this side.
    Ended,
}

/// How far a connection has come.
pub struct Progress {
    limits: &'static Limits,
    request_max: Duration,
    bytes_max: usize,
    phase: Cell<Phase>,
    deadline: Cell<Option<Instant>>,
    bytes: Cell<usize>,
    answered_early: Cell<bool>,
    is_whole: Cell<bool>,
}

impl Progress {
    /// A new connection, whose requests may take `request_max` each, and have `bytes_max`.
    pub fn new(limits: &'static Limits, request_max: Duration, bytes_max: usize, now: Instant) -> Progress {
        Progress {
            limits,
            request_max,
            bytes_max,
            phase: Cell::new(Phase::Waiting),
            deadline: Cell::new(Some(now + request_max)),
            bytes: Cell::new(0),
            answered_early: Cell::new(false),
            is_whole: Cell::new(false),
        }
    }

    /// Where it is.
    pub fn phase(&self) -> Phase {
        self.phase.get()
    }

    /// When it has been there for too long.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline.get()
    }

    /// Whether a request is arriving.
    pub fn is_receiving(&self) -> bool {
        matches!(self.phase.get(), Phase::Head | Phase::Body)
    }

    /// Whether the request that is arriving has its answer already, such as one with too large a body.
    pub fn answered_early(&self) -> bool {
        self.answered_early.get()
    }

    /// Whether more bytes may be read.
    pub fn has_room(&self) -> bool {
        match self.phase.get() {
            Phase::Head | Phase::Body => self.bytes.get() < self.bytes_max,
            Phase::Working | Phase::Answering => false,
            Phase::Waiting | Phase::Refused | Phase::Ended => true,
        }
    }

    /// The stream has read bytes.
    pub fn read(&self, count: usize, now: Instant) {
        if self.phase.get() == Phase::Waiting {
            self.to(Phase::Head, Some(now + self.request_max));
            self.bytes.set(0);
        }
        self.bytes.set(self.bytes.get() + count);
    }

    /// The application got the head of a request.
    pub fn head(&self, has_body: bool, now: Instant) {
        self.answered_early.set(false);
        match (has_body, self.phase.get()) {
            (false, _) => self.work(),
            (true, Phase::Head) => self.phase.set(Phase::Body),
            // It came together with the request before it.
            (true, _) => self.to(Phase::Body, Some(now + self.request_max)),
        }
    }

    /// The application got the whole body.
    pub fn body(&self) {
        if self.phase.get() == Phase::Body {
            self.work();
        }
    }

    /// The application begins to answer, with a body that follows or with all there is.
    pub fn answer(&self, is_whole: bool, now: Instant) {
        self.is_whole.set(is_whole);
        self.answered_early.set(self.phase.get() == Phase::Body);
        self.to(Phase::Answering, Some(now + self.limits.answer_pause));
    }

    /// The application has given the last byte of the answer.
    pub fn answer_is_whole(&self) {
        self.is_whole.set(true);
    }

    /// The kernel took bytes of an answer. They buy time at the least rate, up to a bound, because the
    /// kernel may take many bytes at once for a client that reads none.
    pub fn written(&self, count: usize, now: Instant) {
        let latest = now + self.limits.answer_pause_max;
        if let (Phase::Answering, Some(deadline)) = (self.phase.get(), self.deadline.get()) {
            let bought = Duration::from_secs_f64(count as f64 / f64::from(ANSWER_RATE_MIN));
            self.deadline.set(Some(latest.min(deadline + bought)));
        }
    }

    /// The kernel has taken all that there was to write.
    pub fn flushed(&self, now: Instant) {
        if self.phase.get() == Phase::Answering && self.is_whole.get() {
            self.to(Phase::Waiting, Some(now + self.limits.kept));
            self.bytes.set(0);
        }
    }

    /// The stream refuses the rest.
    pub fn refuse(&self, now: Instant) {
        self.to(Phase::Refused, Some(now + self.limits.closing));
    }

    /// The stream ends the connection.
    pub fn end(&self, now: Instant) {
        self.to(Phase::Ended, Some(now + self.limits.closing));
    }

    fn work(&self) {
        self.to(Phase::Working, None);
        self.bytes.set(0);
    }

    fn to(&self, phase: Phase, deadline: Option<Instant>) {
        self.phase.set(phase);
        self.deadline.set(deadline);
    }
}

#[cfg(test)]
mod tests {
    use super::super::limits::{REQUEST_BYTES_MAX, limits};
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn new() -> (Progress, Instant) {
        let now = Instant::now();
        (Progress::new(limits(), 10 * SECOND, REQUEST_BYTES_MAX, now), now)
    }

    #[test]
    fn the_deadline_of_a_request_is_that_of_its_first_byte() {
        let (progress, start) = new();
        progress.read(1, start + SECOND);
        progress.read(1, start + 5 * SECOND);
        progress.head(true, start + 6 * SECOND);
        progress.read(1, start + 7 * SECOND);
        assert_eq!((progress.phase(), progress.deadline()), (Phase::Body, Some(start + 11 * SECOND)));
        progress.body();
        assert_eq!((progress.phase(), progress.deadline()), (Phase::Working, None));
    }

    #[test]
    fn a_body_that_follows_an_earlier_request_has_a_deadline_of_its_own() {
        let (progress, start) = new();
        progress.read(100, start);
        progress.head(false, start);
        progress.answer(true, start);
        progress.head(true, start + SECOND);
        assert_eq!((progress.phase(), progress.deadline()), (Phase::Body, Some(start + 11 * SECOND)));
    }

    #[test]
    fn bytes_that_are_taken_at_the_least_rate_buy_time_up_to_a_bound() {
        let (progress, start) = new();
        progress.answer(true, start);
        let rate = ANSWER_RATE_MIN as usize;
        progress.written(rate, start);
        assert_eq!(progress.deadline(), Some(start + 21 * SECOND));
        progress.written(1000 * rate, start);
        assert_eq!(progress.deadline(), Some(start + 80 * SECOND));
        progress.written(rate, start + 70 * SECOND);
        assert_eq!(progress.deadline(), Some(start + 81 * SECOND));
        progress.written(0, start + 75 * SECOND);
        assert_eq!(progress.deadline(), Some(start + 81 * SECOND));
    }

    #[test]
    fn room_is_for_one_request_until_it_is_answered() {
        let (progress, start) = new();
        progress.read(REQUEST_BYTES_MAX - 1, start);
        assert!(progress.has_room());
        progress.read(1, start);
        assert!(!progress.has_room());
        progress.head(false, start);
        assert!(!progress.has_room());
        progress.answer(true, start);
        assert!(!progress.has_room());
        progress.flushed(start);
        assert!(progress.has_room());
        assert_eq!(progress.deadline(), Some(start + 5 * SECOND));
    }

    #[test]
    fn an_answer_ends_with_its_last_byte_and_not_with_a_pause() {
        let (progress, start) = new();
        progress.answer(false, start);
        progress.flushed(start);
        assert_eq!(progress.phase(), Phase::Answering);
        progress.answer_is_whole();
        progress.flushed(start);
        assert_eq!(progress.phase(), Phase::Waiting);
    }

    #[test]
    fn what_follows_an_early_answer_is_still_limited() {
        let (progress, start) = new();
        progress.read(1, start);
        progress.head(true, start);
        progress.answer(true, start);
        progress.flushed(start);
        progress.read(REQUEST_BYTES_MAX, start);
        assert!(progress.answered_early() && !progress.has_room());
        assert_eq!(progress.deadline(), Some(start + 10 * SECOND));
    }
}
