//! Where records and notices are kept.
//!
//! The traits' comments are the contract; `store/contract.rs` holds the tests
//! that every backend passes. Nothing outside this folder knows an engine.

use constat_shared::{ConsentId, Hash, Notice, PublishedNotice, Record, SiteId, Timestamp};

#[cfg(test)]
pub mod contract;
pub mod sqlite;

/// What became of one record of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is stored, and durable.
    Stored,
    /// Its event id was stored before with the same request: this is the
    /// record of that time. Nothing was written.
    Repeated(Box<Record>),
    /// Its event id was stored before with another request. Nothing was written.
    Conflict,
}

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The engine failed; nothing of the call was kept.
    #[error("the store failed: {0}")]
    Engine(String),
    /// What is stored cannot be read as what it should be.
    #[error("the store holds something this version cannot read: {0}")]
    Unreadable(String),
    /// A record names a notice that was never published.
    #[error("the notice {0} was never published")]
    NoticeUnknown(Hash),
}

/// The most records [`Store::history`] returns.
pub const HISTORY_MAX: usize = 1000;

/// A store of records and notices. Calls block; they may come from any thread.
pub trait Store: Send + Sync {
    /// Stores records in their order, in one durable commit: once this returns
    /// `Ok`, they survive a crash of the process and of the machine. The
    /// answers are in the order of the records. On an error nothing is stored.
    /// An event id is stored once, also within one batch.
    fn append(&self, records: &[Record]) -> Result<Vec<Appended>, StoreError>;

    /// The records of a consent id on a site, by `recorded_at`, oldest first,
    /// the newest [`HISTORY_MAX`] of them. Empty when there is none.
    fn history(&self, site: &SiteId, consent_id: &ConsentId) -> Result<Vec<Record>, StoreError>;

    /// Keeps a notice by its hash, durably; publishing it again changes nothing.
    fn publish(&self, notice: &PublishedNotice, at: Timestamp) -> Result<(), StoreError>;

    /// A notice that was published, whenever that was.
    fn notice(&self, hash: &Hash) -> Result<Option<Notice>, StoreError>;

    /// Deletes every record whose `expires_at` is not after `now`, so that its
    /// bytes are in no file of the store, and says how many there were.
    fn expire(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Whether the store answers.
    fn ping(&self) -> Result<(), StoreError>;
}
