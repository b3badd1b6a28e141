//! The server over real sockets, address by address.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, as it should")]

mod assets;
mod bodies;
mod check;
mod consent_records;
mod consents;
mod copy;
mod cors;
mod formats;
mod notices;
mod operations;
mod privacy;
mod proof;
mod records;
mod redis;
mod refusals;
mod reload;
mod shards;
mod sites;
mod timestamp;
mod verify;
