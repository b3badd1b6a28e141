//! What every store does: tests that each engine runs on an empty store.

pub mod account_store;
pub mod clock_store;
pub mod copy_store;
pub mod holder;
pub mod key_store;
mod list;
pub mod log_store;
pub mod notice_store;
pub mod random;
mod random_console;
mod random_values;
pub mod record_page;
pub mod record_store;
mod sample;
pub mod shards;
pub mod trail_store;

pub(crate) use list::{every_contract, every_copy_contract};
pub use sample::{
    an_expiring_record, append, at, consent_id, entry, erase, event_id, found, log_of, month, notice,
    publish, purge, record, record_of, request, sample_holder,
};
