//! The rules of a crate, and the list of what breaks them.

use super::circles::circles;
use super::folders::folders;
use super::imports::{Edge, Imports, imports};
use super::tree::{SourceFile, Tree};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The variable that names another folder to check in place of the crate's own, to try the rules on a
/// tree with a breach.
const OTHER_FOLDER: &str = "CONSTAT_LAYERS_SRC";

/// What the source of a crate has to keep.
pub struct Rules<'a> {
    /// The rooms, highest layer first. A room is a folder or file beside `lib.rs` or `main.rs`. It
    /// imports only from layers below its own. The root file stands above all. A room may be listed
    /// before it exists; one that exists has to be listed. Without any layer, only circles count.
    pub layers: &'a [&'a [&'a str]],
    /// What is used only in some files.
    pub only_in: &'a [OnlyIn<'a>],
}

/// Names that are used only in some files.
pub struct OnlyIn<'a> {
    /// Other crates (`redis`), and macros (`println!`).
    pub names: &'a [&'a str],
    /// Files and folders (`commands/`) below the crate's folder.
    pub files: &'a [&'a str],
}

impl Rules<'_> {
    /// Checks the crate whose `lib.rs` or `main.rs` lies in a folder.
    ///
    /// # Panics
    /// With all that breaks the rules.
    pub fn assert_kept(&self, dir: impl AsRef<Path>) {
        let other = std::env::var_os(OTHER_FOLDER).map(PathBuf::from);
        let dir = other.as_deref().unwrap_or(dir.as_ref());
        let broken = self.broken(dir);
        let lines: String = broken.iter().map(|line| format!("  {line}\n")).collect();
        assert!(
            broken.is_empty(),
            "{} breaches of the floor plan in {}:\n{lines}",
            broken.len(),
            dir.display()
        );
    }

    /// Everything that breaks the rules, one sentence each, with the files and lines.
    pub(super) fn broken(&self, dir: &Path) -> Vec<String> {
        let tree = Tree::read(dir);
        let imports = imports(&tree);
        let mut broken = tree.faults.clone();
        broken.extend(imports.faults.iter().cloned());
        broken.extend(folders(dir, &tree));
        broken.extend(self.unknown_rooms(&tree));
        broken.extend(self.wrong_directions(&tree, &imports));
        // One that runs up is listed already, and would be part of many loops.
        let right = imports.inside.iter().filter(|edge| self.why_wrong(&tree, edge).is_none());
        broken.extend(circles(&tree, right));
        broken.extend(self.out_of_place(&tree, &imports));
        broken
    }

    fn layer(&self, room: &str) -> Option<usize> {
        self.layers.iter().position(|rooms| rooms.contains(&room))
    }

    fn unknown_rooms(&self, tree: &Tree) -> Vec<String> {
        if self.layers.is_empty() {
            return Vec::new();
        }
        let rooms: BTreeSet<&str> = tree.files.iter().skip(1).map(SourceFile::room).collect();
        let unknown = rooms.into_iter().filter(|room| self.layer(room).is_none());
        unknown.map(|room| format!("{room}: this room is in no layer")).collect()
    }

    /// Imports that do not go down: one line for each path, with the file that defines what it names,
    /// or else a module on its way.
    fn wrong_directions(&self, tree: &Tree, imports: &Imports) -> Vec<String> {
        let mut lines = BTreeMap::new();
        let mut edges: Vec<_> = imports.inside.iter().collect();
        edges.sort_by_key(|edge| !edge.is_definition);
        for edge in edges {
            if let Some(why) = self.why_wrong(tree, edge) {
                let (from, to) = (&tree.files[edge.from].name, &tree.files[edge.to].name);
                let path = edge.path.to_string();
                let what = format!("imports {to} by `{path}`: {why}");
                lines.entry((from, edge.line, path)).or_insert(what);
            }
        }
        lines.into_iter().map(|((from, line, _), what)| format!("{from}:{line}: {what}")).collect()
    }

    fn why_wrong(&self, tree: &Tree, edge: &Edge) -> Option<String> {
        if edge.from == 0 || self.layers.is_empty() {
            return None;
        }
        if edge.to == 0 {
            return Some("the root file stands above all rooms".into());
        }
        let (from, to) = (tree.files[edge.from].room(), tree.files[edge.to].room());
        if from == to {
            return None;
        }
        match (self.layer(from)?, self.layer(to)?) {
            (own, other) if own < other => None,
            (own, other) if own == other => Some(format!("{from} and {to} share a layer")),
            _ => Some(format!("{from} lies below {to}")),
        }
    }

    /// Other crates and macros in files where they do not belong.
    fn out_of_place(&self, tree: &Tree, imports: &Imports) -> Vec<String> {
        let mut lines = BTreeSet::new();
        for used in &imports.outside {
            let file = &tree.files[used.from].name;
            for rule in self.only_in.iter().filter(|rule| rule.names.contains(&used.name.as_str())) {
                let is_there =
                    |place: &&str| file == place || place.ends_with('/') && file.starts_with(*place);
                if !rule.files.iter().any(is_there) {
                    let places = rule.files.join(", ");
                    lines.insert((file, used.line, format!("`{}` belongs only in {places}", used.name)));
                }
            }
        }
        lines.into_iter().map(|(file, line, what)| format!("{file}:{line}: {what}")).collect()
    }
}
