//! Every screen in every state, with invented data, for tests.

mod account;
mod compare;
pub mod data;
mod gates;
mod home;
mod log;
pub mod maker;
mod notices;
mod people;
mod records;
mod tokens;
mod trail;
