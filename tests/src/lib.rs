//! What the tests share: a running server, sites to serve, and requests.

pub mod consent;
pub mod server;
pub mod site;
