//! One file for each command.

pub mod bench;
pub mod build;
pub mod engines;
pub mod import_catalogue;
pub mod screenshots;
pub mod serve;
pub mod test;
