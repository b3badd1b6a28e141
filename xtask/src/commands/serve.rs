//! `cargo xtask serve`: the release server on the demo site.

use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::cli::ServeOptions;
use crate::commands::build::build;
use crate::tools::failure::Failure;
use crate::tools::steps::not_started;
use crate::tools::workspace::Workspace;

/// Builds, then becomes the server, so that signals reach it.
pub fn serve(workspace: &Workspace, options: &ServeOptions) -> Result<(), Failure> {
    build(workspace)?;
    let mut command = Command::new(workspace.server("release"));
    command.args(["serve", "--demo", "--port", &options.port.to_string()]);
    let folders = [("--data", &options.data), ("--sites", &options.sites)];
    for (name, folder) in folders {
        if let Some(folder) = folder {
            command.arg(name).arg(folder);
        }
    }
    let error = command.exec();
    Err(not_started(&command, &error).in_step("Start the server"))
}
