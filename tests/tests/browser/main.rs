//! The banner in a real browser, on the demo insurer and on pages made for the test.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod answers;
mod bundle;
mod gating;
mod holder;
mod keyboard;
mod manage;
mod page;
mod receipt;
mod record;
mod resilience;
mod screenshots;
mod snapshot;
mod terms;
mod verify;
mod visuals;
