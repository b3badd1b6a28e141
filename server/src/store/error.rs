//! Why a call to a store failed.

use crate::clock::ClockError;
use crate::failure::{Failure, failed};
use constat_shared::{Hash, LogShards, SiteId};
use std::time::Duration;

/// Why a call to a store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The engine failed or did not answer in time. The call acknowledges nothing.
    #[error("the store failed: {0}")]
    Engine(String),
    /// The store has not answered for as long as a request may wait; the work may still be done.
    #[error("the store does not answer within {} s", .0.as_secs())]
    Late(Duration),
    /// The store has data in an unexpected form.
    #[error("the store holds something this version cannot read: {0}")]
    Unreadable(String),
    /// A call needs another number of logs a month than the site has.
    #[error(
        "{site} has {kept} log(s) a month and keeps that number: write log_shards = {kept} in its file, \
         or give the site another id",
        kept = kept.get()
    )]
    ShardsDiffer {
        /// The site.
        site: SiteId,
        /// The number of logs a month that it has.
        kept: LogShards,
    },
    /// A record names a notice that was never published.
    #[error("the notice {0} was never published")]
    NoticeUnknown(Hash),
    /// What was to be stored is larger, or one more, than the store takes. Nothing was written.
    #[error("the store takes {0}")]
    OverLimit(String),
    /// The system's clock cannot be right. Nothing was written.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// The settings of the engine allow it to lose what it has confirmed.
    #[error("the store may lose records that were acknowledged: {0}, or accept it with --accept-data-loss")]
    WouldLose(String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        failed(error)
    }
}

/// The error for stored data that cannot be read.
pub fn unreadable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Unreadable(error.to_string())
}
