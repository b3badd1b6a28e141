//! Every path that a file contains, with the module that it stands in.

use super::names::{Import, Names, plain};
use super::tokens::{self, Strings};
use super::tree::Tree;
use syn::visit::{self, Visit};

/// A path in the source.
pub struct Reference {
    /// The module that it stands in.
    pub module: usize,
    /// Its line.
    pub line: usize,
    /// The path.
    pub path: Names,
    /// What stands there.
    pub kind: Kind,
}

/// What a reference is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name in a `use`, or a path in the code.
    Path,
    /// A `use` that ends in `*`.
    Glob,
    /// The call of a macro.
    Macro,
    /// `#[path]`, which hides from a reader where a module lies.
    PathAttribute,
}

/// Every reference in every file.
pub fn references(tree: &Tree) -> Vec<Reference> {
    let mut found = Vec::new();
    for (id, module) in tree.modules.iter().enumerate() {
        // An inline module is visited with its file.
        if module.parent.is_some_and(|parent| tree.modules[parent].file == module.file) {
            continue;
        }
        let mut visitor = Visitor { tree, module: id, blocks: Vec::new(), found: &mut found };
        visitor.visit_file(&tree.files[module.file].syntax);
    }
    found
}

struct Visitor<'a> {
    tree: &'a Tree,
    module: usize,
    /// The imports of the blocks around, innermost last.
    blocks: Vec<Vec<Import>>,
    found: &'a mut Vec<Reference>,
}

impl Visitor<'_> {
    fn add(&mut self, path: Names, line: usize, kind: Kind) {
        let path = self.without_block_imports(path);
        self.found.push(Reference { module: self.module, line, path, kind });
    }

    /// A path whose first name is imported by a block around it, from where that name comes.
    fn without_block_imports(&self, path: Names) -> Names {
        let first = path.segments.first();
        let imports = self.blocks.iter().rev().flatten();
        match imports.into_iter().find(|import| import.name.is_some() && import.name.as_ref() == first) {
            Some(import) if !path.is_absolute && path.segments.len() > 1 => {
                let mut whole = import.path.clone();
                whole.segments.extend_from_slice(&path.segments[1..]);
                whole
            }
            _ => path,
        }
    }

    fn add_tokens(&mut self, tokens: proc_macro2::TokenStream, strings: Strings) {
        for found in tokens::paths(tokens, strings) {
            self.add(found.path, found.line, if found.is_macro { Kind::Macro } else { Kind::Path });
        }
    }
}

impl<'a> Visit<'a> for Visitor<'_> {
    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        let outer = self.module;
        item.attrs.iter().for_each(|attribute| self.visit_attribute(attribute));
        if let Some((_, items)) = &item.content {
            let child = self.tree.modules[outer].children.get(&plain(&item.ident));
            self.module = child.copied().unwrap_or(outer);
            items.iter().for_each(|item| self.visit_item(item));
        }
        self.module = outer;
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        item.attrs.iter().for_each(|attribute| self.visit_attribute(attribute));
        for import in Import::all(item) {
            let kind = if import.name.is_none() { Kind::Glob } else { Kind::Path };
            self.found.push(Reference { module: self.module, line: import.line, path: import.path, kind });
        }
    }

    fn visit_item_extern_crate(&mut self, item: &'a syn::ItemExternCrate) {
        let path = Names { is_absolute: true, segments: vec![plain(&item.ident)] };
        self.add(path, item.ident.span().start().line, Kind::Path);
    }

    fn visit_block(&mut self, block: &'a syn::Block) {
        let imports = block.stmts.iter().filter_map(|statement| match statement {
            syn::Stmt::Item(syn::Item::Use(item)) => Some(Import::all(item)),
            _ => None,
        });
        self.blocks.push(imports.flatten().collect());
        visit::visit_block(self, block);
        self.blocks.pop();
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        if path.segments.len() > 1 || path.leading_colon.is_some() {
            let line = path.segments[0].ident.span().start().line;
            self.add(Names::of(path), line, Kind::Path);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'a syn::Macro) {
        let line = call.path.segments[0].ident.span().start().line;
        self.add(Names::of(&call.path), line, Kind::Macro);
        self.add_tokens(call.tokens.clone(), Strings::AreTexts);
    }

    fn visit_attribute(&mut self, attribute: &'a syn::Attribute) {
        if attribute.path().is_ident("doc") {
            return;
        }
        self.visit_path(attribute.path());
        let line = attribute.pound_token.span.start().line;
        let path_attribute = Names { is_absolute: false, segments: vec!["path".into()] };
        match &attribute.meta {
            syn::Meta::List(list) => {
                self.add_tokens(list.tokens.clone(), Strings::ArePaths);
                let is_path = |text: &str| text.contains(", path = \"");
                if attribute.path().is_ident("cfg_attr") && is_path(&list.tokens.to_string()) {
                    self.add(path_attribute, line, Kind::PathAttribute);
                }
            }
            syn::Meta::NameValue(value) if value.path.is_ident("path") => {
                self.add(path_attribute, line, Kind::PathAttribute);
            }
            syn::Meta::NameValue(value) => self.visit_expr(&value.value),
            syn::Meta::Path(_) => {}
        }
    }

    /// `pub(in …)` names where something may be used, and imports nothing.
    fn visit_visibility(&mut self, _: &'a syn::Visibility) {}
}
