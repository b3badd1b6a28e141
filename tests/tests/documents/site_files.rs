//! Every TOML block is read by the real `constat check`, and every key that it
//! knows is documented.

use crate::markdown::{self, Block, Document, report, root};
use constat_tests::server::binary;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output};
use toml::{Table, Value};

const SITE_FILE: &str = "docs/site-file.md";

/// A table for every table of a site file, with a key in each that no table knows.
const UNKNOWN_KEYS: &str = r#"
zzz = 1
authority = { zzz = 1 }
controller.zzz = 1
lifetimes.zzz = 1
categories.audience.zzz = 1
categories.audience.exemption.zzz = 1
purposes.p.fr.zzz = 1
texts.fr.zzz = "z"
theme.zzz = 1
theme.light.zzz = 1
theme.light.allow_all.zzz = 1
consent_mode.zzz = 1
consent_mode.region = [{ zzz = 1 }]
signals.zzz = 1
[[vendors]]
zzz = 1
cookies.c.zzz = 1
"#;

/// Runs `constat check` on a text as `sites/helvia.toml`.
fn check(text: &str) -> Output {
    let dir = tempfile::tempdir().expect("there is room for a temporary folder");
    std::fs::create_dir(dir.path().join("sites")).expect("the folder is new");
    std::fs::write(dir.path().join("sites/helvia.toml"), text).expect("the folder can be written");
    check_in(dir.path())
}

fn check_in(dir: &Path) -> Output {
    let mut command = Command::new(binary());
    command.current_dir(dir).args(["check", "sites/helvia.toml"]).output().expect("the binary can be started")
}

/// What `constat check` finds wrong with a text.
fn mistakes(text: &str) -> Option<String> {
    let output = check(text);
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).trim_end().to_owned())
}

fn toml_blocks(document: &Document) -> impl Iterator<Item = &Block> {
    document.blocks.iter().filter(|block| block.language == "toml")
}

fn is_whole(table: &Table) -> bool {
    ["id", "origins", "controller"].iter().all(|key| table.contains_key(*key))
}

/// The whole site file of a document, which the sentences around it name `sites/helvia.toml`.
pub fn whole(document: &Document) -> Option<String> {
    let whole = |block: &&Block| block.text.parse::<Table>().is_ok_and(|table| is_whole(&table));
    toml_blocks(document).find(whole).map(|block| block.text.clone())
}

#[test]
fn every_toml_block_is_a_good_site_file_or_a_part_of_one() {
    let base: Table =
        whole(&markdown::read(SITE_FILE)).expect("it has a whole file").parse().expect("it is TOML");
    let mut faults = Vec::new();
    let mut whole_count = 0;
    for document in markdown::all() {
        for block in toml_blocks(&document) {
            let wrong = match block.text.parse::<Table>() {
                Err(error) => Some(error.to_string()),
                Ok(table) if is_whole(&table) => {
                    whole_count += 1;
                    mistakes(&block.text)
                }
                Ok(part) => {
                    let mut file = base.clone();
                    merge(&mut file, part);
                    mistakes(&file.to_string())
                }
            };
            faults.extend(wrong.map(|why| format!("{}:{}: {why}", document.path, block.line)));
        }
    }
    assert!(whole_count >= 2, "the README and {SITE_FILE} each have a whole file");
    report(&faults);
}

/// Writes a part into a whole: tables are joined, vendors of the same id too, the rest is replaced.
fn merge(whole: &mut Table, part: Table) {
    for (key, value) in part {
        match (whole.get_mut(&key), value) {
            (Some(Value::Table(whole)), Value::Table(part)) => merge(whole, part),
            (Some(Value::Array(vendors)), Value::Array(more)) if key == "vendors" => {
                let ids: Vec<_> = more.iter().map(|vendor| vendor.get("id").cloned()).collect();
                vendors.retain(|vendor| !ids.contains(&vendor.get("id").cloned()));
                vendors.extend(more);
            }
            (_, value) => drop(whole.insert(key, value)),
        }
    }
}

/// Every key that a site file may have: the names after `Known keys here:` and `There are`.
fn known_keys() -> BTreeSet<String> {
    let printed = mistakes(UNKNOWN_KEYS).expect("the keys are unknown");
    let lists = printed.lines().filter_map(|line| line.split_once("Known keys here: "));
    let mut keys: BTreeSet<String> = lists.flat_map(|(_, list)| quoted(list)).collect();
    let file = whole(&markdown::read(SITE_FILE)).expect("it has a whole file");
    let printed = mistakes(&format!("{file}\n[texts]\nfr.zzz = \"z\"\nen.zzz = \"z\"\n[categories.zzz]\n"));
    let printed = printed.expect("a text and a category are unknown");
    keys.extend(
        printed.lines().filter_map(|line| line.split_once("There are ")).flat_map(|(_, list)| quoted(list)),
    );
    keys
}

fn quoted(list: &str) -> impl Iterator<Item = String> {
    list.split('`').skip(1).step_by(2).map(str::to_owned)
}

#[test]
fn every_key_of_a_site_file_is_documented_and_no_other() {
    let (document, known) = (markdown::read(SITE_FILE), known_keys());
    assert!(known.len() > 100, "only {} keys were found", known.len());
    let blocks = toml_blocks(&document).map(|block| block.text.as_str());
    let texts = document.codes.iter().map(|code| code.text.as_str()).chain(blocks);
    let documented: BTreeSet<&str> = texts.flat_map(words).collect();
    let missing = known.iter().filter(|key| !documented.contains(key.as_str()));
    let mut faults: Vec<_> = missing.map(|key| format!("{SITE_FILE}: {key} is missing")).collect();
    for row in document.rows.iter().filter(|row| row.table == "key") {
        let keys = row.cells[0].codes.iter().flat_map(|code| code.split('.'));
        let wrong = keys.filter(|key| !known.contains(*key));
        faults.extend(wrong.map(|key| format!("{SITE_FILE}:{}: no site file has a key {key}", row.line)));
    }
    report(&faults);
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')))
}

#[test]
fn the_table_of_texts_has_every_text_with_its_places_and_no_other() {
    let mut documented: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in markdown::read(SITE_FILE).rows.iter().filter(|row| row.table == "where") {
        let mut key = "";
        for code in &row.cells[1].codes {
            // The places of a text follow its key.
            if code.starts_with('{') {
                documented.entry(key.to_owned()).or_default().push(code.clone());
            } else {
                key = code;
                documented.entry(code.clone()).or_default();
            }
        }
    }
    let texts = std::fs::read_to_string(root().join("www/texts/en.toml")).expect("there are English texts");
    let texts: BTreeMap<String, String> = toml::from_str(&texts).expect("they are TOML");
    let places = |text: &str| {
        let inside = text.split('{').skip(1).filter_map(|rest| rest.split('}').next());
        inside.map(|place| format!("{{{place}}}")).collect()
    };
    let real: BTreeMap<_, _> = texts.iter().map(|(key, text)| (key.clone(), places(text))).collect();
    assert_eq!(documented, real);
}

#[test]
fn the_mistakes_shown_are_those_that_are_reported() {
    let document = markdown::read(SITE_FILE);
    let shown = document.blocks.iter().find(|block| block.text.starts_with("constat: 2 mistakes"));
    let file = whole(&document).expect("it has a whole file");
    let file =
        file.replacen("choice_months = 6", "choice_months = 5", 1).replacen("\"youtube\"", "\"youtub\"", 1);
    assert_eq!(mistakes(&file).as_deref(), shown.map(|block| block.text.trim_end()));
}
