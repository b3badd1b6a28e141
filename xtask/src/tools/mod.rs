//! What every command needs: the workspace, steps, files, programs.

pub mod browsers;
pub mod cargo_deny;
pub mod failure;
pub mod files;
pub mod installed;
pub mod programs;
pub mod scripts_of_others;
pub mod stamp;
pub mod steps;
pub mod toolchain;
pub mod workspace;
