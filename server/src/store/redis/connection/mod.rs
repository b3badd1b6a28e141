//! Connections to Redis, retries and checks.

mod address;
mod connection_name;
mod driver;
pub mod durability;
mod error_text;
mod link;
mod node;
mod retry;

pub use address::Address;
pub use connection_name::WRITER_NAME;
pub use link::{Call, Link};
