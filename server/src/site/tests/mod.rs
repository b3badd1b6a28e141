//! Whole site files, with one thing changed: a file for each part.

mod catalogue;
mod categories;
mod consent_mode;
mod contacts;
mod cookies;
mod first_party;
mod general;
mod purposes;
pub mod sample;
mod signals;
mod site;
mod source;
mod tags;
mod texts;
mod theme;
mod vendors;
