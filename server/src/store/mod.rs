//! The store of records, notices, logs, keys and what the console keeps: the traits, and
//! their two engines.

mod account_store;
mod clock_store;
mod common;
#[cfg(test)]
pub mod contract;
mod copy_store;
mod data_folder;
mod erased_events;
mod error;
mod key_store;
mod log_difference;
mod log_store;
mod notice_store;
mod open_store;
mod record_page;
mod record_store;
pub mod redis;
pub mod sqlite;
mod store;
mod trail_store;
mod unreadable_record;

pub use account_store::{AccountStore, DOCUMENTS_MAX, Document, DocumentKind};
pub use clock_store::{ClockStore, checked_time};
pub use copy_store::{CopyStore, LEAVES_MAX, LogSlice, RECORDS_MAX, TakeErased, TakePage};
pub use data_folder::prepare_folder;
pub use erased_events::{ERASED_MAX, ErasedEvent};
pub use error::StoreError;
pub use key_store::KeyStore;
pub use log_difference::LogDifference;
pub use log_store::{Audit, LogStore};
pub use notice_store::{NoticeStore, Publication, notice_of_site};
pub use open_store::{
    RedisOptions, check_store, make_store, open_current_store, open_store, open_store_to_write,
};
pub use record_page::{
    EXAMINED_MAX, ID_RANGE_MAX, IdRange, RECORD_PAGE_MAX, RecordFilter, RecordPage, RecordPlace,
};
pub use record_store::{
    Appended, CommittedRecord, DAY_MAX, HISTORY_MAX, Holder, PlacedRecord, RecordStore, StoredRecord,
    event_id_of,
};
pub use store::Store;
pub use trail_store::{TRAIL_PAGE_MAX, TRAIL_TEXT_BYTES_MAX, TrailEntry, TrailSegment, TrailStore};
pub use unreadable_record::{AtStep, UnreadableRecord, at_step, divide, readable};
