//! The part of the toolchain that a fresh machine lacks.

use std::path::Path;
use std::process::Command;

use crate::tools::failure::Failure;
use crate::tools::steps::{output, run, step};

/// What the widget is compiled for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Installs the standard library for the browser, once.
pub fn ensure_wasm_target() -> Result<(), Failure> {
    let mut ask = Command::new("rustc");
    ask.args(["--print", "target-libdir", "--target", WASM_TARGET]);
    let folder = output(&mut ask, "Install Rust with rustup and run the command again.")?;
    if Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    step("Add the wasm32 target", || {
        let by_hand = format!(
            "Install the standard library of {WASM_TARGET} for this compiler \
             (with rustup: `rustup target add {WASM_TARGET}`)."
        );
        match Command::new("rustup").arg("--version").output() {
            Ok(_) => run(Command::new("rustup").args(["target", "add", WASM_TARGET]), &by_hand),
            Err(_) => Err(Failure::new(
                format!("the target {WASM_TARGET} is missing and there is no rustup to add it."),
                by_hand,
            )),
        }
    })
}
