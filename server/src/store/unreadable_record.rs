//! A record that is stored in a form that nobody can read.

use super::error::StoreError;
use constat_shared::proof::Step;
use constat_shared::{ConsentId, EventId, Language, Timestamp};

/// What can still be said of a record that cannot be read, because a byte of it was changed, or its notice
/// is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableRecord {
    /// Its event id.
    pub event_id: Option<EventId>,
    /// Its consent id.
    pub consent_id: Option<ConsentId>,
    /// When it was recorded.
    pub recorded_at: Option<Timestamp>,
    /// The language in which the visitor was asked.
    pub language: Option<Language>,
    /// The check of its proof that cannot be made.
    pub step: Step,
    /// What cannot be read.
    pub why: String,
}

impl From<UnreadableRecord> for StoreError {
    fn from(record: UnreadableRecord) -> StoreError {
        StoreError::Unreadable(format!("{}: {}", record.step, record.why))
    }
}

/// An error of the store, and the check for which the thing was read.
pub type AtStep = (Step, StoreError);

/// Says for which check something is read.
pub fn at_step<T>(step: Step, result: Result<T, impl Into<StoreError>>) -> Result<T, AtStep> {
    result.map_err(|error| (step, error.into()))
}

/// Divides what cannot be read from what a failing store did not give.
///
/// # Errors
/// Those of the store.
pub fn divide<T, E>(
    read: Result<T, AtStep>,
    rest: impl FnOnce(Step, String) -> E,
) -> Result<Result<T, E>, StoreError> {
    match read {
        Ok(read) => Ok(Ok(read)),
        Err((step, StoreError::Unreadable(why))) => Ok(Err(rest(step, why))),
        Err((_, error)) => Err(error),
    }
}

/// Nothing in the place of what cannot be read.
///
/// # Errors
/// Those of the store.
pub fn readable<T>(read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(StoreError::Unreadable(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
