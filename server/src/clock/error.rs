//! Why the system's clock is not trusted.

use constat_shared::{Code, Timestamp};

const DAY_MS: i64 = 24 * 3_600_000;

/// Why the system's clock is not trusted, with the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// It is behind the newest time in the store.
    #[error(
        "the system's clock says {clock}, and the newest time in the store is later ({newest}): correct the \
         clock; if it is right and that time is wrong, run `constat clock accept`"
    )]
    Behind {
        /// The system's clock.
        clock: Timestamp,
        /// The newest time in the store.
        newest: Timestamp,
    },
    /// At the start it was too far ahead of the newest time in the store.
    #[error(
        "the system's clock says {clock}, {} days after the newest time in the store ({newest}): if no server \
         ran for so long and the clock is right, run `constat clock accept` once, with the same --data or \
         --store; otherwise correct the clock",
        (.clock.unix_ms() - .newest.unix_ms()) / DAY_MS
    )]
    Gap {
        /// The system's clock.
        clock: Timestamp,
        /// The newest time in the store.
        newest: Timestamp,
    },
    /// It was set forward while the process ran.
    #[error(
        "the system's clock says {clock}, but it was set forward: by the time that has passed it is {expected}. \
         Correct the clock; if it is right now, run `constat clock accept`"
    )]
    Jumped {
        /// The system's clock.
        clock: Timestamp,
        /// What it would say if it had not been set.
        expected: Timestamp,
    },
    /// It is ahead of the clock of Redis.
    #[error(
        "the system's clock says {clock}, ahead of the clock of Redis ({redis}): correct the one that is wrong"
    )]
    AheadOfRedis {
        /// The system's clock.
        clock: Timestamp,
        /// The clock of Redis; of several primaries, the earliest.
        redis: Timestamp,
    },
}

impl ClockError {
    /// The code of the problem that a request gets.
    pub fn code(&self) -> Code {
        match self {
            ClockError::Behind { .. } => Code::ClockBehind,
            ClockError::Gap { .. } | ClockError::Jumped { .. } | ClockError::AheadOfRedis { .. } => {
                Code::ClockAhead
            }
        }
    }
}
