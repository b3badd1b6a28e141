//! `target/assets`, the files that the server embeds: the loader, the widget, "My record", and their names.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::budgets;
use crate::compress::{brotli, gzip};
use crate::failure::Failure;
use crate::files::{read, replace_folder};
use crate::glue::{self, Shape};
use crate::loader::Loader;
use crate::minify::{Kind, minify};
use crate::stamp::Stamp;
use crate::steps::{run, step};
use crate::test::COMPILER_SAID;
use crate::toolchain::{WASM_TARGET, ensure_wasm_target};
use crate::verifier::{self, Page};
use crate::workspace::Workspace;

const MANIFEST: &str = "manifest.json";

/// The code that shapes the assets: when it changes, they are made again.
const PIPELINE: [&str; 7] = [
    include_str!("assets.rs"),
    include_str!("budgets.rs"),
    include_str!("compress.rs"),
    include_str!("glue.rs"),
    include_str!("loader.rs"),
    include_str!("minify.rs"),
    include_str!("verifier.rs"),
];

/// The names under which the server serves the widget and what belongs to it.
pub struct Manifest {
    /// The JavaScript around the module.
    pub widget_js: String,
    /// The module.
    pub widget_wasm: String,
    /// "My record".
    pub record_js: String,
}

/// Compiles what browsers run, and brings the assets up to date.
pub fn build_assets(workspace: &Workspace) -> Result<(), Failure> {
    ensure_wasm_target()?;
    let raw_wasm = compile(workspace, "widget")?;
    let raw_verifier = compile(workspace, "verifier")?;
    let loader = Loader::read(&workspace.root().join("www/loader"))?;
    let record = read(&workspace.root().join("www/record.js"))?;
    let page = Page::read(&workspace.root().join("www/verify"))?;
    // The lock file stands for the versions of the libraries that do the work.
    let lock = read(&workspace.root().join("Cargo.lock"))?;
    let sources = PIPELINE.iter().map(|source| source.as_bytes());
    let inputs = [raw_wasm.as_slice(), &raw_verifier, &record, &lock].into_iter();
    let inputs = inputs.chain(loader.sources()).chain(page.sources()).chain(sources);
    let stamp = Stamp::of(workspace.stamps().join("assets"), inputs);
    if stamp.is_fresh() && all_present(&workspace.assets()) {
        return Ok(());
    }
    step("Make the assets", || {
        let files = make(raw_wasm, &loader, &record, &page, raw_verifier)?;
        check_budgets(&files)?;
        replace_folder(&workspace.assets(), &files)?;
        stamp.set()
    })
}

/// Compiles a crate for the browser. One at a time: compiled together, each would get the features
/// of dependencies that only the other asks for.
fn compile(workspace: &Workspace, name: &str) -> Result<Vec<u8>, Failure> {
    let package = format!("constat-{name}");
    step(&format!("Compile the {name}"), || {
        let arguments = ["build", "-p", &package, "--lib", "--target", WASM_TARGET, "--profile", "widget"];
        run(workspace.cargo(arguments).args(["--config", &without_paths(workspace)]), COMPILER_SAID)
    })?;
    read(&workspace.built(&format!("wasm32-unknown-unknown/widget/constat_{name}.wasm")))
}

/// The setting that keeps this machine's folders out of the module: panic messages name source
/// files, and every visitor would receive the builder's home, and a module that differs per builder.
fn without_paths(workspace: &Workspace) -> String {
    let registry = Workspace::cargo_home().join("registry/src");
    let flags = [registry.as_path(), workspace.root()]
        .map(|folder| json!(format!("--remap-path-prefix={}=", folder.display())).to_string());
    // A JSON string is a TOML string too. Cargo adds these flags to those of .cargo/config.toml.
    format!("target.{WASM_TARGET}.rustflags=[{}]", flags.join(","))
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
    })
}

/// Whether somebody removed a file since the stamp was set.
fn all_present(assets: &Path) -> bool {
    manifest(assets).is_ok_and(|manifest| {
        let names = [manifest.widget_js, manifest.widget_wasm, manifest.record_js];
        let variants =
            names.iter().flat_map(|name| ["", ".br", ".gz"].map(|ending| format!("{name}{ending}")));
        let page = ["", ".br", ".gz"].map(|ending| format!("{}{ending}", verifier::PAGE));
        variants.chain(["loader.js".to_owned()]).chain(page).all(|name| assets.join(name).is_file())
    })
}

/// All files of the folder, by name.
fn make(
    raw_wasm: Vec<u8>,
    loader: &Loader,
    record: &[u8],
    page: &Page,
    raw_verifier: Vec<u8>,
) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let loader = loader.build()?;
    let record = minify("www/record.js", &String::from_utf8_lossy(record), Kind::Module)?.into_bytes();
    let bound = glue::bind("widget", raw_wasm, Shape::Module)?;
    let record_name = format!("record-{}.js", short_hash(&record));
    let wasm_name = format!("widget-{}.wasm", short_hash(&bound.wasm));
    let glue = glue::name(&bound.js, &wasm_name, &record_name)?;
    let widget_js = minify("the widget's glue", &glue, Kind::Module)?.into_bytes();
    let js_name = format!("widget-{}.js", short_hash(&widget_js));
    let verify = page.build(glue::bind("verifier", raw_verifier, Shape::Global(verifier::GLOBAL))?)?;
    let manifest = json!({
        "widget_js": js_name, "widget_wasm": wasm_name, "record_js": record_name,
        "verify_policy": verify.policy,
    });

    let mut files = BTreeMap::new();
    let page = (verifier::PAGE.to_owned(), verify.html.into_bytes());
    for (name, content) in [(js_name, widget_js), (wasm_name, bound.wasm), (record_name, record), page] {
        files.insert(format!("{name}.br"), brotli(&content)?);
        files.insert(format!("{name}.gz"), gzip(&content)?);
        files.insert(name, content);
    }
    files.insert("loader.js".to_owned(), loader.into_bytes());
    files.insert(MANIFEST.to_owned(), manifest.to_string().into_bytes());
    Ok(files)
}

fn check_budgets(files: &BTreeMap<String, Vec<u8>>) -> Result<(), Failure> {
    let weight = |start: &str, ending: &str| {
        let mut of_that_name =
            files.iter().filter(|(name, _)| name.starts_with(start) && name.ends_with(ending));
        of_that_name.next().map_or(0, |(_, content)| content.len())
    };
    let (glue, wasm) = (weight("widget-", ".js.br"), weight("widget-", ".wasm.br"));
    budgets::LOADER.check(brotli(files.get("loader.js").map_or(&[], Vec::as_slice))?.len())?;
    budgets::GLUE.check(glue)?;
    budgets::WASM.check(wasm)?;
    budgets::WIDGET.check(glue + wasm)?;
    budgets::RECORD.check(weight("record-", ".js.br"))?;
    budgets::VERIFIER.check(weight("verify", ".html.br"))
}

/// Enough of the hash that two builds never share a name.
fn short_hash(bytes: &[u8]) -> String {
    let mut hash = hex::encode(Sha256::digest(bytes));
    hash.truncate(12);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_makes_the_assets_stale() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = BTreeMap::from([
            ("loader.js".to_owned(), Vec::new()),
            (
                MANIFEST.to_owned(),
                br#"{"widget_js":"a.js","widget_wasm":"b.wasm","record_js":"c.js"}"#.to_vec(),
            ),
        ]);
        let page = verifier::PAGE;
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
