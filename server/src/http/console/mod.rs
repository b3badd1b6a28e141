//! The console: server-rendered screens for people who are not engineers.

pub mod address;
pub mod answer;
pub mod audits;
mod cookies;
pub mod day;
mod difference;
mod fault;
mod form;
mod language;
mod missing;
mod moment;
mod posted;
pub mod question;
#[cfg(test)]
mod route_tests;
pub mod routes;
#[cfg(test)]
mod samples;
mod screens;
pub mod shell;
mod signed;
mod standing;
pub mod state;
#[cfg(test)]
mod tests;
pub mod texts;
pub mod view;
pub mod who;
pub mod zone;
