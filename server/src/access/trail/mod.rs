//! The audit trail: a hash-linked log of who did what, with signed heads.

pub mod action;
pub mod audit;
mod entry;
pub mod keep;
pub mod note;
pub mod read;
pub mod write;

pub use action::Action;
pub use keep::{KEPT_MONTHS, KEPT_MS};
pub use note::Note;
pub use write::Trail;
