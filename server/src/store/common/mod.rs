//! What both engines use.

mod log_audit;
mod notice_digits;
mod purges;
mod wanted;

pub use log_audit::{Auditing, STEP, StoredLeaf, fold};
pub use notice_digits::NoticeDigits;
pub use purges::{AT_ONCE_MAX, REASONS, long_before, purged_count, purges, reason_word};
pub use wanted::{Examination, Facts, Wanted};
