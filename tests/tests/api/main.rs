//! The server over real sockets, address by address.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, as it should")]

mod assets;
mod audit;
mod banner;
mod bodies;
mod check;
mod clock;
mod command;
mod connections;
mod consent_js;
mod consents;
mod consents_refused;
mod copy;
mod cors;
mod deadline;
mod demo;
mod earlier_terms;
mod files;
mod formats;
mod health;
mod history;
mod holder;
mod keys;
mod log;
mod log_lines;
mod not_found;
mod notice;
mod origins;
mod other_users;
mod privacy;
mod prove;
mod rate;
mod records;
mod redis;
mod reload;
mod retention;
mod serve;
mod shards;
mod sites;
mod terminal;
mod timestamp;
mod vendors;
mod verify_page;
