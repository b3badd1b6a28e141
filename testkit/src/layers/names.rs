//! A path of names as the source writes it.

use std::fmt;
use syn::UseTree;

/// A path of names: `crate::store::Store`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Whether it begins with `::`, and so with the name of another crate.
    pub is_absolute: bool,
    /// The names, without generic arguments.
    pub segments: Vec<String>,
}

impl Names {
    /// A path that continues with another name.
    pub fn then(&self, name: impl Into<String>) -> Names {
        let mut names = self.clone();
        names.segments.push(name.into());
        names
    }

    /// The names of a path of the source.
    pub fn of(path: &syn::Path) -> Names {
        let segments = path.segments.iter().map(|segment| plain(&segment.ident)).collect();
        Names { is_absolute: path.leading_colon.is_some(), segments }
    }
}

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = if self.is_absolute { "::" } else { "" };
        write!(f, "{start}{}", self.segments.join("::"))
    }
}

/// An identifier without `r#`.
pub fn plain(ident: &proc_macro2::Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
}

/// One name that a `use` brings into its scope, or everything below a path.
#[derive(Clone, Debug)]
pub struct Import {
    /// The name in the scope; nothing for `*`.
    pub name: Option<String>,
    /// What it stands for; before the `*` for everything.
    pub path: Names,
    /// Its line in the file.
    pub line: usize,
}

impl Import {
    /// Everything that a `use` imports, one name each.
    pub fn all(item: &syn::ItemUse) -> Vec<Import> {
        let mut imports = Vec::new();
        let start = Names { is_absolute: item.leading_colon.is_some(), segments: Vec::new() };
        collect(&item.tree, &start, &mut imports);
        imports
    }
}

fn collect(tree: &UseTree, before: &Names, imports: &mut Vec<Import>) {
    let mut push = |ident: &proc_macro2::Ident, name: Option<String>, path: Names| {
        imports.push(Import { name, path, line: ident.span().start().line });
    };
    match tree {
        UseTree::Path(path) => collect(&path.tree, &before.then(plain(&path.ident)), imports),
        UseTree::Group(group) => group.items.iter().for_each(|tree| collect(tree, before, imports)),
        UseTree::Glob(glob) => {
            let line = glob.star_token.spans[0].start().line;
            imports.push(Import { name: None, path: before.clone(), line });
        }
        UseTree::Name(name) if name.ident == "self" => {
            push(&name.ident, before.segments.last().cloned(), before.clone());
        }
        UseTree::Name(name) => {
            let text = plain(&name.ident);
            push(&name.ident, Some(text.clone()), before.then(text));
        }
        UseTree::Rename(rename) => {
            let path = match plain(&rename.ident) {
                itself if itself == "self" => before.clone(),
                name => before.then(name),
            };
            push(&rename.ident, Some(plain(&rename.rename)), path);
        }
    }
}
