//! What makes a record provable: keys, logs, bundles, audits and time-stamps.

pub mod audit;
pub mod bundle;
pub mod given_files;
mod key_files;
pub mod keys;
pub mod logs;
pub mod published;
pub mod timestamp;
