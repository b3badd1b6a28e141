//! What the documents link to is there.

use crate::markdown::{self, Document, report, root};
use std::path::{Component, Path, PathBuf};

#[test]
fn every_link_leads_to_a_file_and_every_anchor_to_a_heading() {
    let documents = markdown::all();
    let mut faults = Vec::new();
    for document in &documents {
        for link in document.links.iter().filter(|link| !link.text.contains("://")) {
            if let Err(why) = check(document, &link.text, &documents) {
                faults.push(format!("{}:{}: {}: {why}", document.path, link.line, link.text));
            }
        }
    }
    report(&faults);
}

fn check(document: &Document, link: &str, documents: &[Document]) -> Result<(), String> {
    let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
    let target = match file {
        "" => document.path.clone(),
        _ => beside(&document.path, file),
    };
    if !root().join(&target).exists() {
        return Err("there is no such file".to_owned());
    }
    let Some(anchor) = anchor else { return Ok(()) };
    let read = documents.iter().find(|document| document.path == target);
    let read = read.ok_or_else(|| "only documents have anchors".to_owned())?;
    if read.anchors.contains(anchor) {
        return Ok(());
    }
    Err(format!("{target} has no such heading"))
}

/// A path in the repository, from one that is relative to a document.
fn beside(document: &str, file: &str) -> String {
    let mut path = PathBuf::new();
    let folder = Path::new(document).parent().unwrap_or(Path::new(""));
    for component in folder.join(file).components() {
        match component {
            Component::ParentDir => drop(path.pop()),
            other => path.push(other),
        }
    }
    path.to_str().expect("paths are plain").to_owned()
}

#[test]
fn every_document_is_reached_from_another_one() {
    let documents = markdown::all();
    let reached = |path: &str| {
        documents.iter().filter(|document| document.path != path).any(|document| {
            document.links.iter().any(|link| {
                let file = link.text.split('#').next().unwrap_or_default();
                !link.text.contains("://") && beside(&document.path, file) == path
            })
        })
    };
    let lost = documents.iter().filter(|document| document.path != "README.md" && !reached(&document.path));
    let faults: Vec<_> = lost.map(|document| format!("{}: no document links to it", document.path)).collect();
    report(&faults);
}

#[test]
fn every_decision_has_its_parts_and_is_in_the_index() {
    let index = std::fs::read_to_string(root().join("docs/decisions/README.md")).expect("there is an index");
    let mut faults = Vec::new();
    for decision in markdown::all() {
        let Some(file) = decision.path.strip_prefix("docs/decisions/").filter(|file| *file != "README.md")
        else {
            continue;
        };
        let title = decision.headings.first().cloned().unwrap_or_default();
        let text = std::fs::read_to_string(root().join(&decision.path)).expect("it was read before");
        let date = text.split_once("Date: ").and_then(|(_, rest)| rest.split('.').next()).unwrap_or_default();
        let (number, words) = title.split_once(". ").unwrap_or_default();
        if !index.contains(&format!("| {number} | [{words}]({file}) | {date} |")) || !file.starts_with(number)
        {
            faults.push(format!("{file}: the index has no row with its number, title and date"));
        }
        if decision.headings[1..] != ["Context", "Decision", "Rejected", "Consequences"] {
            faults.push(format!("{file}: its parts are {:?}", &decision.headings[1..]));
        }
    }
    report(&faults);
}

#[test]
fn the_first_documents_stay_short() {
    let bounds = [("README.md", 100), ("ARCHITECTURE.md", 150)];
    let long = bounds.into_iter().filter_map(|(path, lines_max)| {
        let lines = markdown::read(path).line_count;
        (lines > lines_max).then(|| format!("{path}: {lines} lines, more than {lines_max}"))
    });
    report(&long.collect::<Vec<_>>());
}
