//! What `constat copy` reads from one store and writes to another.
//!
//! A copied record keeps its leaf index, and the copy writes its leaf separately.
//! A server calls only [`CopyStore::is_unfinished`], when it opens its store.

use super::account_store::Document;
use super::erased_events::ErasedEvent;
use super::error::StoreError;
use super::record_store::PlacedRecord;
use super::store::Store;
use super::trail_store::{TrailEntry, TrailSegment};
use constat_shared::{Hash, LogEntry, LogId, SignedCheckpoint, Timestamp};

/// The most records of one page.
pub const RECORDS_MAX: usize = 500;
/// The most leaves of one call.
pub const LEAVES_MAX: u64 = 4096;

/// Consecutive leaves of a log.
#[derive(Clone, Debug)]
pub struct LogSlice {
    /// The index of the first leaf.
    pub first: u64,
    /// The leaves, including those of deleted records; at most [`LEAVES_MAX`].
    pub leaves: Vec<Hash>,
    /// The operator entries among them, with their leaves' indexes.
    pub entries: Vec<(u64, LogEntry)>,
}

/// Receives the records of a store, one page at a time.
pub type TakePage<'a> = dyn FnMut(Vec<PlacedRecord>) -> Result<(), StoreError> + 'a;

/// Receives the erased events of a store, one page at a time.
pub type TakeErased<'a> = dyn FnMut(Vec<ErasedEvent>) -> Result<(), StoreError> + 'a;

/// A store whose content can be copied to another one. No server may use either
/// store during the copy.
pub trait CopyStore: Store {
    /// Marks this store as an unfinished copy, or removes the mark. Only the copy
    /// opens a store that has it.
    fn set_unfinished(&self, unfinished: bool) -> Result<(), StoreError>;

    /// Whether a copy into this store has begun and not finished.
    fn is_unfinished(&self) -> Result<bool, StoreError>;

    /// When the public key of that id was added; `None` when the store does not have it.
    fn key_added_at(&self, kid: &str) -> Result<Option<Timestamp>, StoreError>;

    /// Passes every stored record to `take`, in pages of at most [`RECORDS_MAX`].
    /// The order depends on the engine.
    ///
    /// # Errors
    /// The first error of the store or of `take`, which ends the call.
    fn each_record(&self, take: &mut TakePage<'_>) -> Result<(), StoreError>;

    /// Stores records, durably, with the leaf indexes that they have in another
    /// store. Returns how many are new.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] or [`StoreError::Engine`] when this store has
    /// another record under one of the event ids.
    fn put_records(&self, records: &[PlacedRecord]) -> Result<u64, StoreError>;

    /// Passes every erased event to `take`, as [`CopyStore::each_record`] does with records.
    ///
    /// # Errors
    /// As there.
    fn each_erased_event(&self, take: &mut TakeErased<'_>) -> Result<(), StoreError>;

    /// Remembers erased events of another store, durably, of one page at most.
    fn put_erased_events(&self, events: &[ErasedEvent]) -> Result<(), StoreError>;

    /// Deletes every record whose `expires_at` is not after `now`. Writes no purge
    /// entry, because the copy brings the entry of the other store.
    fn forget(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// The leaves of a log from `first` on, at most [`LEAVES_MAX`]; empty at its end.
    fn leaves(&self, log: &LogId, first: u64) -> Result<Vec<Hash>, StoreError>;

    /// Appends leaves of another store's log to the log of this one, in one
    /// durable commit.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when the log does not end where they begin.
    fn put_leaves(&self, log: &LogId, slice: &LogSlice) -> Result<(), StoreError>;

    /// Every log that was dropped, with its last signed head, by site, month and shard.
    fn dropped(&self) -> Result<Vec<(LogId, SignedCheckpoint)>, StoreError>;

    /// Stores the last signed head of a log that the other store has dropped. This
    /// store never had that log.
    fn put_dropped(&self, log: &LogId, checkpoint: &SignedCheckpoint) -> Result<(), StoreError>;

    /// Stores documents of another store, durably, each in the place of any other of
    /// its id; at most [`RECORDS_MAX`].
    fn put_documents(&self, documents: &[Document]) -> Result<(), StoreError>;

    /// Stores entries of another store's audit trail, durably; at most
    /// [`TRAIL_PAGE_MAX`](super::TRAIL_PAGE_MAX). What the other store has forgotten of
    /// an entry that is here is forgotten here too. They are read back once
    /// [`CopyStore::put_trail_segments`] has stored their months.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] or [`StoreError::Engine`] when this store has
    /// another entry under one of the indexes.
    fn put_trail(&self, entries: &[TrailEntry]) -> Result<(), StoreError>;

    /// Stores the months of another store's audit trail, durably, and deletes the
    /// entries of those that it has dropped.
    fn put_trail_segments(&self, segments: &[TrailSegment]) -> Result<(), StoreError>;
}

/// The error for leaves that do not begin where the log ends.
pub fn not_at_end(log: &LogId, slice: &LogSlice) -> StoreError {
    let words = format!("the log {} does not end before leaf {}", log.origin(), slice.first);
    StoreError::Unreadable(words)
}

/// The error for a record whose event id another record has.
pub fn event_id_taken(record: &PlacedRecord) -> StoreError {
    let event_id = record.entry.record.event_id;
    StoreError::Unreadable(format!("it holds another record under the event id {event_id}"))
}

/// The error for an entry of the audit trail whose index another entry has.
pub fn index_taken(entry: &TrailEntry) -> StoreError {
    StoreError::Unreadable(format!("it holds another entry {} of the audit trail", entry.index))
}
