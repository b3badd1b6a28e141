//! `cargo xtask build`: one file with everything inside it.

use crate::assets::build::build_assets;
use crate::tools::failure::Failure;
use crate::tools::steps::{COMPILER_REMEDY, run, step};
use crate::tools::workspace::Workspace;
use crate::weigh::answers::weigh;

/// Builds `target/release/constat` and weighs what it answers.
pub fn build(workspace: &Workspace) -> Result<(), Failure> {
    build_assets(workspace)?;
    step("Compile the server", || {
        run(&mut workspace.cargo(["build", "--release", "-p", "constat"]), COMPILER_REMEDY)
    })?;
    weigh(workspace, "release")
}
