//! The subcommands, a file for each: parse, call, print.

pub mod audit;
pub mod catalogue;
pub mod check;
pub mod clock;
mod console;
pub mod copy;
pub mod keys;
mod noted;
pub mod print;
pub mod prove;
pub mod records;
pub mod serve;
pub mod snapshot;
pub mod timestamp;
pub mod token;
pub mod user;
pub mod verify;
