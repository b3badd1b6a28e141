//! A Chromium that the program starts, drives over a pipe and ends.

pub mod browser;
pub mod devtools;
pub mod page;
