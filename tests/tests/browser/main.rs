//! The banner in a real browser, on the demo insurer and on pages made for the test.

mod answers;
mod gating;
mod keyboard;
mod manage;
mod page;
mod resilience;
mod screenshots;
mod terms;
mod visuals;
