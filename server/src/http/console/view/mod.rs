//! What the screens of the console show: one file for each screen, one template for each struct.

pub mod account;
pub mod api;
pub mod audit_trail;
pub mod check;
pub mod exports;
pub mod form;
pub mod frame;
pub mod home;
pub mod log;
pub mod message;
pub mod moment;
pub mod notice;
pub mod notices;
pub mod notices_compare;
pub mod people;
pub mod records;
pub mod reset;
pub mod second_factor;
pub mod sentence;
pub mod sign_in;
pub mod site;
pub mod timeline;
pub mod tokens;
pub mod welcome;
