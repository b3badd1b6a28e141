//! The words of the banner: the defaults, and what the site writes instead.

use super::super::catalogue::Catalogue;
use super::super::error::{Fault, Report, hint, list};
use super::super::file::ByLanguage;
use super::super::forms;
use constat_shared::{Language, TextKey, Texts};
use std::collections::BTreeMap;

/// The texts in every language of the site.
pub(super) fn overridden(
    files: &ByLanguage<BTreeMap<String, String>>,
    languages: &[Language],
    catalogue: &Catalogue,
    report: &mut Report,
) -> BTreeMap<Language, Texts> {
    let spoken = super::by_language("texts", files, languages, report);
    let mut by_key: BTreeMap<TextKey, BTreeMap<Language, String>> = BTreeMap::new();
    for (language, table) in &spoken {
        for (name, text) in *table {
            let at = format!("texts.{language}.{name}");
            let Some(key) = report.take(&at, known(name)) else { continue };
            let text = report.take(&at, check(key, text)).unwrap_or_default();
            by_key.entry(key).or_default().insert(*language, text);
        }
    }
    let languages_of_catalogue = languages.iter().filter_map(|language| {
        let texts = catalogue.texts(*language)?;
        Some((*language, texts.clone()))
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

/// A text that says something and keeps the places to be filled in.
pub(in super::super) fn check(key: TextKey, text: &str) -> Result<String, Fault> {
    let lost = key.placeholders().iter().find(|place| !text.contains(**place));
    match lost {
        Some(place) if !text.trim().is_empty() => {
            let remedy = format!("Put {place} where the value belongs");
            Err(Fault::new(format!("the text lacks {place}"), remedy))
        }
        _ => forms::text(text),
    }
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

#[cfg(test)]
mod tests {
    use super::super::super::sample::{BASE, faults};

    fn assert_text_fault(texts: &str, line: &str, key: &str, remedy: &str) {
        let text = format!("{BASE}\n{texts}\n");
        super::super::super::sample::assert_only_fault(&text, line, key, remedy);
    }

    #[test]
    fn a_text_replaced_in_one_language_and_not_in_all_is_a_mistake() {
        let texts = "[texts]\nfr.title = \"A\"\nnl.title = \"B\"\nde.title = \"C\"\n";
        let errors = faults(&format!("{BASE}\n{texts}"));
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert_eq!(errors[0].key, "texts.en.title");
        assert!(errors[0].line.is_some());
        assert!(errors[0].to_string().contains("Write `title` under [texts.en] too, or in no language"));
    }

    #[test]
    fn an_unknown_text_is_a_mistake() {
        let texts = "[texts.fr]\ntitel = \"A\"";
        assert_text_fault(texts, "titel", "texts.fr.titel", "Did you mean `title`?");
    }

    #[test]
    fn a_text_in_an_unknown_language_is_a_mistake() {
        assert_text_fault("[texts.it]\ntitle = \"A\"", "[texts.it]", "texts.it", "Write one of `de`");
    }

    fn in_all(key: &str, one: &str, others: &str) -> String {
        let line = |code: &str| format!("{code}.{key} = {:?}\n", if code == "fr" { one } else { others });
        format!("[texts]\n{}", ["fr", "nl", "de", "en"].map(line).concat())
    }

    #[test]
    fn a_text_that_lost_its_placeholder_is_a_mistake() {
        let texts = in_all("lifetime", "Six mois", "{months}");
        assert_text_fault(&texts, "fr.lifetime", "texts.fr.lifetime", "Put {months} where the value belongs");
    }

    #[test]
    fn an_empty_text_and_an_endless_one_are_mistakes() {
        for key in ["title", "lifetime"] {
            let at = format!("texts.fr.{key}");
            assert_text_fault(&in_all(key, " ", "{months}"), &format!("fr.{key}"), &at, "Write it");
        }
        let long = "é".repeat(2_001);
        assert_text_fault(
            &in_all("configuration_intro", &long, "A"),
            "fr.configuration_intro",
            "texts.fr.configuration_intro",
            "Shorten it to 2000",
        );
    }
}
