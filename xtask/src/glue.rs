//! From a compiled crate to what a browser loads: wasm-bindgen, used as a library.

use wasm_bindgen_cli_support::Bindgen;

use crate::failure::Failure;

/// What a browser can load: a module and the JavaScript around it.
pub struct Bound {
    /// The JavaScript, not yet minified.
    pub js: String,
    /// The WebAssembly module.
    pub wasm: Vec<u8>,
}

/// How the JavaScript is loaded.
#[derive(Clone, Copy)]
pub enum Shape {
    /// As a module of its own, which the loader imports.
    Module,
    /// Within another script, as a global of this name.
    Global(&'static str),
}

/// Binds the module that rustc made of a crate; `name` is for the failure.
pub fn bind(name: &str, raw_wasm: Vec<u8>, shape: Shape) -> Result<Bound, Failure> {
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes(name, raw_wasm);
    bindgen.typescript(false).remove_name_section(true).remove_producers_section(true);
    // Whoever loads it says where the module is: the glue cannot know.
    bindgen.omit_default_module_path(true);
    let shaped = match shape {
        Shape::Module => bindgen.web(true),
        Shape::Global(global) => {
            bindgen.no_modules(true).and_then(|bindgen| bindgen.no_modules_global(global))
        }
    };
    let mut output = shaped.and_then(Bindgen::generate_output).map_err(|error| {
        Failure::new(
            format!("wasm-bindgen refused the {name}: {error:#}."),
            "Give `wasm-bindgen` and `wasm-bindgen-cli-support` the same version in Cargo.toml.",
        )
    })?;
    let own_files = output.snippets().values().any(|files| !files.is_empty());
    if own_files || !output.local_modules().is_empty() {
        return Err(Failure::new(
            format!(
                "a dependency of the {name} brings JavaScript files of its own, which would cost a request each."
            ),
            "Replace that dependency, or call the browser through web-sys instead.",
        ));
    }
    let module = output.wasm_mut();
    // Only compilers read this section.
    module.customs.remove_raw("target_features");
    let wasm = module.emit_wasm();
    Ok(Bound { js: output.js().to_owned(), wasm })
}
