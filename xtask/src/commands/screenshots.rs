//! `cargo xtask screenshots`: the README's images.

use std::path::Path;

use crate::assets::build::build_assets;
use crate::commands::test::{browser_tests, build_dev_server};
use crate::tools::browsers::ensure_chromium;
use crate::tools::failure::Failure;
use crate::tools::steps::{run, step};
use crate::tools::workspace::Workspace;

/// Makes the README's images with the browser tests.
pub fn screenshots(workspace: &Workspace) -> Result<(), Failure> {
    build_assets(workspace)?;
    ensure_chromium()?;
    build_dev_server(workspace)?;
    step("Take the screenshots", || {
        let images = workspace.root().join(Path::new("docs/images"));
        let mut command = browser_tests(workspace, &["screenshots"]);
        run(command.env("CONSTAT_SCREENSHOTS", images), "Fix the browser test named above.")
    })
}
