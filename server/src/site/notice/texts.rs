//! The words of the banner: the defaults, and what the site writes instead.

use crate::site::catalogue::Catalogue;
use crate::site::facts::languages::by_language;
use crate::site::facts::texts;
use crate::site::file::report::{Fault, Report, hint, list};
use crate::site::file::schema::ByLanguage;
use constat_shared::{Language, RefusalSignal, TextKey, Texts};
use std::collections::BTreeMap;

/// The texts in every language of the site; those about signals only where it honours one.
pub fn overridden(
    files: &ByLanguage<BTreeMap<String, String>>,
    languages: &[Language],
    signals: &[RefusalSignal],
    catalogue: &Catalogue,
    report: &mut Report,
) -> BTreeMap<Language, Texts> {
    let spoken = by_language("texts", files, languages, report);
    let mut by_key: BTreeMap<TextKey, BTreeMap<Language, String>> = BTreeMap::new();
    for (language, table) in &spoken {
        for (name, text) in *table {
            let at = format!("texts.{language}.{name}");
            let Some(key) = report.take(&at, known(name)) else { continue };
            if key.is_of_signals() && signals.is_empty() {
                let remedy = "Write gpc = \"refuse\" or dnt = \"refuse\" at the top, or leave the text out";
                report.add(
                    &at,
                    "no visitor is shown the text: the site honours no signal of browsers",
                    remedy,
                );
            }
            let text = report.take(&at, texts::check(key, text)).unwrap_or_default();
            by_key.entry(key).or_default().insert(*language, text);
        }
    }
    let languages_of_catalogue = languages.iter().filter_map(|language| {
        let mut texts = catalogue.texts(*language)?.clone();
        if signals.is_empty() {
            texts.without_signals();
        }
        Some((*language, texts))
    });
    let mut texts: BTreeMap<_, _> = languages_of_catalogue.collect();
    for (key, by_language) in by_key {
        missing(key, &by_language, languages, report);
        for (language, text) in by_language {
            if let Some(texts) = texts.get_mut(&language) {
                texts.set(key, text);
            }
        }
    }
    texts
}

fn known(name: &str) -> Result<TextKey, Fault> {
    TextKey::parse(name).ok_or_else(|| {
        let names = || TextKey::ALL.iter().map(|key| key.as_str());
        let otherwise = format!("There are {}", list(names()));
        Fault::new(format!("unknown text `{name}`"), hint(name, names(), otherwise))
    })
}

/// A text replaced in one language only would make the banner speak two ways.
fn missing(key: TextKey, given: &BTreeMap<Language, String>, languages: &[Language], report: &mut Report) {
    let Some(example) = given.keys().next() else { return };
    let key = key.as_str();
    for language in languages.iter().filter(|language| !given.contains_key(language)) {
        let problem = format!("the text is replaced in `{example}` but not in `{language}`");
        let remedy = format!("Write `{key}` under [texts.{language}] too, or in no language");
        report.add(&format!("texts.{language}.{key}"), problem, remedy);
    }
}
