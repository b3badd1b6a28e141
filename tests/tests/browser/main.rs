//! The banner in a real browser, on the demo insurer and on pages made for the test.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod answers;
mod auto_block;
mod auto_block_pages;
mod bundle;
mod consent_mode;
mod console;
mod console_records;
mod cookie;
mod csp;
mod debug;
mod delivery;
mod environment;
mod first_party;
mod follows;
mod frames;
mod gating;
mod gpc;
mod harness;
mod holder;
mod keyboard;
mod layout;
mod manage;
mod overrides;
mod page;
mod preventing;
mod receipt;
mod record;
mod resilience;
mod screenshots;
mod script_hazards;
mod scripts;
mod seeded;
mod setups;
mod signals;
mod signals_real;
mod snapshot;
mod stays;
mod tag_manager;
mod taking_back;
mod terms;
mod verify;
mod visuals;
mod widget;
mod window;
