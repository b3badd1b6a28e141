//! A small site without a mistake, and a small catalogue, for the tests.

use crate::site::{Catalogue, Site, SiteError, parse};
use constat_testkit::sample_site;

pub use constat_testkit::sample_site::{SITE_FILE, purposes};

/// The catalogue of the sample's vendors and purposes, with the texts that ship.
pub fn catalogue() -> Catalogue {
    let files = sample_site::vendor_files();
    let vendors: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    Catalogue::of(&vendors, &sample_site::purposes()).expect("the sample catalogue has no mistake")
}

/// A day on which no fact of the sample's catalogue is older than 12 months.
pub fn today() -> jiff::civil::Date {
    jiff::civil::date(2026, 3, 1)
}

/// The base with one thing changed.
pub fn changed(from: &str, to: &str) -> String {
    let text = SITE_FILE.replacen(from, to, 1);
    assert!(text != SITE_FILE, "the base does not hold {from}");
    text
}

/// The site of a text that has no mistake.
pub fn site(text: &str) -> Site {
    let site = parse("boreale.toml", text, &catalogue());
    site.unwrap_or_else(|errors| panic!("{}", errors.iter().map(|e| format!("{e}\n")).collect::<String>()))
}

/// The mistakes of a text.
pub fn faults(text: &str) -> Vec<SiteError> {
    parse("boreale.toml", text, &catalogue()).expect_err("the text has a mistake")
}

/// Checks that the base with that change has one mistake, reported at the
/// first line that holds `line`, under `key`, with that remedy.
pub fn assert_fault(from: &str, to: &str, line: &str, key: &str, remedy: &str) {
    assert_only_fault(&changed(from, to), line, key, remedy);
}

/// The same for a whole text.
pub fn assert_only_fault(text: &str, line: &str, key: &str, remedy: &str) {
    let errors = faults(text);
    let shown: Vec<_> = errors.iter().map(SiteError::to_string).collect();
    assert_eq!(shown.len(), 1, "{shown:#?}");
    let number = 1 + text.lines().position(|there| there.contains(line)).expect("the line is there");
    let start = format!("boreale.toml:{number}: {key}: ");
    assert!(shown[0].starts_with(&start), "{} should start with {start}", shown[0]);
    assert!(shown[0].contains(remedy), "{} should contain {remedy}", shown[0]);
}
