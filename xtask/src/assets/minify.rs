//! JavaScript made small: parsed, compressed, its names shortened, printed without spaces.

use std::collections::BTreeMap;
use std::fmt::Display;

use oxc_allocator::Allocator;
use oxc_ast::ast::Program;
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_compat::EngineTargets;
use oxc_minifier::{CompressOptions, MangleOptions, Minifier, MinifierOptions};
use oxc_parser::{ParseOptions, Parser, ParserReturn};
use oxc_semantic::{Scoping, SemanticBuilder};
use oxc_span::SourceType;

use crate::tools::failure::Failure;

/// No syntax newer than this is introduced, so that an older browser can still read the loader.
const SYNTAX: &str = "es2020";

/// How a browser reads the source.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A classic script: the names at its top level are globals of the page, and are kept.
    Script,
    /// A module: only what it exports keeps its name.
    Module,
}

/// A script made small, and what it now calls its names.
pub struct Small {
    /// The shortest form of the source that does the same.
    pub code: String,
    /// The short name of each name that the script's outermost function declares.
    pub names: BTreeMap<String, String>,
}

/// The shortest form of `source` that does the same; `name` is for the failure.
pub fn minify(name: &str, source: &str, kind: Kind) -> Result<String, Failure> {
    shorten(name, source, kind, false).map(|small| small.code)
}

/// A script made small; with `apart`, every name inside it gets one that no person writes, in place of a short
/// one.
pub fn shorten(name: &str, source: &str, kind: Kind, apart: bool) -> Result<Small, Failure> {
    let source_type = match kind {
        Kind::Script => SourceType::script(),
        Kind::Module => SourceType::mjs(),
    };
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, source, source_type).parse();
    refuse_errors(name, parsed.diagnostics.first())?;
    let target = EngineTargets::from_target(SYNTAX).map_err(|error| {
        Failure::new(
            format!("the target {SYNTAX} is unknown: {error}."),
            "Change it in xtask/src/assets/minify.rs.",
        )
    })?;
    let mut program = parsed.program;
    let minified = Minifier::new(MinifierOptions {
        mangle: Some(MangleOptions { debug: apart, ..MangleOptions::default() }),
        mangle_properties: None,
        compress: Some(CompressOptions { target, ..CompressOptions::smallest() }),
    })
    .minify(&allocator, &mut program);
    let names = minified.scoping.as_ref().map(|short| names(&program, short)).unwrap_or_default();
    let printed = Codegen::new()
        .with_options(CodegenOptions::minify())
        .with_scoping(minified.scoping)
        .with_private_member_mappings(minified.class_private_mappings)
        .build(&program);
    Ok(Small { code: printed.code, names })
}

/// The names of the outermost function in a program whose names have become short.
fn names(program: &Program, short: &Scoping) -> BTreeMap<String, String> {
    // The tree still has the names as they were written.
    let written = SemanticBuilder::new().build(program).semantic.into_scoping();
    let outermost = written.scope_descendants_from_root().nth(1);
    let symbols = outermost.into_iter().flat_map(|scope| written.iter_bindings_in(scope));
    symbols.map(|id| (written.symbol_name(id).to_owned(), short.symbol_name(id).to_owned())).collect()
}

/// Fails when a part of a function's body is not valid JavaScript; `name` is for the failure.
pub fn check_part(name: &str, source: &str) -> Result<(), Failure> {
    let allocator = Allocator::default();
    let parsed = parse_part(&allocator, source);
    refuse_errors(name, parsed.diagnostics.first())?;
    // The parser alone does not see a name that two files of a part declare.
    let checked = SemanticBuilder::new().with_check_syntax_error(true).build(&parsed.program);
    refuse_errors(name, checked.diagnostics.first())
}

/// Parses a part of a function's body: unlike a script, it may return.
pub fn parse_part<'a>(allocator: &'a Allocator, source: &'a str) -> ParserReturn<'a> {
    let options = ParseOptions { allow_return_outside_function: true, ..ParseOptions::default() };
    Parser::new(allocator, source, SourceType::script()).with_options(options).parse()
}

fn refuse_errors(name: &str, first: Option<&impl Display>) -> Result<(), Failure> {
    match first {
        None => Ok(()),
        Some(error) => Err(Failure::new(
            format!("{name} is not valid JavaScript: {error}."),
            format!("Fix {name} and run the command again."),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_a_part_declares_twice_is_a_mistake() {
        let twice = "function of(node) { return node; }\nlet of = 1;";
        let failure = check_part("x.js", twice).unwrap_err().to_string();
        assert!(failure.contains("x.js is not valid JavaScript"), "{failure}");
    }

    #[test]
    fn a_script_keeps_its_globals_and_loses_its_local_names() {
        let source = "(function () { var longName = window.input; window.output = longName + longName; })();";
        let small = minify("x.js", source, Kind::Script).unwrap();
        assert!(small.len() < source.len() && !small.contains("longName"), "{small}");
        assert!(small.contains("window.output"), "{small}");
    }

    #[test]
    fn a_module_keeps_its_exports() {
        let small = minify(
            "x.js",
            "function start(argument) { return argument + 1 } export { start as default };",
            Kind::Module,
        );
        assert!(small.unwrap().contains("as default"));
    }

    #[test]
    fn no_newer_syntax_is_introduced() {
        let small = minify("x.js", "window.queue || (window.queue = []);", Kind::Script).unwrap();
        assert!(!small.contains("||="), "{small}");
    }

    #[test]
    fn a_syntax_error_names_the_file() {
        let failure = minify("www/record.js", "function (", Kind::Script).unwrap_err().to_string();
        assert!(failure.contains("www/record.js is not valid JavaScript"), "{failure}");
    }
}
