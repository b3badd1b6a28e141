//! The loader: the parts in `www/loader`, joined in one closure and minified.

use std::path::Path;

use crate::assets::minify::{Kind, check_part, minify};
use crate::tools::failure::Failure;
use crate::tools::files::read;

/// The parts of the loader in their order. Each uses only names that an earlier one declares.
const PARTS: [&str; 19] = [
    "environment",
    "state",
    "choices",
    "cookie",
    "identity",
    "vendor_storage",
    "queue",
    "stored",
    FIRST_PARTY,
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

/// The part that only sites in first-party mode get.
const FIRST_PARTY: &str = "first_party";

/// What the server replaces with the settings of a site.
const PLACEHOLDER: &str = "__CONSTAT_SETTINGS__";

/// The sources of the loader.
pub struct Loader {
    parts: Vec<Part>,
}

/// The scripts that the server completes with the settings of a site.
pub struct Scripts {
    /// For most sites.
    pub usual: String,
    /// For sites in first-party mode: the same with one part more.
    pub first_party: String,
}

struct Part {
    name: String,
    source: String,
}

impl Loader {
    /// Reads the parts from their folder.
    pub fn read(folder: &Path) -> Result<Loader, Failure> {
        let part = |name: &str| {
            let source = String::from_utf8_lossy(&read(&folder.join(format!("{name}.js")))?).into_owned();
            Ok(Part { name: format!("www/loader/{name}.js"), source })
        };
        Ok(Loader { parts: PARTS.into_iter().map(part).collect::<Result<_, Failure>>()? })
    }

    /// The source of every part.
    pub fn sources(&self) -> impl Iterator<Item = &[u8]> {
        self.parts.iter().map(|part| part.source.as_bytes())
    }

    /// Joins the parts and makes them small.
    pub fn build(&self) -> Result<Scripts, Failure> {
        for part in &self.parts {
            check_part(&part.name, &part.source)?;
        }
        let first_party = format!("www/loader/{FIRST_PARTY}.js");
        Ok(Scripts {
            usual: join(self.parts.iter().filter(|part| part.name != first_party))?,
            first_party: join(self.parts.iter())?,
        })
    }
}

fn join<'a>(parts: impl Iterator<Item = &'a Part>) -> Result<String, Failure> {
    let parts: Vec<&str> = parts.map(|part| part.source.as_str()).collect();
    let parts = parts.join("\n");
    let script = format!("((settings) => {{\n\"use strict\";\n{parts}\n}})({PLACEHOLDER});");
    let loader = minify("www/loader", &script, Kind::Script)?;
    match loader.matches(PLACEHOLDER).count() {
        1 => Ok(loader),
        count => Err(Failure::new(
            format!("the minified loader names {PLACEHOLDER} {count} times, not once."),
            "Use `settings` in www/loader: the closure around the parts passes the settings to it.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use oxc_allocator::Allocator;
    use oxc_semantic::SemanticBuilder;

    use super::*;
    use crate::assets::minify::parse_part;

    fn folder() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../www/loader"))
    }

    fn loader(parts: &[(&str, &str)]) -> Loader {
        let part = |(name, source): &(&str, &str)| Part { name: (*name).into(), source: (*source).into() };
        Loader { parts: parts.iter().map(part).collect() }
    }

    /// The names that a part declares for all parts, and those that it uses and does not declare.
    struct Names {
        declared: BTreeSet<String>,
        used: BTreeSet<String>,
    }

    impl Names {
        fn of(part: &Part) -> Names {
            let allocator = Allocator::default();
            let parsed = parse_part(&allocator, &part.source);
            let scoping = SemanticBuilder::new().build(&parsed.program).semantic.into_scoping();
            let top = scoping.get_bindings(scoping.root_scope_id());
            let used = scoping.root_unresolved_references();
            Names {
                declared: top.keys().map(ToString::to_string).collect(),
                used: used.keys().map(ToString::to_string).collect(),
            }
        }
    }

    /// Each name that a part uses before its declaration, or that two parts declare.
    fn mistakes(loader: &Loader) -> Vec<String> {
        let names: Vec<Names> = loader.parts.iter().map(Names::of).collect();
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
        let files = std::fs::read_dir(folder()).unwrap();
        let files: BTreeSet<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(files, PARTS.map(|part| format!("{part}.js")).into());
    }

    #[test]
    fn the_placeholder_survives_minification() {
        let built = loader(&[("a.js", "window.a = settings.a + settings.b;")]).build().unwrap().usual;
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
