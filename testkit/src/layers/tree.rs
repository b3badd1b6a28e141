//! The files of a crate and the modules in them, from its `lib.rs` or `main.rs` on.

use super::names::{Import, Names, plain};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use syn::{Item, ItemMod};

/// A crate's source: one `lib.rs` or `main.rs` and every file that a `mod` below it names.
pub struct Tree {
    /// The files; the first is the crate's root.
    pub files: Vec<SourceFile>,
    /// The modules; the first is the crate's root.
    pub modules: Vec<Module>,
    /// The file of every `macro_rules!` by name, which needs no import where it stands above its use.
    pub macros: BTreeMap<String, usize>,
    /// Files that could not be read.
    pub faults: Vec<String>,
}

/// A file.
pub struct SourceFile {
    /// Its path below the crate's folder, with `/`.
    pub name: String,
    /// What it contains.
    pub syntax: syn::File,
    /// Whether it has nothing but `mod` and `use`, so that nothing is imported from it itself.
    pub is_index: bool,
}

/// A module: a file, or an inline module in one.
pub struct Module {
    /// The file, as an index.
    pub file: usize,
    /// The module that it is in; none for the root.
    pub parent: Option<usize>,
    /// The modules in it by name.
    pub children: BTreeMap<String, usize>,
    /// The names that it defines.
    pub items: BTreeSet<String>,
    /// The names that it imports.
    pub imports: Vec<Import>,
}

impl SourceFile {
    /// The room: the folder below the crate's, or the file without its ending.
    pub fn room(&self) -> &str {
        let first = self.name.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }
}

impl Tree {
    /// Reads the crate whose `lib.rs` or `main.rs` lies in a folder.
    ///
    /// # Panics
    /// When the folder has neither.
    pub fn read(dir: &Path) -> Tree {
        let root = ["lib.rs", "main.rs"].into_iter().find(|name| dir.join(name).is_file());
        let root = root.unwrap_or_else(|| panic!("{} has no lib.rs and no main.rs", dir.display()));
        let mut tree =
            Tree { files: Vec::new(), modules: Vec::new(), macros: BTreeMap::new(), faults: Vec::new() };
        tree.add_file(dir, &dir.join(root), dir, None);
        tree
    }

    /// The file of a module.
    pub fn file_of(&self, module: usize) -> &SourceFile {
        &self.files[self.modules[module].file]
    }

    /// Reads a file as a module; `below` is the folder of the modules in it.
    fn add_file(&mut self, dir: &Path, path: &Path, below: &Path, parent: Option<usize>) -> Option<usize> {
        let name = path.strip_prefix(dir).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let parsed = std::fs::read_to_string(path).map_err(|error| error.to_string());
        let syntax = match parsed.and_then(|text| syn::parse_file(&text).map_err(|error| error.to_string())) {
            Ok(syntax) => syntax,
            Err(error) => {
                self.faults.push(format!("{name}: cannot be read: {error}"));
                return None;
            }
        };
        let is_index = syntax.items.iter().all(|item| match item {
            Item::Mod(module) => module.content.is_none(),
            item => matches!(item, Item::Use(_)),
        });
        let file = self.files.len();
        let items = syntax.items.clone();
        self.files.push(SourceFile { name, syntax, is_index });
        Some(self.add_module(dir, file, parent, &items, below))
    }

    fn add_module(
        &mut self,
        dir: &Path,
        file: usize,
        parent: Option<usize>,
        items: &[Item],
        below: &Path,
    ) -> usize {
        let id = self.modules.len();
        let (children, names, imports) = Default::default();
        self.modules.push(Module { file, parent, children, items: names, imports });
        for item in items {
            match item {
                Item::Mod(child) => self.add_child(dir, id, child, below),
                Item::Use(item) => self.modules[id].imports.extend(Import::all(item)),
                Item::ExternCrate(item) => {
                    let name = item.rename.as_ref().map_or(&item.ident, |(_, name)| name);
                    let path = Names { is_absolute: true, segments: vec![plain(&item.ident)] };
                    let line = item.ident.span().start().line;
                    self.modules[id].imports.push(Import { name: Some(plain(name)), path, line });
                }
                item => self.modules[id].items.extend(defined(item)),
            }
            if let Item::Macro(item) = item
                && let Some(name) = &item.ident
            {
                self.macros.insert(plain(name), file);
            }
        }
        id
    }

    fn add_child(&mut self, dir: &Path, parent: usize, child: &ItemMod, below: &Path) {
        let name = plain(&child.ident);
        let file = self.modules[parent].file;
        let id = match &child.content {
            Some((_, items)) => Some(self.add_module(dir, file, Some(parent), items, &below.join(&name))),
            None => match file_of(&name, below) {
                Some((path, below)) => self.add_file(dir, &path, &below, Some(parent)),
                None => {
                    let at = format!("{}:{}", self.files[file].name, child.ident.span().start().line);
                    self.faults.push(format!("{at}: `mod {name}` has no file of that name"));
                    None
                }
            },
        };
        if let Some(id) = id {
            self.modules[parent].children.insert(name, id);
        }
    }
}

/// The file of a module, and the folder of the modules in it.
fn file_of(name: &str, below: &Path) -> Option<(PathBuf, PathBuf)> {
    let folder = below.join(name);
    let files = [below.join(format!("{name}.rs")), folder.join("mod.rs")];
    files.into_iter().find(|file| file.is_file()).map(|file| (file, folder))
}

/// The names that an item defines.
fn defined(item: &Item) -> Vec<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::TraitAlias(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        Item::Macro(item) => return item.ident.iter().map(plain).collect(),
        _ => return Vec::new(),
    };
    vec![plain(ident)]
}
