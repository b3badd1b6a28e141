//! The store for more than one server: Redis 7, alone, with replicas, or a cluster.
//!
//! Every change of a shard is one script in its slot, so servers that change it
//! at once do so one after the other, in an order that Redis gives.
//! Nothing here is remembered between calls but what never changes.

mod append;
mod connection;
mod copy_store;
mod data;
mod erase;
mod key_store;
mod log_store;
mod notice_store;
mod readiness;
mod record_store;
mod scripts;
mod store;
#[cfg(test)]
mod tests;

pub use connection::Address;
pub use store::RedisStore;
