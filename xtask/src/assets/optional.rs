//! The optional parts of the loader, in `www/loader/optional`: only sites that use one get it, in the place that
//! the loader has for them. Each is made small by itself, with the names that the loader has already, so that the
//! loader of all other sites stays the same.

use std::collections::BTreeMap;
use std::path::Path;

use oxc_allocator::Allocator;
use oxc_ast::AstKind;
use oxc_parser::Parser;
use oxc_semantic::{Semantic, SemanticBuilder};
use oxc_span::{GetSpan, SourceType};

use crate::assets::loader::{BuiltLoader, Part};
use crate::assets::minify::{Kind, check_part, shorten};
use crate::budgets::{self, Budget};
use crate::tools::failure::Failure;

/// The optional parts with their files in order, and each with its budget: what a site that uses it alone fetches
/// more.
const PARTS: [(&str, &[&str], &Budget); 17] = [
    ("debug", &["debug"], &budgets::DEBUG),
    ("first_party", &["first_party"], &budgets::FIRST_PARTY),
    ("auto_block", &AUTO_BLOCK, &budgets::AUTO_BLOCK),
    ("consent_mode", &["consent_mode"], &budgets::CONSENT_MODE),
    ("gpc", &["gpc"], &budgets::GPC),
    ("csp", &["csp"], &budgets::CSP),
    ("signals", &["signals"], &budgets::SIGNALS),
    ("signal_microsoft", &["signal_microsoft"], &budgets::SIGNAL_MICROSOFT),
    ("signal_matomo", &["signal_matomo"], &budgets::SIGNAL_MATOMO),
    ("signal_piano", &["signal_piano"], &budgets::SIGNAL_PIANO),
    ("signal_adobe", &["signal_adobe"], &budgets::SIGNAL_ADOBE),
    ("signal_meta", &["signal_meta"], &budgets::SIGNAL_META),
    ("signal_tiktok", &["signal_tiktok"], &budgets::SIGNAL_TIKTOK),
    ("signal_posthog", &["signal_posthog"], &budgets::SIGNAL_POSTHOG),
    ("signal_plausible", &["signal_plausible"], &budgets::SIGNAL_PLAUSIBLE),
    ("signal_shopify", &["signal_shopify"], &budgets::SIGNAL_SHOPIFY),
    ("signal_wordpress", &["signal_wordpress"], &budgets::SIGNAL_WORDPRESS),
];

/// The files of blocking without marks: one part, whose files know each other's names.
const AUTO_BLOCK: [&str; 8] = [
    "auto_block_rules",
    "auto_block_elements",
    "auto_block_scripts",
    "auto_block_css",
    "auto_block_sheets",
    "auto_block_html",
    "auto_block_calls",
    "auto_block",
];

/// Makes the minifier read a part in the way in which the closure of the loader does.
const STRICT: &str = "\"use strict\";";

/// The sources of the optional parts.
pub struct Optional {
    parts: Vec<(&'static str, &'static Budget, Part)>,
}

/// An optional part made small.
pub struct BuiltPart {
    /// By which the server knows it.
    pub name: &'static str,
    pub code: String,
    pub budget: &'static Budget,
}

impl Optional {
    /// Reads the parts from their folder.
    pub fn read(folder: &Path) -> Result<Optional, Failure> {
        let part = |(name, files, budget): (&'static str, &[&str], &'static Budget)| {
            let files = files.iter().map(|file| Part::read(folder, "www/loader/optional", file));
            let sources: Vec<String> = files.map(|file| Ok(file?.source)).collect::<Result<_, Failure>>()?;
            let name_of_all = format!("www/loader/optional/{name}.js");
            Ok((name, budget, Part { name: name_of_all, source: sources.join("\n") }))
        };
        Ok(Optional { parts: PARTS.into_iter().map(part).collect::<Result<_, Failure>>()? })
    }

    /// The source of every part.
    pub fn sources(&self) -> impl Iterator<Item = &[u8]> {
        self.parts.iter().map(|(_, _, part)| part.source.as_bytes())
    }

    /// Makes them small for a loader.
    pub fn build(&self, loader: &BuiltLoader) -> Result<Vec<BuiltPart>, Failure> {
        let built = self
            .parts
            .iter()
            .map(|(name, budget, part)| Ok(BuiltPart { name, code: build(part, loader)?, budget }));
        built.collect()
    }
}

/// One part as a block.
fn build(part: &Part, loader: &BuiltLoader) -> Result<String, Failure> {
    let name = part.name.as_str();
    check_part(name, &part.source)?;
    let mut short = BTreeMap::new();
    for used in part.names().used {
        let Some(known) = loader.short.get(&used) else {
            if loader.declared.contains(&used) {
                return Err(Failure::new(
                    format!(
                        "{name} uses `{used}`, which is not in the minified loader by a name of its own."
                    ),
                    "Write its value in the part.",
                ));
            }
            if loader.short.values().any(|short| *short == used) {
                return Err(Failure::new(
                    format!("{name} uses the global `{used}`, and the loader has a name like it."),
                    format!("Write `window.{used}`."),
                ));
            }
            continue;
        };
        short.insert(used, known.clone());
    }
    // Names that no person writes come between: a name of the part could be one of the loader's short ones.
    let apart = shorten(name, &format!("{STRICT}{{{}\n}}", part.source), Kind::Script, true)?.code;
    let renamed = rename(name, &apart, &short)?;
    let small = shorten(name, &renamed, Kind::Script, false)?.code;
    let code = small.strip_prefix(STRICT).unwrap_or(&small);
    Ok(if code.starts_with('{') { code.to_owned() } else { format!("{{{code}}}") })
}

/// Gives the names that a script uses and does not declare other ones.
fn rename(name: &str, source: &str, short: &BTreeMap<String, String>) -> Result<String, Failure> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, source, SourceType::script()).parse();
    let semantic = SemanticBuilder::new().with_build_nodes(true).build(&parsed.program).semantic;
    let mut places = BTreeMap::new();
    for (written, references) in semantic.scoping().root_unresolved_references() {
        let Some(short) = short.get(written.as_str()) else { continue };
        for id in references {
            places.extend([place(name, &semantic, *id, [written.as_str(), short])?]);
        }
    }
    let mut renamed = source.to_owned();
    for ((start, end), text) in places.into_iter().rev() {
        renamed.replace_range(start..end, &text);
    }
    Ok(renamed)
}

/// Where a name is used, and what stands there instead.
fn place(
    name: &str,
    semantic: &Semantic,
    id: oxc_semantic::ReferenceId,
    [written, short]: [&str; 2],
) -> Result<((usize, usize), String), Failure> {
    let node = semantic.scoping().get_reference(id).node_id();
    let span = semantic.nodes().kind(node).span();
    let at = (span.start as usize, span.end as usize);
    match semantic.nodes().parent_kind(node) {
        AstKind::ObjectProperty(property) if property.shorthand => Ok((at, format!("{written}:{short}"))),
        AstKind::AssignmentTargetPropertyIdentifier(_) => Err(Failure::new(
            format!("{name} assigns to a name of the loader by a pattern."),
            "Write one assignment for each name.",
        )),
        _ => Ok((at, short.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::assets::loader::Loader;

    fn folder() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../www/loader/optional"))
    }

    fn loader(declared: &[&str], short: &[(&str, &str)]) -> BuiltLoader {
        let names = short.iter().map(|(name, short)| ((*name).to_owned(), (*short).to_owned())).collect();
        BuiltLoader::sample(declared.iter().map(ToString::to_string).collect(), names)
    }

    fn part(source: &str) -> Part {
        Part { name: "a.js".to_owned(), source: source.to_owned() }
    }

    #[test]
    fn every_file_of_the_folder_is_a_part() {
        let files = std::fs::read_dir(folder()).unwrap();
        let files: BTreeSet<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        let parts = PARTS.iter().flat_map(|(_, files, _)| *files).map(|file| format!("{file}.js"));
        assert_eq!(files, parts.collect());
    }

    #[test]
    fn every_part_is_made_for_the_loader() {
        let loader = Loader::read(folder().parent().unwrap()).unwrap().build().unwrap();
        let parts = Optional::read(folder()).unwrap().build(&loader).unwrap();
        for part in &parts {
            assert!(part.code.starts_with('{') && part.code.ends_with('}'), "{}", part.code);
        }
        let all: String = parts.iter().map(|part| part.code.as_str()).collect();
        shorten("the whole", &loader.with(&all), Kind::Script, false).unwrap();
    }

    #[test]
    fn a_part_takes_the_place_of_a_function_by_the_name_it_has_in_the_loader() {
        let loader = loader(&["emit", "lang"], &[("emit", "e"), ("lang", "t")]);
        let source = "let e = emit; emit = name => { window.x = { lang, e }; e(name); e(name); };";
        let built = build(&part(source), &loader).unwrap();
        assert!(built.contains("lang:t"), "{built}");
        assert!(built.contains("e=") && !built.contains("let e") && !built.contains("emit"), "{built}");
    }

    #[test]
    fn a_name_that_the_loader_does_without_is_a_mistake() {
        let failure = build(&part("window.x = LIMIT;"), &loader(&["LIMIT"], &[])).unwrap_err().to_string();
        assert!(failure.contains("a.js uses `LIMIT`, which is not in the minified loader"), "{failure}");
    }

    #[test]
    fn a_global_that_the_loader_has_a_name_like_is_a_mistake() {
        let failure = build(&part("ym(1);"), &loader(&["emit"], &[("emit", "ym")])).unwrap_err().to_string();
        assert!(failure.contains("a.js uses the global `ym`"), "{failure}");
    }
}
