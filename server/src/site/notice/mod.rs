//! From a site file to the notice it stands for, a file for each part.

pub mod categories;
pub mod contacts;
pub mod first_party;
pub mod general;
pub mod hidden_cookies;
pub mod notice;
pub mod signals;
pub mod texts;
pub mod theme;
pub mod vendors;
