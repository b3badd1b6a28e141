//! A real browser of three engines, driven over WebDriver.

mod driver;
mod engine;
mod processes;
mod proxy;
mod session;
mod sight;

pub use session::{Browser, DESKTOP, Outcome, PHONE, browse};
