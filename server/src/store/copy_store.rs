//! What a store gives and takes when all it holds moves to another one.
//!
//! Apart from [`Store`], because none of it is for a server that runs: what is
//! put here keeps the leaf index it had, and its leaf comes from elsewhere.

use super::error::StoreError;
use super::record_store::CommittedRecord;
use super::store::Store;
use constat_shared::{Hash, LogEntry, LogId, SignedCheckpoint, Timestamp};

/// The most records that are handed over or put at a time.
pub const RECORDS_MAX: usize = 500;
/// The most leaves that are given or put at a time.
pub const LEAVES_MAX: u64 = 4096;

/// A record that has its leaf in a log.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedRecord {
    /// The index of its leaf in the log.
    pub leaf_index: u64,
    /// The record with its key.
    pub entry: CommittedRecord,
}

/// A stretch of a log, as it stands there.
#[derive(Clone, Debug)]
pub struct LogSlice {
    /// The index of the first leaf.
    pub first: u64,
    /// The leaves, those of records that are gone included; at most [`LEAVES_MAX`].
    pub leaves: Vec<Hash>,
    /// The server's own entries among them, with their leaf indexes.
    pub entries: Vec<(u64, LogEntry)>,
}

/// What takes one page after the other of what a store holds.
pub type Taking<'a> = dyn FnMut(Vec<PlacedRecord>) -> Result<(), StoreError> + 'a;

/// A store whose content can move to another one. No server may run on either
/// meanwhile.
pub trait CopyStore: Store {
    /// Says that what is here is not whole yet, or that it is. No command but
    /// the copy opens a store that is not.
    fn set_unfinished(&self, unfinished: bool) -> Result<(), StoreError>;

    /// Whether a copy into this store has begun and not come to its end.
    fn is_unfinished(&self) -> Result<bool, StoreError>;

    /// When a notice was published; nothing when it never was.
    fn published_at(&self, notice_hash: &Hash) -> Result<Option<Timestamp>, StoreError>;

    /// When the public key of that name was added; nothing when it is not there.
    fn key_added_at(&self, kid: &str) -> Result<Option<Timestamp>, StoreError>;

    /// Hands over every stored record, in pages of at most [`RECORDS_MAX`], in
    /// the store's own order. Ends with the first error, its own or the taker's.
    fn each_record(&self, take: &mut Taking<'_>) -> Result<(), StoreError>;

    /// Stores records with the leaf indexes they have in another store, durably, and
    /// says how many were not here before. One that is here must be the same.
    fn put_records(&self, records: &[PlacedRecord]) -> Result<u64, StoreError>;

    /// Deletes every record whose `expires_at` is not after `now`, as
    /// [`RecordStore::expire`](super::RecordStore::expire) does, but writes nothing down: the store that they
    /// came from has done so.
    fn forget(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// The leaves of a log from `first` on, at most [`LEAVES_MAX`]; none at its end.
    fn leaves(&self, log: &LogId, first: u64) -> Result<Vec<Hash>, StoreError>;

    /// Puts a stretch of another store's log at the end of this one's, in one
    /// durable commit. Refused when the log does not end where the stretch begins.
    fn put_leaves(&self, log: &LogId, slice: &LogSlice) -> Result<(), StoreError>;

    /// Every log that was dropped, with its last signed head, by site, month and shard.
    fn dropped(&self) -> Result<Vec<(LogId, SignedCheckpoint)>, StoreError>;

    /// Keeps the last signed head of a log that was dropped elsewhere and never was here.
    fn put_dropped(&self, log: &LogId, checkpoint: &SignedCheckpoint) -> Result<(), StoreError>;
}

/// The refusal of a stretch that begins elsewhere than the log ends.
pub fn elsewhere(log: &LogId, slice: &LogSlice) -> StoreError {
    let words = format!("the log {} does not end before leaf {}", log.origin(), slice.first);
    StoreError::Unreadable(words)
}

/// The refusal of a record whose event id is taken by another one.
pub fn taken(record: &PlacedRecord) -> StoreError {
    let event_id = record.entry.record.event_id;
    StoreError::Unreadable(format!("it holds another record under the event id {event_id}"))
}
