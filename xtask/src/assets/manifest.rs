//! The manifest of `target/assets`: names that hold a hash, which the server reads here.

use std::path::Path;

use serde_json::Value;

use crate::assets::verifier_page;
use crate::tools::failure::Failure;
use crate::tools::files::read;

/// The file's name among the assets.
pub const MANIFEST: &str = "manifest.json";

/// The loader, with the places for what the server puts in.
pub const LOADER: &str = "loader.js";

/// The optional parts of the loader, by name.
pub const OPTIONAL: &str = "optional.json";

/// The overlay of the owner's view, with the place for hosts.
pub const DEBUG: &str = "debug.js";

/// The names under which the server serves the widget and what belongs to it.
pub struct Manifest {
    /// The JavaScript around the module.
    pub widget_js: String,
    /// The module.
    pub widget_wasm: String,
    /// "My record".
    pub record_js: String,
    /// The parts of the loader that few pages need.
    pub parts: Vec<String>,
}

/// The names in the manifest of `assets`.
pub fn manifest(assets: &Path) -> Result<Manifest, Failure> {
    let content = read(&assets.join(MANIFEST))?;
    let json: Value = serde_json::from_slice(&content).unwrap_or_default();
    let name = |key: &str| match json[key].as_str() {
        Some(name) => Ok(name.to_owned()),
        None => Err(Failure::new(
            format!("{MANIFEST} lacks `{key}`."),
            "Delete target/assets and run the command again.",
        )),
    };
    Ok(Manifest {
        widget_js: name("widget_js")?,
        widget_wasm: name("widget_wasm")?,
        record_js: name("record_js")?,
        parts: serde_json::from_value(json["parts"].clone()).unwrap_or_default(),
    })
}

/// Whether somebody removed a file since the stamp was set.
pub fn all_present(assets: &Path) -> bool {
    manifest(assets).is_ok_and(|manifest| {
        let names =
            [vec![manifest.widget_js, manifest.widget_wasm, manifest.record_js], manifest.parts].concat();
        let variants =
            names.iter().flat_map(|name| ["", ".br", ".gz"].map(|ending| format!("{name}{ending}")));
        let page = ["", ".br", ".gz"].map(|ending| format!("{}{ending}", verifier_page::PAGE));
        variants
            .chain([LOADER, OPTIONAL, DEBUG].map(str::to_owned))
            .chain(page)
            .all(|name| assets.join(name).is_file())
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::tools::files::replace_folder;

    #[test]
    fn a_missing_file_makes_the_assets_stale() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = BTreeMap::from([
            (LOADER.to_owned(), Vec::new()),
            (OPTIONAL.to_owned(), Vec::new()),
            (DEBUG.to_owned(), Vec::new()),
            (
                MANIFEST.to_owned(),
                br#"{"widget_js":"a.js","widget_wasm":"b.wasm","record_js":"c.js"}"#.to_vec(),
            ),
        ]);
        let page = verifier_page::PAGE;
        for name in ["a.js", "b.wasm", "c.js", page]
            .iter()
            .flat_map(|name| ["", ".br", ".gz"].map(|ending| format!("{name}{ending}")))
        {
            files.insert(name, Vec::new());
        }
        replace_folder(folder.path(), &files).unwrap();
        assert!(all_present(folder.path()));
        files.remove("b.wasm.gz");
        replace_folder(folder.path(), &files).unwrap();
        assert!(!all_present(folder.path()));
    }
}
