//! The crates that run in browsers, compiled to WebAssembly.

use serde_json::json;

use crate::tools::failure::Failure;
use crate::tools::files::read;
use crate::tools::steps::{COMPILER_REMEDY, run, step};
use crate::tools::toolchain::WASM_TARGET;
use crate::tools::workspace::Workspace;

/// Compiles a crate for the browser. One at a time: compiled together, each would get the features
/// of dependencies that only the other asks for.
pub fn compile(workspace: &Workspace, name: &str) -> Result<Vec<u8>, Failure> {
    let package = format!("constat-{name}");
    step(&format!("Compile the {name}"), || {
        let arguments = ["build", "-p", &package, "--lib", "--target", WASM_TARGET, "--profile", "widget"];
        run(workspace.cargo(arguments).args(["--config", &flags(workspace)]), COMPILER_REMEDY)
    })?;
    read(&workspace.built(&format!("wasm32-unknown-unknown/widget/constat_{name}.wasm")))
}

/// The setting that keeps this machine's folders out of the module: panic messages name source
/// files, and every visitor would receive the builder's home, and a module that differs per builder.
/// It also takes the form of SHA-2 that is smaller, and slower.
fn flags(workspace: &Workspace) -> String {
    let registry = Workspace::cargo_home().join("registry/src");
    let folders = [registry.as_path(), workspace.root()];
    let paths = folders.map(|folder| format!("--remap-path-prefix={}=", folder.display()));
    let compact = "--cfg=sha2_backend_soft=\"compact\"".to_owned();
    // A JSON string is a TOML string too. Cargo adds these flags to those of .cargo/config.toml.
    let flags = paths.into_iter().chain([compact]).map(|flag| json!(flag).to_string());
    format!("target.{WASM_TARGET}.rustflags=[{}]", flags.collect::<Vec<_>>().join(","))
}
