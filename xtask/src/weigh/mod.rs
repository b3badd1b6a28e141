//! The bytes that a visitor fetches, weighed on the built server.

pub mod answers;
pub mod demo_server;
