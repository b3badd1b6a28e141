//! The vendors that other catalogues know: read, joined by name, written to `www/catalogue/vendors/`.

pub mod cookie_database;
pub mod differences;
pub mod duration;
pub mod facts;
pub mod hosts;
pub mod join;
pub mod names;
pub mod overrides;
pub mod pattern;
pub mod tarteaucitron;
pub mod third_party_web;
pub mod ties;
pub mod vendor;
