//! What an audit of a log may find.

use serde::Serialize;

/// A difference between a log and what is stored for it. As JSON it is its `id` with what it names, from which a
/// screen makes a sentence in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(tag = "id", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum LogDifference {
    /// A record or entry was changed, or the leaf was.
    #[error("leaf {leaf} does not match the record or entry that is stored for it")]
    LeafDiffers { leaf: u64 },
    /// A kept hash of the tree was changed.
    #[error("the kept hash {index} of level {level} does not match its leaves")]
    KeptHashDiffers { level: u32, index: u64 },
    /// A record or entry was added, or leaves were taken away.
    #[error("a record or entry is stored for leaf {leaf}, which the log does not have")]
    LeafUnknown { leaf: u64 },
    /// Leaves are missing.
    #[error("{stored} leaves are stored without a gap, {expected} were expected")]
    LeavesMissing { stored: u64, expected: u64 },
    /// Records are missing that no purge entry counts, or are there although one does.
    #[error("records missing: {missing}; deleted according to the log: {purged}")]
    RecordsMissing { missing: u64, purged: u64 },
    /// All leaves are missing.
    #[error("it is empty")]
    Empty,
    /// The checkpoint was changed.
    #[error("the checkpoint kept last is not signed by any key of the store")]
    CheckpointUnsigned,
    /// The log was replaced or cut.
    #[error("the log does not begin with the {size} leaves of the checkpoint kept last")]
    CheckpointDiffers { size: u64 },
}
