//! Tables with an entry for each language.

use crate::site::file::report::{Report, list};
use crate::site::file::values;
use constat_shared::Language;
use std::collections::BTreeMap;

/// The entries of a table by language, without those that are in no language
/// of the site, which are reported.
pub fn by_language<'a, T>(
    key: &str,
    table: &'a BTreeMap<String, T>,
    languages: &[Language],
    report: &mut Report,
) -> BTreeMap<Language, &'a T> {
    let mut spoken = BTreeMap::new();
    for (code, value) in table {
        let key = format!("{key}.{code}");
        let Some(language) = report.take(&key, values::language(code)) else { continue };
        if languages.contains(&language) {
            spoken.insert(language, value);
        } else if !languages.is_empty() {
            let remedy = format!("Add `{language}` to `languages`, or take this out");
            report.add(&key, format!("the site does not speak `{language}`"), remedy);
        }
    }
    spoken
}

/// Reports each language of the site that a table by language leaves out.
pub fn all_languages<T>(
    key: &str,
    table: &BTreeMap<Language, T>,
    languages: &[Language],
    what: &str,
    report: &mut Report,
) {
    for language in languages.iter().filter(|language| !table.contains_key(language)) {
        let remedy = format!("Write it in every language of the site: {}", listed(languages));
        report.add(&format!("{key}.{language}"), format!("{what} is missing in `{language}`"), remedy);
    }
}

fn listed(languages: &[Language]) -> String {
    list(languages.iter().map(|language| language.as_str()))
}
