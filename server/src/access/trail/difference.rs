//! What an audit of the trail may find.

use crate::failure::{Failure, failed};
use crate::store::StoreError;
use constat_shared::{Month, Timestamp};
use serde::Serialize;

/// Why the trail did not pass.
#[derive(Debug, thiserror::Error)]
pub enum TrailError {
    /// Something was done to it.
    #[error("audit trail: {0}")]
    Differs(TrailDifference),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<TrailDifference> for TrailError {
    fn from(difference: TrailDifference) -> TrailError {
        TrailError::Differs(difference)
    }
}

impl From<TrailError> for Failure {
    fn from(error: TrailError) -> Failure {
        failed(error)
    }
}

/// The first difference of a trail. As JSON it is its `id` with what it names, from which a screen makes a sentence
/// in the reader's language. Entries are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(tag = "id", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum TrailDifference {
    #[error("entry {entry} has no signed head after it")]
    HeadMissing { entry: u64 },
    #[error("its months are not in their order")]
    MonthsMoved,
    #[error("the entries of {month} begin with {first}, not with {expected}")]
    MonthBegins { month: Month, first: u64, expected: u64 },
    #[error("{month} ends before {end}, and its signed head before {signed}")]
    MonthEnds { month: Month, end: u64, signed: u64 },
    #[error("a month was removed from its end meanwhile")]
    MonthRemoved,
    #[error("the head of {month} covers no entry")]
    HeadEmpty { month: Month },
    #[error("the head of {month} is not signed by any key of the store")]
    HeadUnsigned { month: Month },
    #[error("the signed head of {month} does not match its entries")]
    HeadDiffers { month: Month },
    #[error("entry {entry} and all after it are missing")]
    EntriesMissing { entry: u64 },
    #[error("entry {entry} is missing; {found} comes after the one before it")]
    EntryMissing { entry: u64, found: u64 },
    #[error("entry {entry} was changed, or is not the one that followed the entry before it")]
    EntryChanged { entry: u64 },
    #[error("entry {entry} is dated {at}, which is not its place")]
    EntryMoved { entry: u64, at: Timestamp },
    #[error("entry {entry} names another target than it did")]
    TargetChanged { entry: u64 },
    #[error("entry {entry} has lost the key to its target")]
    TargetLost { entry: u64 },
    /// Accounts and tokens are younger than the last entry.
    #[error("its last entries are missing: it ends at {at}, and accounts or tokens changed until {newest}")]
    EndMissing { at: Timestamp, newest: Timestamp },
    /// Accounts and tokens are there, and no entry.
    #[error("it is missing, and accounts or tokens changed until {newest}")]
    Missing { newest: Timestamp },
    /// The newest head that was signed here is of another installation, or was changed.
    #[error(
        "the newest head that is kept beside the keys is not signed by any key of the store: put back the store \
         that has it"
    )]
    NewestUnsigned,
    /// The store was set back, or the end was deleted with its signed head.
    #[error(
        "its last entries are missing: it has {entries}, and a head of {signed} was signed here; if a backup was \
         put back, say so with `constat audit --trail --accept-missing`"
    )]
    Cut { entries: u64, signed: u64 },
    /// As [`TrailDifference::Cut`], and others were added since.
    #[error(
        "entries are missing: of the first {signed}, whose head was signed here, the last is another one; if a \
         backup was put back, say so with `constat audit --trail --accept-missing`"
    )]
    Replaced { signed: u64 },
}
