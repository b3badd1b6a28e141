//! The convention for folders: each has a `mod.rs` that only lists, and every file is listed.

use super::tree::Tree;
use std::collections::BTreeSet;
use std::path::Path;
use syn::{Item, Visibility};

/// What is wrong with the folders below a crate's, one sentence each.
pub fn folders(dir: &Path, tree: &Tree) -> Vec<String> {
    let mut faults = Vec::new();
    let known: BTreeSet<&str> = tree.files.iter().map(|file| file.name.as_str()).collect();
    check_folder(dir, "", &known, &mut faults);
    for file in tree.files.iter().filter(|file| file.name.ends_with("/mod.rs")) {
        check_index(&file.name, &file.syntax, &mut faults);
    }
    faults
}

/// Checks one folder and those in it; returns whether it has any Rust file.
fn check_folder(dir: &Path, below: &str, known: &BTreeSet<&str>, faults: &mut Vec<String>) -> bool {
    let Ok(entries) = std::fs::read_dir(dir.join(below)) else { return false };
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort_unstable();
    let mut has_rust = false;
    for name in &names {
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        if dir.join(&path).is_dir() {
            // Each binary has its own root and is a crate.
            let is_crate = below.is_empty() && name == "bin" || dir.join(&path).join("main.rs").is_file();
            if is_crate || !check_folder(dir, &path, known, faults) {
                continue;
            }
            has_rust = true;
            if names.contains(&format!("{name}.rs")) {
                faults.push(format!("{path}.rs lies beside the folder {path}/: move it into the folder"));
            } else if !dir.join(&path).join("mod.rs").is_file() {
                faults.push(format!("{path}/ has no mod.rs"));
            }
        } else if name.ends_with(".rs") {
            has_rust = true;
            if !known.contains(path.as_str()) {
                faults.push(format!("{path}: no `mod` names this file"));
            }
        }
    }
    has_rust
}

/// A `mod.rs` has a `//!` line, `mod` and `pub use`.
fn check_index(name: &str, syntax: &syn::File, faults: &mut Vec<String>) {
    if !syntax.attrs.iter().any(|attribute| attribute.path().is_ident("doc")) {
        faults.push(format!("{name}: has no `//!` line: write what the folder holds"));
    }
    for item in &syntax.items {
        let (is_allowed, line) = match item {
            Item::Mod(item) => (item.content.is_none(), item.mod_token.span.start().line),
            Item::Use(item) => (!matches!(item.vis, Visibility::Inherited), item.use_token.span.start().line),
            _ => (false, line_of(item)),
        };
        if !is_allowed {
            faults.push(format!(
                "{name}:{line}: a mod.rs holds only `mod` and `pub use`: move the rest to a file"
            ));
        }
    }
}

fn line_of(item: &Item) -> usize {
    use syn::spanned::Spanned;
    item.span().start().line
}
