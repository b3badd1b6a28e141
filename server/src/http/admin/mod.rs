//! The admin API: what the console's screens do, for programs with a token. A file for each resource.

pub mod acknowledgement;
pub mod audit_trail;
mod body;
pub mod exports;
mod idempotent;
pub mod log;
pub mod notices;
mod page;
mod place;
pub mod purges;
mod query;
pub mod records;
pub mod sites;
pub mod tokens;
pub mod users;
mod work;
