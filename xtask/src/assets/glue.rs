//! From a compiled crate to what a browser loads: wasm-bindgen, used as a library.

use wasm_bindgen_cli_support::Bindgen;

use crate::tools::failure::Failure;

/// The names of two files in `www/widget.js`, which get their hashes here.
const MODULE: &str = "widget_bg.wasm";
const RECORD: &str = "record.js";

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
    // `www/widget.js` names the module; a global gets the bytes.
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

/// Joins what wasm-bindgen wrote with `www/widget.js`, and writes the names of two files into that: the
/// module that it starts, and "My record", which it fetches on demand.
pub fn join(bound: &str, source: &str, wasm: &str, record: &str) -> Result<String, Failure> {
    let mut own = source.to_owned();
    for (name, file) in [(MODULE, wasm), (RECORD, record)] {
        if own.matches(name).count() != 1 {
            return Err(Failure::new(
                format!("www/widget.js does not name {name} once."),
                "Name it once, or change `join` in xtask/src/assets/glue.rs.",
            ));
        }
        own = own.replace(name, file);
    }
    Ok(format!("{bound}\n{own}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glue_names_the_files_beside_it() {
        let source = r#"start("widget_bg.wasm"); import("./record.js");"#;
        let js = join("bound();", source, "widget-1.wasm", "record-2.js").unwrap();
        assert_eq!(js, "bound();\nstart(\"widget-1.wasm\"); import(\"./record-2.js\");");
    }

    #[test]
    fn a_file_that_is_not_named_is_refused() {
        let failure = join("", r#"start("widget_bg.wasm");"#, "widget-1.wasm", "record-2.js").unwrap_err();
        assert!(failure.to_string().contains("does not name record.js once"), "{failure}");
    }
}
