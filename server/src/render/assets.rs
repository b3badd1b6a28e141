//! The widget, "My record" and the loader, as the build left them, inside the binary.

use super::body::Body;
use rust_embed::RustEmbed;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What `cargo xtask build` makes before it builds this crate.
#[derive(RustEmbed)]
#[folder = "../target/assets"]
struct Embedded;

/// The template for Google Tag Manager, which a site owner downloads.
const TAG_MANAGER: (&str, &[u8]) = ("constat.tpl", include_bytes!("../../../www/tag-manager/constat.tpl"));
const LOADER: &str = "loader.js";
const OPTIONAL: &str = "optional.json";
const DEBUG: &str = "debug.js";

/// A build without all its files.
#[derive(Debug, thiserror::Error)]
#[error("the binary was built without {0}: build it with `cargo xtask build`")]
pub struct AssetMissing(String);

/// The files that are fetched by name, and what consent.js is made from.
pub struct Assets {
    /// Ready to be served, by file name.
    pub files: BTreeMap<String, Body>,
    /// The loader, with the places for the settings and for optional parts in it.
    pub loader: String,
    /// The optional parts of the loader, by name.
    pub optional: BTreeMap<String, String>,
    /// The name of the widget's script, which knows the names of the others.
    pub widget_js: String,
    /// The overlay for owners, with the place for the hosts in it.
    pub debug: String,
    /// What stands in the names of the loader's parts that few pages need.
    pub parts_hash: String,
    /// The verifier's page.
    pub verify: Body,
    /// Its Content Security Policy, without the directives that only a header can carry.
    pub verify_policy: String,
}

#[derive(Deserialize)]
struct Manifest {
    widget_js: String,
    widget_wasm: String,
    record_js: String,
    parts_hash: String,
    parts: Vec<String>,
    verify_policy: String,
}

impl Assets {
    /// Takes the files out of the binary.
    ///
    /// # Errors
    /// [`AssetMissing`] when the build was not made by xtask.
    pub fn embedded() -> Result<Assets, AssetMissing> {
        let manifest = read("manifest.json")?;
        let manifest: Manifest =
            serde_json::from_slice(&manifest).map_err(|_| AssetMissing("a readable manifest.json".into()))?;
        let forms = |name: &str| {
            Ok::<_, AssetMissing>([read(name)?, read(&format!("{name}.br"))?, read(&format!("{name}.gz"))?])
        };
        let file = |name: &str, mime| {
            let [plain, brotli, gzip] = forms(name)?;
            Ok((name.to_owned(), Body::immutable(mime, plain, brotli, gzip)))
        };
        let [plain, brotli, gzip] = forms("verify.html")?;
        let script = |name: &String| file(name, "text/javascript; charset=utf-8");
        let wasm = file(&manifest.widget_wasm, "application/wasm");
        let scripts = [&manifest.widget_js, &manifest.record_js].into_iter().chain(&manifest.parts);
        let (name, template) = TAG_MANAGER;
        // As bytes, so that a browser saves it under its name.
        let template = Ok((name.to_owned(), Body::new("application/octet-stream", template.to_vec())));
        Ok(Assets {
            files: scripts.map(script).chain([wasm, template]).collect::<Result<_, AssetMissing>>()?,
            loader: text(LOADER)?,
            debug: text(DEBUG)?,
            optional: serde_json::from_slice(&read(OPTIONAL)?)
                .map_err(|_| AssetMissing(format!("a readable {OPTIONAL}")))?,
            widget_js: manifest.widget_js,
            parts_hash: manifest.parts_hash,
            verify: Body::compressed("text/html; charset=utf-8", plain, brotli, gzip),
            verify_policy: manifest.verify_policy,
        })
    }
}

fn text(name: &str) -> Result<String, AssetMissing> {
    String::from_utf8(read(name)?).map_err(|_| AssetMissing(format!("a readable {name}")))
}

fn read(name: &str) -> Result<Vec<u8>, AssetMissing> {
    let file = Embedded::get(name).ok_or_else(|| AssetMissing(name.to_owned()))?;
    Ok(file.data.into_owned())
}
