//! From a path to the file that defines what it names, through every re-export.

use super::names::Names;
use super::tree::Tree;

/// What a path names.
#[derive(Clone, Debug)]
pub struct Target {
    /// The end of the path.
    pub end: End,
    /// The modules that the path names on its way.
    pub named: Vec<usize>,
    /// The modules whose own imports the path goes through.
    pub through: Vec<usize>,
}

/// The end of a path.
#[derive(Clone, Debug)]
pub enum End {
    /// A module.
    Module(usize),
    /// Something that a file defines.
    Item(usize),
    /// Something of another crate.
    OtherCrate(String),
}

/// What was looked up on the way, so that imports in a circle end.
type Seen = Vec<(usize, String)>;

/// Everything that a path names, seen from a module: one name may stand for a module and a function.
pub fn resolve(tree: &Tree, from: usize, path: &Names) -> Vec<Target> {
    follow(tree, from, path, &mut Seen::new())
}

fn follow(tree: &Tree, from: usize, path: &Names, seen: &mut Seen) -> Vec<Target> {
    let mut names = path.segments.iter().map(String::as_str).peekable();
    let Some(first) = names.next() else { return Vec::new() };
    let at = |module| vec![Target { end: End::Module(module), named: Vec::new(), through: Vec::new() }];
    let other_crate =
        || vec![Target { end: End::OtherCrate(first.to_owned()), named: Vec::new(), through: Vec::new() }];
    let mut targets = match first {
        _ if path.is_absolute => other_crate(),
        "Self" => return Vec::new(),
        "crate" => at(0),
        "self" | "super" => {
            let mut module = if first == "self" { Some(from) } else { tree.modules[from].parent };
            while names.next_if_eq(&"super").is_some() {
                module = module.and_then(|module| tree.modules[module].parent);
            }
            at(module.unwrap_or_default())
        }
        name => match look_up(tree, from, name, seen) {
            found if found.is_empty() => other_crate(),
            found => found,
        },
    };
    for name in names {
        targets = targets.into_iter().flat_map(|target| step(tree, target, name, seen)).collect();
    }
    targets
}

/// One name further on a path.
fn step(tree: &Tree, target: Target, name: &str, seen: &mut Seen) -> Vec<Target> {
    let End::Module(module) = target.end else { return vec![target] };
    let mut found = look_up(tree, module, name, seen);
    if found.is_empty() {
        // A macro may have made it.
        let end = End::Item(tree.modules[module].file);
        found = vec![Target { end, named: Vec::new(), through: Vec::new() }];
    }
    for next in &mut found {
        next.named.splice(0..0, target.named.iter().copied());
        next.through.splice(0..0, target.through.iter().copied());
    }
    found
}

/// What a name stands for in a module.
fn look_up(tree: &Tree, module: usize, name: &str, seen: &mut Seen) -> Vec<Target> {
    let key = (module, name.to_owned());
    if seen.contains(&key) {
        return Vec::new();
    }
    seen.push(key);
    let here = &tree.modules[module];
    let mut found = Vec::new();
    if let Some(child) = here.children.get(name) {
        found.push(Target { end: End::Module(*child), named: vec![*child], through: Vec::new() });
    }
    if here.items.contains(name) {
        found.push(Target { end: End::Item(here.file), named: Vec::new(), through: Vec::new() });
    }
    let through = |mut target: Target| {
        target.through.push(module);
        target
    };
    for import in here.imports.iter().filter(|import| import.name.as_deref() == Some(name)) {
        found.extend(follow(tree, module, &import.path, seen).into_iter().map(through));
    }
    if found.is_empty() {
        for import in here.imports.iter().filter(|import| import.name.is_none()) {
            for target in follow(tree, module, &import.path, seen) {
                let End::Module(other) = target.end else { continue };
                found.extend(look_up(tree, other, name, seen).into_iter().map(through));
            }
        }
    }
    // A macro that is exported has its name at the root.
    if let (true, 0, Some(file)) = (found.is_empty(), module, tree.macros.get(name)) {
        found.push(Target { end: End::Item(*file), named: Vec::new(), through: Vec::new() });
    }
    seen.pop();
    found
}
