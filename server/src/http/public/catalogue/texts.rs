//! The words of the catalogue's pages that the banner's texts do not have (`www/catalogue/texts/`).

use constat_shared::Language;
use rust_embed::RustEmbed;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "../www/catalogue/texts"]
struct Files;

/// The texts of one language. `{…}` in one is a place for a value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Texts {
    pub title: String,
    pub lead: String,
    pub counts: String,
    pub language: String,
    pub search: String,
    pub search_hint: String,
    pub find: String,
    pub category: String,
    pub any_category: String,
    pub ready_only: String,
    pub by_name: String,
    pub by_host: String,
    pub by_cookie: String,
    pub also_used_by: String,
    pub unknown: String,
    pub unknown_todo: String,
    pub containing: String,
    pub all: String,
    pub none: String,
    pub vendor: String,
    pub level: String,
    pub ready: String,
    pub recognised: String,
    pub partial: String,
    pub back: String,
    pub other_names: String,
    pub fact: String,
    pub value: String,
    pub source: String,
    pub hosts: String,
    pub policy: String,
    pub read_on: String,
    pub dated: String,
    pub missing: String,
    pub sets_none: String,
    pub days_unknown: String,
    pub until_deleted: String,
    pub not_by_default: String,
    pub of_the_site: String,
    pub of_the_vendor: String,
    pub not_found: String,
    pub for_programs: String,
}

static TEXTS: LazyLock<BTreeMap<Language, Texts>> = LazyLock::new(|| {
    let read = |language: &Language| {
        let file = Files::get(&format!("{language}.toml"))?;
        // A test reads every file.
        Some((*language, toml::from_slice(&file.data).ok()?))
    };
    Language::ALL.iter().filter_map(read).collect()
});

impl Texts {
    /// Those of a language.
    pub fn of(language: Language) -> Option<&'static Texts> {
        TEXTS.get(&language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_text() {
        for language in Language::ALL {
            let file = Files::get(&format!("{language}.toml")).unwrap();
            toml::from_slice::<Texts>(&file.data).unwrap();
        }
    }
}
