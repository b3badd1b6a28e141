//! Log lines, on standard error. None of them names a visitor (invariant 5).

mod lines;
mod log;
mod one_line;
mod refusals;
mod reports;
mod unlisted_origins;
mod unread_requests;

pub use lines::{finish, last_word};
pub use log::start;
pub use refusals::{Refusal, count};
pub use reports::{report, report_each_minute};
pub use unlisted_origins::{count_unlisted, unlisted_origins};
