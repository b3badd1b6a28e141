//! Who may come in, what they may see and do, and the trail of what they did: people,
//! sessions, links, tokens, permissions. Without HTTP, so that commands call it too.

pub mod access;
pub mod account;
pub mod acknowledgement;
pub mod api_token;
pub mod audited;
pub mod console_key;
mod document;
pub mod error;
pub mod exports;
mod jwt_algorithm;
pub mod link;
pub mod loss;
pub mod news;
pub mod own_account;
pub mod password;
pub mod people;
pub mod permission;
pub mod principal;
mod random;
pub mod records;
pub mod request;
pub mod second_factor;
pub mod session;
pub mod setting;
pub mod sign_in;
pub mod site_scope;
#[cfg(test)]
mod tests;
mod throttle;
pub mod token;
pub mod trail;
pub mod welcome;
