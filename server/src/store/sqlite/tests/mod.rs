//! The embedded store under test.

mod contract;
mod files;
mod held_file;
mod logs;
mod new_store;
mod plans;
mod random;
mod versions;

pub use held_file::HeldFile;
