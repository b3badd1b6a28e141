//! HTTP: addresses, and what turns requests into calls and results into answers.

mod accepted_language;
mod admin;
pub mod app;
mod asks;
mod bearer;
pub mod connection;
pub mod console;
mod cors;
mod deadline;
pub mod demo;
pub mod description;
mod first_party;
mod forwarded;
mod json_body;
mod negotiation;
pub mod origin;
mod problem;
mod public;
mod query;
pub mod rate;
mod request_head;
pub mod router;
pub mod routes;
mod screen_files;
pub mod snapshot_page;
