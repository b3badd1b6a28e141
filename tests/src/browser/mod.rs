//! A real browser of three engines, driven over WebDriver.

mod driver;
mod engine;
mod preventing;
mod processes;
mod proxy;
mod session;
mod sight;
mod signal;
mod warm_start;

pub use engine::Engine;
pub use preventing::Preventing;
pub use session::{Browser, DESKTOP, Outcome, PHONE, browse};
