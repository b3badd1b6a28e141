//! What a page may ask the loader is documented, and nothing else.

use crate::markdown::{self, report, root};
use constat_tests::setups::SETUPS;

const PAGE: &str = "docs/page.md";

/// The loader's sources, joined.
fn loader() -> String {
    let folders = ["www/loader", "www/loader/optional"].map(|folder| root().join(folder));
    let entries = folders.iter().flat_map(|folder| std::fs::read_dir(folder).expect("there is a loader"));
    let files = entries.map(|entry| entry.expect("it can be read").path()).filter(|path| path.is_file());
    files.map(|path| std::fs::read_to_string(path).expect("sources are text")).collect()
}

/// The names of the object that the loader gives the page.
fn calls(loader: &str) -> Vec<String> {
    let object = loader.split("window.constat = {").nth(1).and_then(|rest| rest.split("\n};").next());
    let lines = object.expect("the loader sets window.constat").lines();
    let names = lines.filter_map(|line| line.trim().split_once(':').map(|(name, _)| name.to_owned()));
    names.collect()
}

#[test]
fn every_call_and_event_of_the_loader_is_documented_and_no_other() {
    let (document, loader) = (markdown::read(PAGE), loader());
    let calls = calls(&loader);
    let events: Vec<_> = loader.split("emit(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(calls.len() >= 5 && events.len() >= 2, "{calls:?} {events:?}");
    let codes: Vec<&str> =
        document.rows.iter().flat_map(|row| row.cells[0].codes.iter().map(String::as_str)).collect();
    let mut faults = Vec::new();
    for call in &calls {
        if !codes.iter().any(|code| code.starts_with(&format!("constat.{call}("))) {
            faults.push(format!("{PAGE}: constat.{call} is missing"));
        }
    }
    for event in &events {
        if !codes.contains(&format!("constat:{event}").as_str()) {
            faults.push(format!("{PAGE}: the event constat:{event} is missing"));
        }
    }
    for code in &codes {
        let call = code.strip_prefix("constat.").and_then(|rest| rest.split_once('(')).map(|(name, _)| name);
        let event = code.strip_prefix("constat:");
        if call.is_some_and(|name| !calls.iter().any(|call| call == name))
            || event.is_some_and(|name| !events.contains(&name))
        {
            faults.push(format!("{PAGE}: the loader has no {code}"));
        }
    }
    report(&faults);
}

#[test]
fn the_keys_in_local_storage_are_those_of_the_loader() {
    let loader = loader();
    let document = markdown::read(PAGE);
    let keys =
        document.rows.iter().filter(|row| row.table == "key").flat_map(|row| row.cells[0].codes.clone());
    let keys: Vec<_> = keys.map(|key| key.trim_end_matches("SITE").to_owned()).collect();
    assert_eq!(keys.len(), 5, "{keys:?}");
    let missing = keys.iter().filter(|key| !loader.contains(&format!("\"{key}\"")));
    report(&missing.map(|key| format!("{PAGE}: the loader keeps no {key}SITE")).collect::<Vec<_>>());
}

#[test]
fn every_set_up_of_the_table_is_a_page_of_the_tests() {
    let document = markdown::read(PAGE);
    let rows = document.rows.iter().filter(|row| row.table == "you have");
    let rows: Vec<_> = rows.map(|row| row.cells[0].text.as_str()).collect();
    assert_eq!(rows, SETUPS.map(|setup| setup.have));
}
