//! The audit trail: a hash-linked log of who did what, with signed heads.

pub mod action;
pub mod audit;
pub mod command;
pub mod difference;
mod entry;
pub mod keep;
pub mod newest_head;
pub mod note;
pub mod read;
pub mod write;

pub use action::Action;
pub use command::Command;
pub use difference::TrailError;
pub use keep::{KEPT_MONTHS, KEPT_MS};
pub use newest_head::NewestHead;
pub use note::Note;
pub use write::{Trail, lost_words};
