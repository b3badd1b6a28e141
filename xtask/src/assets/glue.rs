//! From a compiled crate to what a browser loads: wasm-bindgen, used as a library.

use wasm_bindgen_cli_support::Bindgen;

use crate::tools::failure::Failure;

/// The name that wasm-bindgen gives the module.
const MODULE: &str = "widget_bg.wasm";

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
    /// As a separate module, which the loader imports.
    Module,
    /// Inside another script, as a global of this name.
    Global(&'static str),
}

/// Makes the JavaScript around the module that rustc made of a crate; `name` is for the failure.
pub fn bind(name: &str, raw_wasm: Vec<u8>, shape: Shape) -> Result<Bound, Failure> {
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes(name, raw_wasm);
    bindgen.typescript(false).remove_name_section(true).remove_producers_section(true);
    // The widget's glue starts the module beside it, whose name [`name`] writes; a global gets the bytes.
    bindgen.omit_default_module_path(matches!(shape, Shape::Global(_)));
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
    let files = output.snippets().values().any(|files| !files.is_empty());
    if files || !output.local_modules().is_empty() {
        return Err(Failure::new(
            format!("a dependency of the {name} brings JavaScript files, which would cost a request each."),
            "Replace that dependency, or call the browser through web-sys instead.",
        ));
    }
    let module = output.wasm_mut();
    // Only compilers read this section.
    module.customs.remove_raw("target_features");
    let wasm = module.emit_wasm();
    Ok(Bound { js: output.js().to_owned(), wasm })
}

/// Writes the names of two files, which hold their hashes, into the JavaScript: the module that it
/// starts, and "My record", which it fetches on demand.
pub fn name(js: &str, wasm: &str, record: &str) -> Result<String, Failure> {
    match js.matches(MODULE).count() {
        1 => Ok(format!(
            "{}\nexport const record = (bridge) => import(\"./{record}\").then((part) => part.show(bridge)).catch(console.error);\n",
            js.replace(MODULE, wasm)
        )),
        count => Err(Failure::new(
            format!("the widget's JavaScript names {MODULE} {count} times, not once."),
            "See what wasm-bindgen writes now, and change `name` in xtask/src/assets/glue.rs.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glue_names_the_files_beside_it() {
        let js = name("start(new URL('widget_bg.wasm', import.meta.url));", "widget-1.wasm", "record-2.js");
        let js = js.unwrap();
        assert!(js.contains("'widget-1.wasm'") && js.contains("import(\"./record-2.js\")"), "{js}");
    }

    #[test]
    fn glue_that_names_no_module_is_refused() {
        let failure = name("start();", "widget-1.wasm", "record-2.js").unwrap_err().to_string();
        assert!(failure.contains("0 times, not once"), "{failure}");
    }
}
