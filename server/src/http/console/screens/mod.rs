//! The handlers of the screens, one file for each screen.

pub mod account;
pub mod audit_trail;
pub mod files;
pub mod home;
pub mod log;
pub mod notice;
pub mod notices;
pub mod notices_compare;
pub mod people;
pub mod person;
pub mod second_factor;
pub mod sign_in;
pub mod site;
pub mod tokens;
pub mod welcome;
