//! What every command needs: the workspace, steps, files, programs.

pub mod cargo_deny;
pub mod failure;
pub mod files;
pub mod programs;
pub mod stamp;
pub mod steps;
pub mod toolchain;
pub mod workspace;
