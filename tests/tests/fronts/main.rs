//! What stands before the server on a site's own host: the fronts of docs/deploy/, each started from its file,
//! and caches.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, as it should")]

mod caches;
mod cookies;
mod forwarded;
mod policy;
mod refused;
mod world;
