//! The embedded store: one SQLite file in the data folder.
//!
//! It uses WAL with `synchronous=FULL`: a commit is on disk when it returns.
//! One connection writes. Each reader has another one and never waits for it.
//! `secure_delete` overwrites deleted rows, and each deletion truncates the WAL:
//! no file keeps the bytes of a deleted record. While a reader needs the WAL they
//! stay in it, and `truncation.rs` tries again.

mod account_store;
mod clock_store;
mod copy_store;
mod key_store;
mod log_store;
mod notice_store;
mod place;
mod readiness;
mod record_store;
mod schema;
mod store;
mod tables;
#[cfg(test)]
mod tests;
mod trail_store;
mod truncation;
mod waiting;
mod write_connection;

pub use store::{FILE_NAME, SqliteStore};
#[cfg(test)]
pub use tests::HeldFile;
