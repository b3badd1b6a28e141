//! `target/assets`: made again when something in it has changed, and checked against the budgets.

use std::collections::BTreeMap;

use constat_compress::{brotli, gzip};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::assets::crates::compile;
use crate::assets::glue::{self, Shape};
use crate::assets::loader::{BuiltLoader, Loader};
use crate::assets::manifest::{DEBUG, LOADER, MANIFEST, OPTIONAL, all_present};
use crate::assets::minify::{Kind, minify};
use crate::assets::optional::{BuiltPart, Optional};
use crate::assets::parts::Parts;
use crate::assets::verifier_page::{self, Page};
use crate::budgets;
use crate::tools::failure::Failure;
use crate::tools::files::{read, replace_folder};
use crate::tools::stamp::Stamp;
use crate::tools::steps::step;
use crate::tools::toolchain::ensure_wasm_target;
use crate::tools::workspace::Workspace;

/// The code that shapes the assets: when it changes, they are made again.
const PIPELINE: [&str; 11] = [
    include_str!("build.rs"),
    include_str!("crates.rs"),
    include_str!("glue.rs"),
    include_str!("loader.rs"),
    include_str!("manifest.rs"),
    include_str!("minify.rs"),
    include_str!("optional.rs"),
    include_str!("parts.rs"),
    include_str!("verifier_page.rs"),
    include_str!("../budgets.rs"),
    include_str!("../../../compress/src/lib.rs"),
];

/// The name of the stamp.
const STAMP: &str = "assets";

/// Compiles what browsers run, and brings the assets up to date.
pub fn build_assets(workspace: &Workspace) -> Result<(), Failure> {
    ensure_wasm_target()?;
    let raw_wasm = compile(workspace, "widget")?;
    let raw_verifier = compile(workspace, "verifier")?;
    let loader = Loader::read(&workspace.root().join("www/loader"))?;
    let optional = Optional::read(&workspace.root().join("www/loader/optional"))?;
    let parts = Parts::read(&workspace.root().join("www/parts"))?;
    let widget = read(&workspace.root().join("www/widget.js"))?;
    let record = read(&workspace.root().join("www/record.js"))?;
    let debug = read(&workspace.root().join("www/debug.js"))?;
    let page = Page::read(&workspace.root().join("www/verify"))?;
    // The lock file has the versions of the libraries that do the work.
    let lock = read(&workspace.root().join("Cargo.lock"))?;
    let sources = PIPELINE.iter().map(|source| source.as_bytes());
    let inputs = [raw_wasm.as_slice(), &raw_verifier, &widget, &record, &debug, &lock].into_iter();
    let inputs = inputs
        .chain(loader.sources())
        .chain(optional.sources())
        .chain(parts.sources())
        .chain(page.sources())
        .chain(sources);
    let stamp = Stamp::of(workspace.stamps().join(STAMP), inputs);
    if stamp.is_fresh() && all_present(&workspace.assets()) {
        return Ok(());
    }
    step("Make the assets", || {
        let loader = loader.build()?;
        let optional = optional.build(&loader)?;
        let mut files = make(raw_wasm, &parts, [&widget, &record], &page, raw_verifier)?;
        check_budgets(&files)?;
        check_loader(&loader, &optional)?;
        let debug = minify("www/debug.js", &String::from_utf8_lossy(&debug), Kind::Module)?.into_bytes();
        budgets::DEBUG_OVERLAY.check(brotli(&debug).len())?;
        files.insert(DEBUG.to_owned(), debug);
        files.insert(LOADER.to_owned(), loader.with_place().into_bytes());
        let optional: BTreeMap<_, _> = optional.into_iter().map(|part| (part.name, part.code)).collect();
        files.insert(OPTIONAL.to_owned(), json!(optional).to_string().into_bytes());
        replace_folder(&workspace.assets(), &files)?;
        stamp.set()
    })
}

/// Has the next build make the assets again, and print what they weigh. A stamp that is not there is none.
pub fn forget_assets(workspace: &Workspace) {
    let _ = std::fs::remove_file(workspace.stamps().join(STAMP));
}

/// Makes all files of the folder, by name.
fn make(
    raw_wasm: Vec<u8>,
    parts: &Parts,
    [widget, record]: [&[u8]; 2],
    page: &Page,
    raw_verifier: Vec<u8>,
) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let parts = parts.build()?;
    let record = minify("www/record.js", &String::from_utf8_lossy(record), Kind::Module)?.into_bytes();
    let bound = glue::bind("widget", raw_wasm, Shape::Module)?;
    let record_name = format!("record-{}.js", short_hash(&record));
    let wasm_name = format!("widget-{}.wasm", short_hash(&bound.wasm));
    let glue = glue::join(&bound.js, &String::from_utf8_lossy(widget), &wasm_name, &record_name)?;
    let widget_js = minify("the widget's glue", &glue, Kind::Module)?.into_bytes();
    let js_name = format!("widget-{}.js", short_hash(&widget_js));
    let verify = page.build(glue::bind("verifier", raw_verifier, Shape::Global(verifier_page::GLOBAL))?)?;
    let part_names: Vec<&String> = parts.files.iter().map(|(name, _)| name).collect();
    let manifest = json!({
        "widget_js": js_name, "widget_wasm": wasm_name, "record_js": record_name,
        "parts_hash": parts.hash, "parts": part_names,
        "verify_policy": verify.policy,
    });

    let mut files = BTreeMap::new();
    let page = (verifier_page::PAGE.to_owned(), verify.html.into_bytes());
    let whole = [(js_name, widget_js), (wasm_name, bound.wasm), (record_name, record), page];
    for (name, content) in whole.into_iter().chain(parts.files) {
        files.insert(format!("{name}.br"), brotli(&content));
        files.insert(format!("{name}.gz"), gzip(&content));
        files.insert(name, content);
    }
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
    budgets::GLUE.check(glue)?;
    budgets::WASM.check(wasm)?;
    budgets::WIDGET.check(glue + wasm)?;
    budgets::RECORD.check(weight("record-", ".js.br"))?;
    budgets::VERIFIER.check(weight("verify", ".html.br"))
}

/// The loader of most sites, and what each optional part adds to it.
fn check_loader(loader: &BuiltLoader, optional: &[BuiltPart]) -> Result<(), Failure> {
    let usual = brotli(loader.code.as_bytes()).len();
    budgets::LOADER.check(usual)?;
    optional.iter().try_for_each(|part| {
        let with_part = brotli(loader.with(&part.code).as_bytes()).len();
        part.budget.check(with_part.saturating_sub(usual))
    })
}

/// The start of the SHA-256: long enough that two builds never share a name.
fn short_hash(bytes: &[u8]) -> String {
    let mut hash = hex::encode(Sha256::digest(bytes));
    hash.truncate(12);
    hash
}
