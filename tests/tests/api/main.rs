//! The server over real sockets, address by address.

mod assets;
mod check;
mod consents;
mod cors;
mod notices;
mod operations;
mod privacy;
mod records;
mod refusals;
mod reload;
mod sites;
