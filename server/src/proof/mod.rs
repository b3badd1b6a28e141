//! What makes a record provable: keys, logs, bundles, audits and time-stamps.

pub mod audit;
pub mod bundle;
pub mod certificate;
pub mod checked;
pub mod given_files;
pub mod key_files;
pub mod keys;
pub mod logs;
pub mod prove;
pub mod published;
pub mod purge_proof;
pub mod site_history;
pub mod stamps;
pub mod timestamp;
