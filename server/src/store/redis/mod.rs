//! The store for more than one server: Redis 7 or newer, alone, with replicas, or
//! as a cluster.
//!
//! Every change of a shard is one script in the shard's slot, so Redis runs the
//! changes of several servers one after the other. So is every change of what the
//! console keeps, in a slot of its own. A server caches only what
//! never changes.

mod account_store;
mod append;
mod clock_store;
mod connection;
mod copy_store;
mod data;
mod erase;
mod key_store;
mod log_store;
mod migration;
mod notice_store;
mod read;
mod readiness;
mod record_pages;
mod record_store;
mod scripts;
mod store;
#[cfg(test)]
mod tests;
mod trail_store;

pub use connection::Address;
pub use store::RedisStore;
