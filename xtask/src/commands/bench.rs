//! `cargo xtask bench`: speed, memory and bytes of the release server.

use crate::commands::build::build;
use crate::tools::failure::Failure;
use crate::tools::steps::{run, step};
use crate::tools::workspace::Workspace;

/// Builds and measures the release server, or one part of it.
pub fn bench(workspace: &Workspace, part: Option<&str>) -> Result<(), Failure> {
    build(workspace)?;
    step("Measure", || {
        let mut command =
            workspace.cargo(["run", "--release", "-p", "constat-tests", "--bin", "bench", "--"]);
        run(command.arg(workspace.server("release")).args(part), "Read the messages above.")
    })
}
