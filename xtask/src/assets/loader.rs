//! The loader: the parts in `www/loader`, joined in one closure and minified.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use oxc_allocator::Allocator;
use oxc_ast::ast::{ArrowFunctionBody, Expression, Statement};
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::{GetSpan, SourceType};

use crate::assets::minify::{Kind, check_part, parse_part, shorten};
use crate::tools::failure::Failure;
use crate::tools::files::read;

/// The parts of the loader in their order. Each uses only names that an earlier one declares.
const PARTS: [&str; 18] = [
    "environment",
    "state",
    "choices",
    "cookie",
    "identity",
    "vendor_storage",
    "queue",
    "stored",
    "surface",
    "answer",
    "frames",
    "scripts",
    "gate",
    "banner",
    "widget",
    "presses",
    "api",
    "start",
];

/// What the server replaces with the settings of a site.
const SETTINGS: &str = "__CONSTAT_SETTINGS__";

/// What the server replaces with the optional parts of a site.
const OPTIONAL: &str = "__CONSTAT_OPTIONAL__";

/// The sources of the loader.
pub struct Loader {
    parts: Vec<Part>,
}

/// The loader made small.
pub struct BuiltLoader {
    /// What every site gets.
    pub code: String,
    /// Where optional parts belong in it: every function is declared, and nothing has begun.
    place: usize,
    /// The names that its parts declare for all parts.
    pub declared: BTreeSet<String>,
    /// What it calls them; those that the minifier has done without are missing.
    pub short: BTreeMap<String, String>,
}

/// A part as it was written.
pub struct Part {
    /// Its file, from the workspace.
    pub name: String,
    pub source: String,
}

/// The names that a part declares for all parts, and those that it uses and does not declare.
pub struct Names {
    pub declared: BTreeSet<String>,
    pub used: BTreeSet<String>,
}

impl Part {
    /// Reads a part, whose file is `folder/name.js`; `shown` is the folder from the workspace.
    pub fn read(folder: &Path, shown: &str, name: &str) -> Result<Part, Failure> {
        let source = String::from_utf8_lossy(&read(&folder.join(format!("{name}.js")))?).into_owned();
        Ok(Part { name: format!("{shown}/{name}.js"), source })
    }

    /// Its names, which are none where it is not valid.
    pub fn names(&self) -> Names {
        let allocator = Allocator::default();
        let parsed = parse_part(&allocator, &self.source);
        let scoping = SemanticBuilder::new().build(&parsed.program).semantic.into_scoping();
        let top = scoping.get_bindings(scoping.root_scope_id());
        let used = scoping.root_unresolved_references();
        Names {
            declared: top.keys().map(ToString::to_string).collect(),
            used: used.keys().map(ToString::to_string).collect(),
        }
    }
}

impl Loader {
    /// Reads the parts from their folder.
    pub fn read(folder: &Path) -> Result<Loader, Failure> {
        let parts = PARTS.into_iter().map(|name| Part::read(folder, "www/loader", name));
        Ok(Loader { parts: parts.collect::<Result<_, Failure>>()? })
    }

    /// The source of every part.
    pub fn sources(&self) -> impl Iterator<Item = &[u8]> {
        self.parts.iter().map(|part| part.source.as_bytes())
    }

    /// Joins the parts and makes them small.
    pub fn build(&self) -> Result<BuiltLoader, Failure> {
        for part in &self.parts {
            check_part(&part.name, &part.source)?;
        }
        let parts: Vec<&str> = self.parts.iter().map(|part| part.source.as_str()).collect();
        let parts = parts.join("\n");
        let script = format!("((settings) => {{\n\"use strict\";\n{parts}\n}})({SETTINGS});");
        let small = shorten("www/loader", &script, Kind::Script, false)?;
        let count = small.code.matches(SETTINGS).count();
        if count != 1 {
            return Err(Failure::new(
                format!("the minified loader names {SETTINGS} {count} times, not once."),
                "Use `settings` in www/loader: the closure around the parts passes the settings to it.",
            ));
        }
        let declared = self.parts.iter().flat_map(|part| part.names().declared).collect();
        Ok(BuiltLoader { place: place(&small.code)?, code: small.code, declared, short: small.names })
    }
}

impl BuiltLoader {
    /// One without code, for tests of parts.
    #[cfg(test)]
    pub fn sample(declared: BTreeSet<String>, short: BTreeMap<String, String>) -> BuiltLoader {
        BuiltLoader { code: String::new(), place: 0, declared, short }
    }

    /// The loader with the place where the server puts the optional parts of a site.
    pub fn with_place(&self) -> String {
        self.with(OPTIONAL)
    }

    /// The loader with optional parts.
    pub fn with(&self, optional: &str) -> String {
        let (before, after) = self.code.split_at(self.place);
        format!("{before}{optional}{after}")
    }
}

/// Where the last declaration of the closure ends: what follows is the start.
fn place(code: &str) -> Result<usize, Failure> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, code, SourceType::script()).parse();
    let body = parsed.program.body.first().and_then(closure);
    let last = body.into_iter().flatten().rfind(|statement| {
        matches!(statement, Statement::FunctionDeclaration(_) | Statement::VariableDeclaration(_))
    });
    last.map(|statement| statement.span().end as usize).ok_or_else(|| {
        Failure::new(
            "the minified loader declares nothing.",
            "Compare www/loader with xtask/src/assets/loader.rs.",
        )
    })
}

/// The statements of the closure that a script calls.
fn closure<'a>(statement: &'a Statement<'a>) -> Option<&'a [Statement<'a>]> {
    let Statement::ExpressionStatement(statement) = statement else { return None };
    let Expression::CallExpression(call) = &statement.expression else { return None };
    let Expression::ArrowFunctionExpression(arrow) = call.callee.get_inner_expression() else { return None };
    match &arrow.body {
        ArrowFunctionBody::FunctionBody(body) => Some(&body.statements),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../www/loader"))
    }

    fn loader(parts: &[(&str, &str)]) -> Loader {
        let part = |(name, source): &(&str, &str)| Part { name: (*name).into(), source: (*source).into() };
        Loader { parts: parts.iter().map(part).collect() }
    }

    /// Each name that a part uses before its declaration, or that two parts declare.
    fn mistakes(loader: &Loader) -> Vec<String> {
        let names: Vec<Names> = loader.parts.iter().map(Part::names).collect();
        let mut mistakes = Vec::new();
        for (at, (part, own)) in loader.parts.iter().zip(&names).enumerate() {
            for (later, others) in loader.parts.iter().zip(&names).skip(at + 1) {
                let early = own.used.intersection(&others.declared);
                mistakes.extend(
                    early.map(|name| format!("{} uses `{name}` of the later {}", part.name, later.name)),
                );
                let twice = own.declared.intersection(&others.declared);
                mistakes
                    .extend(twice.map(|name| format!("{} and {} declare `{name}`", part.name, later.name)));
            }
        }
        mistakes
    }

    #[test]
    fn each_part_uses_only_earlier_ones() {
        let mistakes = mistakes(&Loader::read(folder()).unwrap());
        assert!(mistakes.is_empty(), "move the code, or change the order of the parts: {mistakes:#?}");
    }

    #[test]
    fn a_name_of_a_later_part_is_a_mistake_that_names_both() {
        let source = "let start = () => { run(); };";
        let wrong = loader(&[("a.js", source), ("b.js", "function run() {}"), ("c.js", "let start;")]);
        assert_eq!(mistakes(&wrong), ["a.js uses `run` of the later b.js", "a.js and c.js declare `start`"]);
        let right = loader(&[("b.js", "function run() {}"), ("a.js", source)]);
        assert!(mistakes(&right).is_empty());
    }

    #[test]
    fn every_file_of_the_folder_is_a_part() {
        let files = std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap());
        let files = files.filter(|file| file.file_type().unwrap().is_file());
        let files: BTreeSet<_> = files.map(|file| file.file_name().into_string().unwrap()).collect();
        assert_eq!(files, PARTS.map(|part| format!("{part}.js")).into());
    }

    #[test]
    fn the_placeholder_survives_minification() {
        let source = "let last = {}; window.a = () => { last = { ...last, ...settings.a, ...settings.b }; };";
        let built = loader(&[("a.js", source)]).build().unwrap().code;
        assert!(built.contains("(__CONSTAT_SETTINGS__)"), "{built}");
    }

    #[test]
    fn a_loader_that_names_the_placeholder_itself_is_refused() {
        let twice = loader(&[("a.js", "window.a = [settings, __CONSTAT_SETTINGS__];")]);
        let failure = twice.build().err().unwrap().to_string();
        assert!(failure.contains("2 times, not once"), "{failure}");
    }

    #[test]
    fn a_syntax_error_names_its_part() {
        let failure =
            loader(&[("a.js", "let a;"), ("b.js", "function (")]).build().err().unwrap().to_string();
        assert!(failure.contains("b.js is not valid JavaScript"), "{failure}");
    }
}
