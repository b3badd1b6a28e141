//! The handlers of the screens, one file for each screen.

pub mod account;
pub mod audit_trail;
pub mod exports;
pub mod files;
pub mod find;
pub mod home;
pub mod layer;
pub mod log;
pub mod notice;
pub mod notices;
pub mod notices_compare;
pub mod people;
pub mod person;
pub mod purge;
pub mod records;
pub mod second_factor;
pub mod sign_in;
pub mod site;
pub mod timeline;
pub mod tokens;
pub mod welcome;
