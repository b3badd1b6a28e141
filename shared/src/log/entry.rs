//! What the server itself writes down in a log, besides commitments.

use super::merkle;
use crate::{Hash, SiteId, Timestamp, canonical};
use serde::{Deserialize, Serialize};

/// An entry of the server's own. Its canonical JSON is the data of its leaf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum LogEntry {
    /// Records have come to their end and were deleted. How many, never whose.
    Purge {
        /// The site they were taken on.
        site: SiteId,
        /// When they were deleted.
        purged_at: Timestamp,
        /// How many they were.
        record_count: u64,
    },
}

impl LogEntry {
    /// The hash of its leaf.
    pub fn leaf_hash(&self) -> Hash {
        merkle::leaf_hash(&canonical::to_vec(self))
    }
}
