//! The short commands. Each is a list of steps; `test` has a file of its own.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::ServeOptions;
use crate::assets::build_assets;
use crate::browser::ensure_browser;
use crate::failure::Failure;
use crate::steps::{not_started, run, step};
use crate::test::{COMPILER_SAID, browser_tests, build_dev_server};
use crate::weigh::weigh;
use crate::workspace::Workspace;

/// `cargo xtask build`: one file, `target/release/constat`, with everything inside it.
pub fn build(workspace: &Workspace) -> Result<(), Failure> {
    build_assets(workspace)?;
    step("Compile the server", || {
        run(&mut workspace.cargo(["build", "--release", "-p", "constat"]), COMPILER_SAID)
    })?;
    weigh(workspace, "release")
}

/// `cargo xtask serve`: builds, then becomes the server, so that signals reach it.
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

/// `cargo xtask bench`: measures the release server.
pub fn bench(workspace: &Workspace) -> Result<(), Failure> {
    build(workspace)?;
    step("Measure", || {
        let mut command =
            workspace.cargo(["run", "--release", "-p", "constat-tests", "--bin", "bench", "--"]);
        run(command.arg(workspace.server("release")), "Read the messages above.")
    })
}

/// `cargo xtask screenshots`: makes the README's images with the browser tests.
pub fn screenshots(workspace: &Workspace) -> Result<(), Failure> {
    build_assets(workspace)?;
    ensure_browser()?;
    build_dev_server(workspace)?;
    step("Take the screenshots", || {
        let images = workspace.root().join(Path::new("docs/images"));
        let mut command = browser_tests(workspace, &["screenshots"]);
        run(command.env("CONSTAT_SCREENSHOTS", images), "Mend the browser test named above.")
    })
}
