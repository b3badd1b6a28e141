//! Every command, option and environment variable of the documents exists, and
//! every one that exists is documented.

use crate::help::{self, CONSTAT, XTASK};
use crate::markdown::{self, Document, report, root};
use crate::shell::{commands, typed};
use std::collections::BTreeSet;

/// Where the options of `constat` are explained.
const OF_OPTIONS: [&str; 2] = ["docs/operate.md", "docs/proof.md"];

/// Programs of other people that the documents use.
const OTHER_PROGRAMS: [&str; 14] = [
    "install",
    "systemctl",
    "curl",
    "docker",
    "sqlite3",
    "redis-cli",
    "redis-server",
    "tar",
    "rm",
    "mv",
    "cd",
    "cp",
    "chown",
    "grep",
];

/// The subcommands of cargo that the documents use, besides `xtask`.
const OF_CARGO: [&str; 6] = ["build", "test", "clippy", "fmt", "doc", "deny"];

fn check(words: &[String]) -> Result<(), String> {
    let words: &[String] = match words {
        [program, rest @ ..] if program.ends_with("/constat") || program == "constat" => {
            return help::check(&CONSTAT, rest);
        }
        [cargo, xtask, rest @ ..] if cargo == "cargo" && xtask == "xtask" => {
            return help::check(&XTASK, rest);
        }
        words => words,
    };
    match words {
        [cargo, subcommand, ..] if cargo == "cargo" && OF_CARGO.contains(&subcommand.as_str()) => Ok(()),
        [program, ..] if OTHER_PROGRAMS.contains(&program.as_str()) => Ok(()),
        _ => Err(format!("`{}` is no known program", words.join(" "))),
    }
}

#[test]
fn every_typed_command_is_known_to_its_program() {
    let mut faults = Vec::new();
    for document in markdown::all() {
        for typed in typed(&document) {
            let wrong =
                commands(&typed.line).iter().filter_map(|words| check(words).err()).collect::<Vec<_>>();
            faults.extend(wrong.into_iter().map(|why| format!("{}: {why}", typed.at)));
        }
    }
    report(&faults);
}

#[test]
fn every_command_in_a_sentence_is_known_to_its_program() {
    let mut faults = Vec::new();
    for document in markdown::all() {
        let ours = |text: &str| ["constat ", "cargo "].iter().any(|program| text.starts_with(program));
        for code in document.codes.iter().filter(|code| ours(&code.text)) {
            // `constat SUBCOMMAND --help` is about all of them.
            let words = code.text.replace(" SUBCOMMAND", " serve");
            for words in commands(&words) {
                let why = check(&words).err();
                faults.extend(why.map(|why| format!("{}:{}: {why}", document.path, code.line)));
            }
        }
    }
    report(&faults);
}

#[test]
fn every_option_and_variable_of_constat_is_documented() {
    let documented: BTreeSet<String> =
        OF_OPTIONS.iter().flat_map(|path| code_words(&markdown::read(path))).collect();
    let mut faults = Vec::new();
    for (name, help) in CONSTAT.iter().filter(|(name, _)| !name.is_empty()) {
        let known = help.options.iter().filter(|option| option.starts_with("--")).chain(&help.variables);
        let missing = known.filter(|known| !documented.contains(*known));
        faults
            .extend(missing.map(|missing| format!("constat {name}: {missing} is in none of {OF_OPTIONS:?}")));
        if !help.has_subcommands && !documented.contains(name.split(' ').next_back().unwrap_or_default()) {
            faults.push(format!("constat {name} is in none of {OF_OPTIONS:?}"));
        }
    }
    report(&faults);
}

#[test]
fn every_documented_option_exists() {
    let of =
        |program: &help::Program| program.values().flat_map(|help| help.options.clone()).collect::<Vec<_>>();
    let known: BTreeSet<String> = of(&CONSTAT).into_iter().chain(of(&XTASK)).collect();
    let mut faults = Vec::new();
    // Decisions also name the options of other programs.
    for document in markdown::all().iter().filter(|document| !document.path.contains("/decisions/")) {
        for code in document.codes.iter().filter(|code| code.text.starts_with("--")) {
            let option = code.text.split([' ', '=']).next().unwrap_or_default();
            if !known.contains(option) {
                faults.push(format!("{}:{}: no program has the option {option}", document.path, code.line));
            }
        }
    }
    report(&faults);
}

#[test]
fn every_documented_variable_is_read_somewhere() {
    let mut sources = String::new();
    for folder in ["server/src", "tests/src", "tests/tests", "xtask/src", "testkit/src"] {
        read_sources(&root().join(folder), &mut sources);
    }
    let mut faults = Vec::new();
    for document in markdown::all() {
        for code in document.codes.iter().filter(|code| code.text.starts_with("CONSTAT_")) {
            let name = code.text.split('=').next().unwrap_or_default();
            if !sources.contains(&format!("\"{name}\"")) {
                faults.push(format!("{}:{}: nothing reads {name}", document.path, code.line));
            }
        }
    }
    report(&faults);
}

fn read_sources(folder: &std::path::Path, sources: &mut String) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_sources(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push_str(&std::fs::read_to_string(&path).expect("sources are text"));
        }
    }
}

/// The words of a document's code spans and blocks.
fn code_words(document: &Document) -> Vec<String> {
    let blocks = document.blocks.iter().map(|block| block.text.as_str());
    let texts = document.codes.iter().map(|code| code.text.as_str()).chain(blocks);
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    texts.flat_map(|text| text.split(move |c| !word(c))).map(str::to_owned).collect()
}
