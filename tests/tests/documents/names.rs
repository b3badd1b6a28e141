//! The files, folders and tests that the documents name exist.

use crate::markdown::{self, report, root};
use std::path::{Path, PathBuf};

/// The folders at the top of the repository, by which a path in a sentence is known.
pub const TOP: [&str; 12] = [
    "server", "shared", "widget", "verifier", "testkit", "tests", "www", "xtask", "docs", ".ci", ".cargo",
    "fuzz",
];

/// Crates whose unit tests are named without `src/`.
const CRATES: [&str; 6] = ["server", "shared", "widget", "verifier", "xtask", "testkit"];

/// Files that are made, not kept.
const MADE: [&str; 1] = ["consent.js"];

/// A word in capitals stands for any name: the folder around it is what must be there.
pub fn fixed_part(path: &str) -> PathBuf {
    let stands_for_any = |part: &str| {
        let stem = part.split('.').next().unwrap_or_default();
        stem.chars().all(|c| c.is_ascii_uppercase()) && !stem.is_empty()
    };
    path.split('/').take_while(|part| !stands_for_any(part)).collect()
}

/// Whether a text is a path in the repository.
pub fn is_path(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    text.chars().all(plain) && text.split_once('/').is_some_and(|(top, _)| TOP.contains(&top))
}

#[test]
fn every_path_in_a_sentence_exists() {
    let mut faults = Vec::new();
    for document in markdown::all() {
        for code in document.codes.iter().filter(|code| is_path(&code.text)) {
            if !root().join(fixed_part(&code.text)).exists() {
                faults.push(format!("{}:{}: there is no {}", document.path, code.line, code.text));
            }
        }
    }
    report(&faults);
}

#[test]
fn every_source_file_in_a_sentence_exists() {
    let mut names = Vec::new();
    for folder in TOP {
        walk(&root().join(folder), &mut |path| names.extend(path.file_name().map(|name| name.to_owned())));
    }
    let is_file = |text: &str| {
        let plain = |c: char| c.is_ascii_lowercase() || c == '_';
        text.rsplit_once('.')
            .is_some_and(|(stem, ending)| stem.chars().all(plain) && matches!(ending, "rs" | "js"))
    };
    let mut faults = Vec::new();
    for document in markdown::all() {
        let files =
            document.codes.iter().filter(|code| is_file(&code.text) && !MADE.contains(&code.text.as_str()));
        let missing = files.filter(|code| !names.iter().any(|name| name == code.text.as_str()));
        faults.extend(
            missing.map(|code| format!("{}:{}: there is no {}", document.path, code.line, code.text)),
        );
    }
    report(&faults);
}

#[test]
fn every_test_that_is_named_exists() {
    let mut faults = Vec::new();
    let mut count = 0;
    for document in markdown::all() {
        for code in &document.codes {
            let Some((place, test)) = code.text.rsplit_once("::").filter(|(_, test)| is_test(test)) else {
                continue;
            };
            count += 1;
            let found = sources(place).iter().any(|file| {
                let text = std::fs::read_to_string(file).expect("sources are text");
                text.contains(&format!("fn {test}("))
            });
            if !found {
                faults.push(format!("{}:{}: {place} has no test {test}", document.path, code.line));
            }
        }
    }
    assert!(count > 30, "only {count} tests are named: the invariants name more");
    report(&faults);
}

/// The name of a test is a sentence.
fn is_test(name: &str) -> bool {
    let words = name.split('_').count();
    words > 3 && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The sources that a place such as `browser/answers` stands for.
fn sources(place: &str) -> Vec<PathBuf> {
    let (top, rest) = place.split_once('/').unwrap_or((place, ""));
    let base = match CRATES.contains(&top) {
        true => root().join(top).join("src").join(rest),
        false if top == "store" => root().join("server/src").join(place),
        false => root().join("tests/tests").join(place),
    };
    let mut files = Vec::new();
    let file = base.with_extension("rs");
    if file.is_file() {
        files.push(file);
    }
    walk(&base, &mut |path| files.push(path.to_owned()));
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    files
}

/// Visits every file of a folder and of the folders in it.
pub fn walk(folder: &Path, visit: &mut impl FnMut(&Path)) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => walk(&path, visit),
            path => visit(&path),
        }
    }
}
