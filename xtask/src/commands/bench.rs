//! `cargo xtask bench`: speed, memory and bytes of the release server.

use crate::assets::build::forget_assets;
use crate::commands::build::build;
use crate::tools::browsers::ensure_chromium;
use crate::tools::failure::Failure;
use crate::tools::scripts_of_others::OF_CONSENT_TOOLS;
use crate::tools::steps::{run, step};
use crate::tools::workspace::Workspace;

/// Builds and measures the release server, or one part of it. The budgets are printed again, whatever was built
/// before.
pub fn bench(workspace: &Workspace, part: Option<&str>) -> Result<(), Failure> {
    forget_assets(workspace);
    build(workspace)?;
    let others = match part {
        Some("tags") => {
            ensure_chromium()?;
            Some(OF_CONSENT_TOOLS.ensure(workspace)?)
        }
        _ => None,
    };
    step("Measure", || {
        let mut command =
            workspace.cargo(["run", "--release", "-p", "constat-tests", "--bin", "bench", "--"]);
        command.arg(workspace.server("release")).args(part).args(others);
        run(command.env("CONSTAT_BIN", workspace.server("release")), "Read the messages above.")
    })
}
