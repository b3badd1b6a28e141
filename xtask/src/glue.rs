//! From the compiled widget to what a browser loads: wasm-bindgen, used as a library.

use wasm_bindgen_cli_support::Bindgen;

use crate::failure::Failure;

/// A widget that a browser can load: a module and the JavaScript around it.
pub struct Bound {
    /// The JavaScript, not yet minified.
    pub js: String,
    /// The WebAssembly module.
    pub wasm: Vec<u8>,
}

/// Binds the module that rustc made.
pub fn bind(raw_wasm: Vec<u8>) -> Result<Bound, Failure> {
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes("widget", raw_wasm);
    bindgen.typescript(false).remove_name_section(true).remove_producers_section(true);
    // The loader says where the module is: its name holds its hash, which the glue cannot know.
    bindgen.omit_default_module_path(true);
    let mut output = bindgen.web(true).and_then(Bindgen::generate_output).map_err(|error| {
        Failure::new(
            format!("wasm-bindgen refused the widget: {error:#}."),
            "Give `wasm-bindgen` and `wasm-bindgen-cli-support` the same version in Cargo.toml.",
        )
    })?;
    let own_files = output.snippets().values().any(|files| !files.is_empty());
    if own_files || !output.local_modules().is_empty() {
        return Err(Failure::new(
            "a dependency of the widget brings JavaScript files of its own, which would cost a request each.",
            "Replace that dependency, or call the browser through web-sys instead.",
        ));
    }
    let module = output.wasm_mut();
    // Only compilers read this section.
    module.customs.remove_raw("target_features");
    let wasm = module.emit_wasm();
    Ok(Bound { js: output.js().to_owned(), wasm })
}
