//! What is in Redis: under which names, in which form, and what is remembered of it.

pub mod cache;
pub mod expiry_index;
pub mod key_names;
pub mod log_tree;
pub mod record_bytes;
