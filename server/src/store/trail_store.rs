//! The part of a store that keeps the audit trail of the console.

use super::error::StoreError;
use constat_shared::{CommitmentKey, ConsentId, Hash, Month, SignedCheckpoint, SiteId, Timestamp};

/// The most entries of one call.
pub const TRAIL_PAGE_MAX: usize = 500;

/// The most bytes of each text of an entry.
pub const TRAIL_TEXT_BYTES_MAX: usize = 1024;

/// One line of the audit trail: who did what, when, on which site.
///
/// `link` is worked out by `access/trail/` from all other fields but `target`,
/// `consent_id` and `key`, and from the link before it. `commitment` stands for
/// those three: they can be forgotten, and the trail verifies as before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailEntry {
    /// Counted from 0, without a gap.
    pub index: u64,
    /// When; never before the entry before it.
    pub at: Timestamp,
    /// The e-mail address of a person, the name of a token, or a command; `None`
    /// when nobody who exists did it.
    pub who: Option<String>,
    /// What was done, such as `signed_in`.
    pub action: String,
    /// The site, when it concerns one.
    pub site: Option<SiteId>,
    /// To what; `None` when there is no target, or it was forgotten.
    pub target: Option<String>,
    /// The consent id in `target`: the target is forgotten with the records of it.
    pub consent_id: Option<ConsentId>,
    /// The key of the commitment; `None` when the target was forgotten.
    pub key: Option<CommitmentKey>,
    /// HMAC-SHA-256 of the target under the key.
    pub commitment: Hash,
    /// The hash over this entry and the link before it.
    pub link: Hash,
}

/// The entries of a calendar month (UTC), or what is left of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailSegment {
    /// The month.
    pub month: Month,
    /// The index of its first entry.
    pub first: u64,
    /// The index after its last entry. What follows has this index, also when
    /// somebody has deleted entries behind the program's back.
    pub end: u64,
    /// Whether its entries were deleted; the head stays.
    pub is_dropped: bool,
    /// The signed head of the trail after its last entry: the number of entries
    /// until then, and the last link.
    pub head: SignedCheckpoint,
}

impl TrailEntry {
    /// Checks the bounds of its texts.
    ///
    /// # Errors
    /// [`StoreError::OverLimit`] when one is exceeded.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let texts = [self.who.as_deref(), Some(self.action.as_str()), self.target.as_deref()];
        if texts.into_iter().flatten().any(|text| text.len() > TRAIL_TEXT_BYTES_MAX) {
            let words = format!("texts of at most {TRAIL_TEXT_BYTES_MAX} bytes in the audit trail");
            return Err(StoreError::OverLimit(words));
        }
        Ok(())
    }

    /// Whether that is the same entry, with or without what can be forgotten.
    pub(super) fn is_or_was(&self, other: &TrailEntry) -> bool {
        let forgotten =
            |entry: &TrailEntry| TrailEntry { target: None, consent_id: None, key: None, ..entry.clone() };
        forgotten(self) == forgotten(other)
    }
}

/// Keeps the audit trail. Calls block, and any thread may make them.
pub trait TrailStore: Send + Sync {
    /// Appends an entry and the head that ends with it, durably and in one step.
    /// Returns whether it did; `false` when the trail does not end before it: its
    /// index is not the [`TrailSegment::end`] of the last segment, or the entry before
    /// it is younger.
    ///
    /// # Errors
    /// [`StoreError::OverLimit`] when a text is longer than [`TRAIL_TEXT_BYTES_MAX`].
    fn append_to_trail(&self, entry: &TrailEntry, head: &SignedCheckpoint) -> Result<bool, StoreError>;

    /// The entries from `first` on, in their order, at most `count` and
    /// [`TRAIL_PAGE_MAX`]; those that were dropped are passed over.
    fn trail(&self, first: u64, count: usize) -> Result<Vec<TrailEntry>, StoreError>;

    /// Every month that has or had entries, oldest first.
    fn trail_segments(&self) -> Result<Vec<TrailSegment>, StoreError>;

    /// Deletes the entries of a month and keeps its head. Returns whether there were
    /// any. Does nothing with the last month: the trail goes on from its last entry.
    fn drop_trail_segment(&self, month: Month) -> Result<bool, StoreError>;

    /// The consent ids that the trail names, each once, after `after` in the order
    /// of their text; at most [`TRAIL_PAGE_MAX`].
    fn consent_ids_in_trail(&self, after: Option<ConsentId>) -> Result<Vec<ConsentId>, StoreError>;

    /// Forgets target, consent id and key of every entry that names a consent id.
    /// Returns how many there were. No file of the store keeps their bytes, unless
    /// `RecordStore::bytes_remain` says so.
    fn forget_in_trail(&self, consent_id: &ConsentId) -> Result<u64, StoreError>;
}
