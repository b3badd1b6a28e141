//! Files that nobody else may read: how they are made, whose they are, and who may use a key.

mod output;
mod owner;
mod plain;
mod strangers;
mod umask;

pub use output::Output;
pub use owner::{DATABASE_FILES, FileOwner, LOCK_FILE};
pub use strangers::{Circle, Stranger};
pub use umask::close_to_others;
