//! What vendors and cookies are for, in words.

use super::super::error::{Fault, Report, hint};
use super::super::file::{PurposeFile, PurposesFile};
use super::super::forms;
use constat_shared::vendor::{PurposeText, Purposes};
use constat_shared::{Language, PurposeId, Vendor};
use std::collections::BTreeMap;

/// The purposes a site file writes itself; each also replaces the catalogue's
/// of the same id.
pub(super) fn own(files: &PurposesFile, languages: &[Language], report: &mut Report) -> Purposes {
    complete("purposes.", files, languages, report)
}

/// The purposes of a table, each in all the languages.
pub(in super::super) fn complete(
    prefix: &str,
    files: &PurposesFile,
    languages: &[Language],
    report: &mut Report,
) -> Purposes {
    let mut purposes = Purposes::new();
    for (name, table) in files {
        let key = format!("{prefix}{name}");
        let remedy = "Write 1 to 40 of a-z, 0-9 and -, beginning with a letter or digit";
        let id = PurposeId::parse(name)
            .map_err(|_| Fault::new(format!("`{name}` is not the id of a purpose"), remedy));
        let id = report.take(&key, id);
        let spoken = super::by_language(&key, table, languages, report);
        super::all_languages(&key, &spoken, languages, "the purpose", report);
        let texts = spoken.into_iter().filter_map(|(language, file)| {
            let text = in_words(&format!("{key}.{language}"), file, report)?;
            Some((language, text))
        });
        let texts: BTreeMap<_, _> = texts.collect();
        // A purpose with a mistake is known all the same: those who name it are right to.
        purposes.extend(id.map(|id| (id, texts)));
    }
    purposes
}

fn in_words(key: &str, file: &PurposeFile, report: &mut Report) -> Option<PurposeText> {
    let title = format!("{key}.title");
    let title = report.field(&title, file.title.as_deref(), None, "Write it in a few words", forms::text);
    let description = format!("{key}.description");
    let remedy = "Write a sentence a visitor understands";
    let description = report.field(&description, file.description.as_deref(), None, remedy, forms::text);
    Some(PurposeText { title: title?, description: description? })
}

/// A purpose that is known, by its id.
pub(in super::super) fn one(id: &str, known: &Purposes) -> Result<PurposeId, Fault> {
    let found = PurposeId::parse(id).ok().filter(|id| known.contains_key(id));
    found.ok_or_else(|| {
        let otherwise = format!("Describe it in every language of the site, in [purposes.{id}.fr] and so on");
        let remedy = hint(id, known.keys().map(PurposeId::as_str), otherwise);
        Fault::new(format!("unknown purpose `{id}`"), remedy)
    })
}

/// The purposes that vendors and cookies name, in the languages of the site.
pub(super) fn named(known: &Purposes, vendors: &[Vendor], languages: &[Language]) -> Purposes {
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

#[cfg(test)]
mod tests {
    use super::super::super::sample::{BASE, assert_fault, site};
    use constat_shared::Language;

    #[test]
    fn a_purpose_missing_in_a_language_is_a_mistake() {
        let remedy = "Write it in every language of the site";
        let german = "[purposes.chat.de]\ntitle = \"Chat\"\ndescription = \"Antworten.\"\n";
        assert_fault(german, "", "[purposes.chat.fr]", "purposes.chat.de", remedy);
    }

    #[test]
    fn a_purpose_without_a_title_is_a_mistake() {
        let german = "[purposes.chat.de]\ntitle = \"Chat\"\n";
        let line = "[purposes.chat.de]";
        assert_fault(
            german,
            "[purposes.chat.de]\n",
            line,
            "purposes.chat.de.title",
            "Write it in a few words",
        );
    }

    #[test]
    fn an_unknown_purpose_is_a_mistake_with_the_nearest_as_a_hint() {
        let (from, to) = ("purposes = [\"chat\"]", "purposes = [\"chats\"]");
        assert_fault(from, to, "\"chats\"", "vendors.own-chat.purposes[0]", "Did you mean `chat`?");
    }

    #[test]
    fn a_site_can_put_the_catalogues_purposes_in_its_own_words() {
        let words = |code| format!("[purposes.counting.{code}]\ntitle = \"{code}\"\ndescription = \"D\"\n");
        let text = BASE.to_owned() + &["fr", "nl", "de", "en"].map(words).concat();
        let purposes = site(&text).notice.purposes.clone();
        let counting = &purposes[&super::PurposeId::parse("counting").unwrap()];
        assert_eq!(counting[&Language::Nl].title, "nl");
    }
}
