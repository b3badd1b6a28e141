//! Whether the system's clock can be right: it is compared with the newest time in
//! the store, with the time that has passed, and with the clock of Redis.

use super::error::ClockError;
use super::now::{now, uptime_ms};
use constat_shared::Timestamp;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How far two clocks may differ, in milliseconds.
pub const TOLERANCE_MS: i64 = 5 * 60_000;
/// How far a clock that is not known yet may be ahead of the newest time in the
/// store, in milliseconds. A server that runs writes something every month.
const GAP_MAX_MS: i64 = 45 * 24 * 3_600_000;

/// What a store knows about time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreTimes {
    /// The newest time that was committed; `None` in an empty store.
    pub newest: Option<Timestamp>,
    /// When the operator last declared the system's clock right.
    pub accepted_at: Option<Timestamp>,
    /// The engine's own clock, now: the earliest of several; `None` for the embedded store.
    pub engine_now: Option<Timestamp>,
}

/// The clock that dates what is stored, and that decides what has expired.
#[derive(Default)]
pub struct Clock(Mutex<State>);

/// One look at both clocks of the system.
#[derive(Clone, Copy)]
struct Reading {
    clock: Timestamp,
    uptime_ms: i64,
}

impl Reading {
    fn take() -> Reading {
        Reading { clock: now(), uptime_ms: uptime_ms() }
    }

    /// By how much the clock is ahead of `other`, in milliseconds.
    fn ahead_of(&self, other: Timestamp) -> i64 {
        self.clock.unix_ms() - other.unix_ms()
    }

    /// The time now of a clock that showed `offset_ms` when the machine was started.
    fn at(&self, offset_ms: i64) -> Timestamp {
        Timestamp::from_unix_ms(offset_ms + self.uptime_ms)
    }
}

#[derive(Default)]
struct State {
    newest: Option<Timestamp>,
    accepted_at: Option<Timestamp>,
    /// What the system's clock would have shown when the machine was started: the earliest of
    /// all that it was trusted with.
    trusted_ms: Option<i64>,
    /// The same of the engine's clock.
    engine_ms: Option<i64>,
}

impl State {
    fn learn(&mut self, times: &StoreTimes, at: Reading) {
        let is_new_word = times.accepted_at != self.accepted_at;
        let is_ours = |word| at.ahead_of(word).abs() <= TOLERANCE_MS;
        if is_new_word && times.accepted_at.is_some_and(is_ours) {
            self.trusted_ms = None;
        }
        self.accepted_at = times.accepted_at;
        self.newest = times.newest;
        self.engine_ms = times.engine_now.map(|engine| engine.unix_ms() - at.uptime_ms);
    }

    fn check(&mut self, at: Reading) -> Result<Timestamp, ClockError> {
        let clock = at.clock;
        if let Some(newest) = self.newest
            && at.ahead_of(newest) < -TOLERANCE_MS
        {
            return Err(ClockError::Behind { clock, newest });
        }
        if let Some(redis) = self.engine_ms.map(|engine| at.at(engine))
            && at.ahead_of(redis) > TOLERANCE_MS
        {
            return Err(ClockError::AheadOfRedis { clock, redis });
        }
        match (self.trusted_ms.map(|trusted| at.at(trusted)), self.newest) {
            (Some(expected), _) if at.ahead_of(expected) > TOLERANCE_MS => {
                return Err(ClockError::Jumped { clock, expected });
            }
            (None, Some(newest)) if at.ahead_of(newest) > GAP_MAX_MS => {
                return Err(ClockError::Gap { clock, newest });
            }
            _ => {}
        }
        let offset = clock.unix_ms() - at.uptime_ms;
        self.trusted_ms = Some(self.trusted_ms.map_or(offset, |trusted| trusted.min(offset)));
        Ok(self.newest.map_or(clock, |newest| newest.max(clock)))
    }
}

impl Clock {
    /// A clock that knows what a store knows.
    pub fn of(times: &StoreTimes) -> Clock {
        let clock = Clock::default();
        clock.learn(times);
        clock
    }

    /// Takes over what the store knows now.
    pub fn learn(&self, times: &StoreTimes) {
        self.state().learn(times, Reading::take());
    }

    /// Takes over why a store refused a record.
    pub fn learn_refusal(&self, refused: &ClockError) {
        let (mut state, at) = (self.state(), Reading::take());
        match refused {
            ClockError::Behind { newest, .. } => state.newest = state.newest.max(Some(*newest)),
            ClockError::AheadOfRedis { redis, .. } => state.engine_ms = Some(redis.unix_ms() - at.uptime_ms),
            ClockError::Gap { .. } | ClockError::Jumped { .. } => {}
        }
    }

    /// Now, never before the newest time in the store. By this time records may be
    /// made and expired ones deleted.
    ///
    /// # Errors
    /// [`ClockError`] when the system's clock cannot be right: then nothing is
    /// recorded and nothing deleted by its time.
    pub fn time(&self) -> Result<Timestamp, ClockError> {
        self.state().check(Reading::take())
    }

    /// As [`Clock::time`], for a record: no later one is dated before it.
    ///
    /// # Errors
    /// As [`Clock::time`].
    pub fn time_of_record(&self) -> Result<Timestamp, ClockError> {
        let mut state = self.state();
        let time = state.check(Reading::take())?;
        state.newest = Some(time);
        Ok(time)
    }

    /// Now, or the newest time in the store while the clock is not trusted: for what
    /// a visitor may always do.
    pub fn best_time(&self) -> Timestamp {
        let (mut state, at) = (self.state(), Reading::take());
        state.check(at).unwrap_or_else(|_| state.newest.unwrap_or(at.clock))
    }

    /// A sentence about the clock of Redis, when it is ahead. Nothing depends on it then.
    pub fn remark(&self) -> Option<String> {
        let (state, at) = (self.state(), Reading::take());
        let redis = at.at(state.engine_ms?);
        let is_ahead = at.ahead_of(redis) < -TOLERANCE_MS;
        is_ahead.then(|| {
            format!(
                "the clock of Redis says {redis}, ahead of the system's clock ({}): correct the one that is wrong",
                at.clock
            )
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_790_000_000_000;
    const MINUTE: i64 = 60_000;
    const DAY: i64 = 24 * 60 * MINUTE;

    /// The clock `ahead` of the right one, `passed` after the start.
    fn at(passed: i64, ahead: i64) -> Reading {
        let clock = Timestamp::from_unix_ms(START + passed + ahead);
        Reading { clock, uptime_ms: 1_000_000 + passed }
    }

    fn ms(ms: i64) -> Option<Timestamp> {
        Some(Timestamp::from_unix_ms(ms))
    }

    fn knowing(newest: i64) -> State {
        State { newest: ms(START + newest), ..State::default() }
    }

    /// `Ok` with what the time differs from the right one, or the name of the refusal.
    fn seen(state: &mut State, reading: Reading) -> Result<i64, &'static str> {
        let right = START + reading.uptime_ms - 1_000_000;
        state.check(reading).map(|time| time.unix_ms() - right).map_err(|error| match error {
            ClockError::Behind { .. } => "behind",
            ClockError::Gap { .. } => "gap",
            ClockError::Jumped { .. } => "jumped",
            ClockError::AheadOfRedis { .. } => "ahead of Redis",
        })
    }

    #[test]
    fn a_small_step_back_keeps_the_newest_time_and_a_larger_one_is_refused() {
        assert_eq!(seen(&mut knowing(0), at(0, -5 * MINUTE)), Ok(0));
        assert_eq!(seen(&mut knowing(0), at(0, -5 * MINUTE - 1)), Err("behind"));
        assert_eq!(seen(&mut knowing(0), at(0, -2000 * DAY)), Err("behind"));
        assert_eq!(seen(&mut State::default(), at(0, -2000 * DAY)), Ok(-2000 * DAY), "an empty store");
    }

    #[test]
    fn a_start_far_beyond_the_newest_time_is_refused_until_the_operator_accepts_it() {
        assert_eq!(seen(&mut knowing(-45 * DAY), at(0, 0)), Ok(0));
        let mut state = knowing(-46 * DAY);
        assert_eq!(seen(&mut state, at(0, 0)), Err("gap"));
        let (newest, accepted_at) = (ms(START + MINUTE), ms(START + MINUTE));
        state.learn(&StoreTimes { newest, accepted_at, engine_now: None }, at(MINUTE, 0));
        assert_eq!(seen(&mut state, at(MINUTE, 0)), Ok(0));
    }

    #[test]
    fn a_clock_that_is_set_forward_is_refused_until_it_is_back() {
        let mut state = knowing(0);
        assert_eq!(seen(&mut state, at(0, 0)), Ok(0));
        assert_eq!(seen(&mut state, at(100 * DAY, 5 * MINUTE)), Ok(5 * MINUTE), "nothing recorded for long");
        for ahead in [5 * MINUTE + 1, DAY, 500 * DAY] {
            assert_eq!(seen(&mut state, at(101 * DAY, ahead)), Err("jumped"));
        }
        assert_eq!(seen(&mut state, at(101 * DAY, 0)), Ok(0));
    }

    #[test]
    fn many_small_steps_forward_are_one_large_one() {
        let mut state = knowing(0);
        let steps: Vec<_> =
            (0..4).map(|step| seen(&mut state, at(step * DAY, step * 2 * MINUTE)).is_ok()).collect();
        assert_eq!(steps, [true, true, true, false]);
    }

    #[test]
    fn a_clock_that_was_ahead_at_the_start_may_be_corrected_and_not_go_back() {
        let mut state = knowing(-10 * DAY);
        assert_eq!(seen(&mut state, at(0, DAY)), Ok(DAY));
        assert_eq!(seen(&mut state, at(MINUTE, 0)), Ok(0));
        assert_eq!(seen(&mut state, at(2 * MINUTE, DAY)), Err("jumped"));
    }

    #[test]
    fn a_machine_that_starts_in_1970_records_once_its_clock_is_set() {
        let mut state = knowing(0);
        assert_eq!(seen(&mut state, at(0, -START)), Err("behind"));
        assert_eq!(seen(&mut state, at(MINUTE, 0)), Ok(0));
    }

    #[test]
    fn the_operator_s_word_counts_for_a_clock_that_agrees_with_it_alone() {
        for (ahead, expected) in [(DAY, Ok(DAY)), (2 * DAY, Err("jumped"))] {
            let mut state = knowing(0);
            assert_eq!(seen(&mut state, at(0, 0)), Ok(0));
            assert_eq!(seen(&mut state, at(MINUTE, ahead)), Err("jumped"));
            let word = ms(START + MINUTE + DAY);
            state.learn(
                &StoreTimes { newest: word, accepted_at: word, engine_now: None },
                at(2 * MINUTE, ahead),
            );
            assert_eq!(seen(&mut state, at(2 * MINUTE, ahead)), expected);
        }
    }

    #[test]
    fn a_clock_ahead_of_redis_is_refused_and_one_behind_it_is_not() {
        for (engine, expected) in
            [(-5 * MINUTE, Ok(0)), (-6 * MINUTE, Err("ahead of Redis")), (500 * DAY, Ok(0))]
        {
            let mut state = State::default();
            let engine_now = ms(START + engine);
            state.learn(&StoreTimes { newest: None, accepted_at: None, engine_now }, at(0, 0));
            assert_eq!(seen(&mut state, at(DAY, 0)), expected, "{engine}");
        }
    }

    #[test]
    fn no_record_is_dated_before_an_earlier_one() {
        let clock = Clock::of(&StoreTimes {
            newest: Some(Timestamp::from_unix_ms(now().unix_ms() + 4 * MINUTE)),
            ..StoreTimes::default()
        });
        let first = clock.time_of_record().unwrap();
        assert!(first > now());
        assert_eq!(clock.time_of_record().unwrap(), first);
        assert_eq!(clock.best_time(), first);
    }
}
