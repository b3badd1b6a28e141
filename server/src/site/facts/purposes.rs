//! What vendors and cookies are for, in words.

use crate::site::facts::languages::{all_languages, by_language};
use crate::site::file::report::{Fault, Report, hint};
use crate::site::file::schema::{PurposeFile, PurposesFile};
use crate::site::file::values;
use constat_shared::{Language, PurposeId, PurposeText, Purposes, Vendor};
use std::collections::BTreeMap;

/// The purposes a site file writes itself; each also replaces the catalogue's
/// of the same id.
pub fn complete(prefix: &str, files: &PurposesFile, languages: &[Language], report: &mut Report) -> Purposes {
    let mut purposes = Purposes::new();
    for (name, table) in files {
        let key = format!("{prefix}{name}");
        let id = values::id(name, PurposeId::parse(name), "the id of a purpose");
        let id = report.take(&key, id);
        let spoken = by_language(&key, table, languages, report);
        all_languages(&key, &spoken, languages, "the purpose", report);
        let texts = spoken.into_iter().filter_map(|(language, file)| {
            let text = in_words(&format!("{key}.{language}"), file, report)?;
            Some((language, text))
        });
        let texts: BTreeMap<_, _> = texts.collect();
        // Keep a purpose with a mistake, so that vendors that name it are not reported too.
        purposes.extend(id.map(|id| (id, texts)));
    }
    purposes
}

fn in_words(key: &str, file: &PurposeFile, report: &mut Report) -> Option<PurposeText> {
    let title = format!("{key}.title");
    let title = report.field(&title, file.title.as_deref(), None, "Write it in a few words", values::text);
    let description = format!("{key}.description");
    let remedy = "Write a sentence a visitor understands";
    let description = report.field(&description, file.description.as_deref(), None, remedy, values::text);
    Some(PurposeText { title: title?, description: description? })
}

/// A purpose that is known, by its id.
pub fn one(id: &str, known: &Purposes) -> Result<PurposeId, Fault> {
    let found = PurposeId::parse(id).ok().filter(|id| known.contains_key(id));
    found.ok_or_else(|| {
        let otherwise = format!("Describe it in every language of the site, in [purposes.{id}.fr] and so on");
        let remedy = hint(id, known.keys().map(PurposeId::as_str), otherwise);
        Fault::new(format!("unknown purpose `{id}`"), remedy)
    })
}

/// The purposes that vendors and cookies name, in the languages of the site.
pub fn named(known: &Purposes, vendors: &[Vendor], languages: &[Language]) -> Purposes {
    let ids = vendors.iter().flat_map(|vendor| {
        let of_cookies = vendor.cookies.iter().map(|cookie| &cookie.purpose);
        vendor.purposes.iter().chain(of_cookies)
    });
    let spoken = |texts: &BTreeMap<Language, PurposeText>| {
        let texts = texts.iter().filter(|(language, _)| languages.contains(language));
        texts.map(|(language, text)| (*language, text.clone())).collect()
    };
    ids.filter_map(|id| Some((id.clone(), spoken(known.get(id)?)))).collect()
}
