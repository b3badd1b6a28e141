//! The admin API: what the console's screens do, for programs with a token. A file for each resource.

pub mod acknowledgement;
pub mod audit_trail;
mod body;
mod idempotent;
pub mod log;
pub mod notices;
mod page;
mod place;
mod query;
pub mod sites;
pub mod tokens;
pub mod users;
mod work;
