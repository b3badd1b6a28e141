//! Which file imports from which, and from which other crates.

use super::names::Names;
use super::references::{Kind, Reference, references};
use super::resolver::{End, Target, resolve};
use super::tree::Tree;
use std::collections::BTreeSet;

/// Everything that the files of a crate import, and what may not stand in any of them.
#[derive(Default)]
pub struct Imports {
    /// From file to file.
    pub inside: Vec<Edge>,
    /// From file to another crate, or to a macro.
    pub outside: Vec<Outside>,
    /// Paths that nobody can follow, each as a sentence.
    pub faults: Vec<String>,
}

/// A file that imports from another one.
pub struct Edge {
    /// The file that imports.
    pub from: usize,
    /// The other file.
    pub to: usize,
    /// The line.
    pub line: usize,
    /// The path in that line.
    pub path: Names,
    /// Whether what is imported stands in the other file. Otherwise the path only names its module, or
    /// goes through a `mod.rs`.
    pub is_definition: bool,
}

/// A file that uses another crate or a macro.
pub struct Outside {
    /// The file.
    pub from: usize,
    /// The line.
    pub line: usize,
    /// The crate, or the macro with its `!`.
    pub name: String,
}

/// Collects all imports of a crate.
pub fn imports(tree: &Tree) -> Imports {
    let mut imports = Imports::default();
    for reference in references(tree) {
        let from = tree.modules[reference.module].file;
        let name = reference.path.segments.last().cloned().unwrap_or_default();
        let mut fault = |what: &str| {
            let at = format!("{}:{}", tree.files[from].name, reference.line);
            imports.faults.push(format!("{at}: {what}"));
        };
        match reference.kind {
            Kind::PathAttribute => fault("`#[path]` is forbidden: put the module where its name belongs"),
            Kind::Macro if name == "include" => fault("`include!` is forbidden: make the file a module"),
            _ => {}
        }
        if reference.kind == Kind::Macro {
            imports.outside.push(Outside { from, line: reference.line, name: format!("{name}!") });
        }
        imports.add(tree, from, &reference);
    }
    imports
}

impl Imports {
    fn add(&mut self, tree: &Tree, from: usize, reference: &Reference) {
        let Reference { module, line, ref path, kind } = *reference;
        let mut targets = resolve(tree, module, path);
        if let (Kind::Macro, [name]) = (kind, path.segments.as_slice()) {
            targets = called(tree, targets, name);
        }
        if kind == Kind::Glob {
            let modules: Vec<usize> = targets.iter().filter_map(module_of).collect();
            targets.extend(modules.into_iter().flat_map(|module| everything(tree, module)));
        }
        let mut reached = BTreeSet::new();
        for target in &targets {
            if let End::OtherCrate(name) = &target.end {
                self.outside.push(Outside { from, line, name: name.clone() });
            }
            reached.extend(target.files(tree));
        }
        // A file that is both named and the one that defines counts as the latter.
        for (file, is_definition) in &reached {
            let is_counted = *is_definition || !reached.contains(&(*file, true));
            if *file != from && is_counted {
                let path = path.clone();
                self.inside.push(Edge { from, to: *file, line, path, is_definition: *is_definition });
            }
        }
    }
}

impl Target {
    /// The files that a path leads through and to; with each, whether what is imported stands there.
    fn files(&self, tree: &Tree) -> Vec<(usize, bool)> {
        let holds = |module: &usize| (tree.modules[*module].file, !tree.file_of(*module).is_index);
        let mut files: Vec<_> = self.named.iter().map(|module| (tree.modules[*module].file, false)).collect();
        files.extend(self.through.iter().map(holds).filter(|(_, is_definition)| *is_definition));
        match &self.end {
            End::Module(module) => files.push(holds(module)),
            End::Item(file) => files.push((*file, true)),
            End::OtherCrate(_) => {}
        }
        files
    }
}

fn module_of(target: &Target) -> Option<usize> {
    match target.end {
        End::Module(module) => Some(module),
        _ => None,
    }
}

/// A macro without a path: one that was imported, else one of that name that stands above the call.
fn called(tree: &Tree, targets: Vec<Target>, name: &str) -> Vec<Target> {
    let is_known = !targets.iter().any(|target| matches!(target.end, End::OtherCrate(_)));
    match tree.macros.get(name) {
        Some(file) if !is_known => {
            vec![Target { end: End::Item(*file), named: Vec::new(), through: Vec::new() }]
        }
        _ if is_known => targets,
        // One of the standard library or of a crate's prelude.
        _ => Vec::new(),
    }
}

/// What `*` takes from a module that only re-exports: all of it.
fn everything(tree: &Tree, module: usize) -> Vec<Target> {
    let mut targets = Vec::new();
    let mut modules = vec![module];
    let mut seen = BTreeSet::new();
    while let Some(module) = modules.pop() {
        if !tree.file_of(module).is_index || !seen.insert(module) {
            continue;
        }
        for import in &tree.modules[module].imports {
            let found = resolve(tree, module, &import.path);
            if import.name.is_none() {
                modules.extend(found.iter().filter_map(module_of));
            }
            targets.extend(found);
        }
    }
    targets
}
