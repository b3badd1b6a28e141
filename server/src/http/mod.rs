//! HTTP: addresses, and what turns requests into calls and results into answers.

pub mod app;
pub mod connection;
mod cors;
mod deadline;
pub mod demo;
mod forwarded;
mod json_body;
mod negotiation;
pub mod origin;
mod problem;
mod public;
pub mod rate;
pub mod router;
pub mod routes;
pub mod snapshot_page;
