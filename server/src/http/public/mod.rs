//! The addresses that browsers, visitors and operators ask, a file for each resource.

pub mod assets;
pub mod catalogue;
pub mod consent_js;
pub mod consents;
pub mod csp;
pub mod debug_js;
pub mod gpc;
pub mod health;
pub mod history;
pub mod keys;
pub mod log;
pub mod lookup;
pub mod notice;
pub mod vendors;
pub mod verify_page;
