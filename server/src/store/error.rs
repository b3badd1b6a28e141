//! Why a store did not do what it was asked.

use crate::failure::{Failure, failed};
use constat_shared::{Hash, LogShards, SiteId};

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The engine failed, or did not answer in time; nothing of the call was
    /// acknowledged.
    #[error("the store failed: {0}")]
    Engine(String),
    /// What is stored cannot be read as what it should be.
    #[error("the store holds something this version cannot read: {0}")]
    Unreadable(String),
    /// A site is to be spread over another number of logs than it is.
    #[error(
        "{site} has {kept} log(s) a month and keeps that number: write log_shards = {kept} in its file, \
         or give the site another id",
        kept = kept.get()
    )]
    Spread {
        /// The site.
        site: SiteId,
        /// How many logs a month it has.
        kept: LogShards,
    },
    /// A record names a notice that was never published.
    #[error("the notice {0} was never published")]
    NoticeUnknown(Hash),
    /// The engine is set up so that it may lose what it has confirmed.
    #[error("the store may lose records that were acknowledged: {0}, or accept it with --accept-data-loss")]
    WouldLose(String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        failed(error)
    }
}

/// Something stored that cannot be read.
pub fn unreadable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Unreadable(error.to_string())
}
