//! The data in Redis: key names, value formats, and the cache of them.

pub mod cache;
pub mod entries;
pub mod expiry_index;
pub mod key_names;
pub mod log_tree;
pub mod record_bytes;
pub mod time_index;
pub mod trail_entry;
