//! From a site file as written to the notice it stands for, with every
//! mistake reported.

mod categories;
mod contacts;
mod cookies;
mod purposes;
mod texts;
mod theme;
mod vendors;

pub(super) use purposes::complete as complete_purposes;
pub(super) use texts::check as check_text;
pub(super) use vendors::{Known, facts as vendor_facts};

use super::catalogue::Catalogue;
use super::error::{Fault, Report};
use super::file::{LifetimesFile, SiteFile};
use super::forms;
use constat_shared::notice::FORMAT;
use constat_shared::{Language, Lifetimes, Notice, SiteId, Texts};
use std::collections::{BTreeMap, BTreeSet};

/// The notice of a site file and the origins it is shown on, when the file has
/// no mistake that keeps them from being made.
pub(super) fn site(
    file: SiteFile,
    catalogue: &Catalogue,
    report: &mut Report,
) -> Option<(Notice, Vec<String>)> {
    let id =
        report.field("id", file.id.as_deref(), None, "Give the site a name, such as id = \"boreale\"", id);
    let origins = origins(file.origins.as_deref(), report);
    let languages = languages(file.languages.as_deref(), report);
    let authority = contacts::authority(file.authority, report);
    let controller = contacts::controller(file.controller, &languages, report);
    let lifetimes = lifetimes(&file.lifetimes, report);
    let categories = categories::check(&file.categories, report);
    let own_purposes = purposes::own(&file.purposes, &languages, report);
    let known = catalogue.purposes().clone().into_iter().chain(own_purposes).collect();
    let vendors = vendors::check(&file.vendors, catalogue, &categories, &known, report);
    let texts: BTreeMap<Language, Texts> = texts::overridden(&file.texts, &languages, catalogue, report);
    let theme = theme::check(&file.theme, report);
    let notice = Notice {
        format: FORMAT,
        site: id?,
        controller: controller?,
        authority: authority?,
        purposes: purposes::named(&known, &vendors, &languages),
        languages,
        categories: categories.used,
        vendors,
        lifetimes: lifetimes?,
        texts,
        theme: theme?,
    };
    Some((notice, origins))
}

fn id(text: &str) -> Result<SiteId, Fault> {
    let remedy = "Write 1 to 40 of a-z, 0-9 and -, beginning with a letter or digit";
    SiteId::parse(text).map_err(|_| Fault::new(format!("`{text}` is not a site id"), remedy))
}

fn origins(given: Option<&[String]>, report: &mut Report) -> Vec<String> {
    let given = given.unwrap_or_default();
    if given.is_empty() {
        let remedy = "List where the site is, such as origins = [\"https://www.example.com\"]";
        report.add("origins", "no origin is allowed", remedy);
    }
    let mut seen = BTreeSet::new();
    let mut origins = Vec::new();
    for (number, text) in given.iter().enumerate() {
        let key = format!("origins[{number}]");
        let Some(origin) = report.take(&key, forms::origin(text)) else { continue };
        if seen.insert(origin.clone()) {
            origins.push(origin);
        } else {
            report.add(&key, format!("`{origin}` is listed twice"), "List it once");
        }
    }
    origins
}

fn languages(given: Option<&[String]>, report: &mut Report) -> Vec<Language> {
    let given = given.unwrap_or_default();
    if given.is_empty() {
        let remedy = "List the site's languages, the main one first, such as languages = [\"fr\", \"nl\"]";
        report.add("languages", "no language is given", remedy);
    }
    let mut languages = Vec::new();
    for (number, code) in given.iter().enumerate() {
        let key = format!("languages[{number}]");
        let Some(language) = report.take(&key, forms::language(code)) else { continue };
        if languages.contains(&language) {
            report.add(&key, format!("`{language}` is listed twice"), "List it once");
        } else {
            languages.push(language);
        }
    }
    languages
}

fn lifetimes(file: &LifetimesFile, report: &mut Report) -> Option<Lifetimes> {
    let (choice, proof) = ("lifetimes.choice_months", "lifetimes.proof_months");
    let remedy = "Write how many months a choice holds, 6 to 13";
    let choice = report.field(choice, file.choice_months, None, remedy, forms::months);
    let remedy = "Write how many months its proof is kept, 6 to 13";
    let kept = report.field(proof, file.proof_months, None, remedy, forms::months);
    let (choice, kept) = (choice?, kept?);
    let lifetimes = Lifetimes::new(choice, kept);
    if lifetimes.is_err() {
        let (choice, kept) = (choice.get(), kept.get());
        let problem = format!("the proof ends after {kept} months, before the choice it proves");
        report.add(proof, problem, format!("Write {choice} or more"));
    }
    lifetimes.ok()
}

/// The entries of a table by language, without those that are in no language
/// of the site, which are reported.
fn by_language<'a, T>(
    key: &str,
    table: &'a BTreeMap<String, T>,
    languages: &[Language],
    report: &mut Report,
) -> BTreeMap<Language, &'a T> {
    let mut spoken = BTreeMap::new();
    for (code, value) in table {
        let key = format!("{key}.{code}");
        let Some(language) = report.take(&key, forms::language(code)) else { continue };
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
fn all_languages<T>(
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
    super::error::list(languages.iter().map(|language| language.as_str()))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{BASE, assert_fault, changed, faults};

    #[test]
    fn all_mistakes_of_a_file_are_reported_at_once_and_by_line() {
        let text = changed("\"boreale\"", "\"Boréale\"").replace("\"cnil\"", "\"cnill\"");
        let text =
            text.replace("choice_months = 6", "choice_months = 5").replace("own_use_only = true\n", "");
        let text = text.replace("[lifetimes]", "colour = 1\n[lifetimes]");
        let errors = faults(&text);
        let keys: Vec<_> = errors.iter().map(|error| error.key.as_str()).collect();
        let expected = [
            "id",
            "authority",
            "controller.colour",
            "lifetimes.choice_months",
            "categories.audience.exemption.own_use_only",
        ];
        assert_eq!(keys, expected);
        assert!(errors.is_sorted_by_key(|error| error.line));
    }

    #[test]
    fn an_empty_file_is_told_everything_it_must_say() {
        let errors = faults("");
        let keys: Vec<_> = errors.iter().map(|error| error.key.as_str()).collect();
        let expected = [
            "id",
            "origins",
            "languages",
            "authority",
            "controller.name",
            "controller.address",
            "controller.dpo_email",
            "controller.policy_url",
            "lifetimes.choice_months",
            "lifetimes.proof_months",
        ];
        assert_eq!(keys, expected);
    }

    #[test]
    fn a_site_id_that_is_none_is_a_mistake() {
        assert_fault("\"boreale\"", "\"Boréale\"", "id =", "id", "Write 1 to 40 of a-z, 0-9 and -");
    }

    #[test]
    fn a_malformed_origin_and_one_listed_twice_are_mistakes() {
        let origin = "\"https://www.boreale.example\"";
        let with_path = "\"https://www.boreale.example/\"";
        assert_fault(origin, with_path, "origins", "origins[0]", "Write `https://www.boreale.example`");
        let twice = format!("{origin},\n  {origin}");
        assert_fault(origin, &twice, &format!("  {origin}"), "origins[1]", "List it once");
    }

    #[test]
    fn an_unknown_language_and_one_listed_twice_are_mistakes() {
        assert_fault(
            "\"en\"]",
            "\"en\", \"it\"]",
            "languages",
            "languages[4]",
            "Write one of `de`, `en`, `fr`, `nl`",
        );
        assert_fault("\"en\"]", "\"en\", \"fr\"]", "languages", "languages[4]", "List it once");
    }

    #[test]
    fn months_out_of_bounds_are_a_mistake() {
        for (choice, proof) in [(5, 13), (14, 13), (-1, 13), (300, 13)] {
            let to = format!("choice_months = {choice}\nproof_months = {proof}");
            let from = "choice_months = 6\nproof_months = 13";
            assert_fault(from, &to, "choice_months", "lifetimes.choice_months", "Write 6 to 13");
        }
        assert_fault(
            "proof_months = 13",
            "proof_months = 14",
            "proof_m",
            "lifetimes.proof_months",
            "Write 6 to 13",
        );
    }

    #[test]
    fn a_proof_that_ends_before_its_choice_is_a_mistake() {
        let from = "choice_months = 6\nproof_months = 13";
        let to = "choice_months = 8\nproof_months = 7";
        assert_fault(from, to, "proof_months", "lifetimes.proof_months", "Write 8 or more");
    }

    #[test]
    fn a_table_in_a_language_the_site_does_not_speak_is_a_mistake() {
        let from = "languages = [\"fr\", \"nl\", \"de\", \"en\"]";
        let to = "languages = [\"fr\", \"nl\", \"de\"]";
        let remedy = "Add `en` to `languages`, or take this out";
        assert_fault(from, to, "[purposes.chat.en]", "purposes.chat.en", remedy);
    }

    #[test]
    fn the_base_of_these_tests_has_no_mistake() {
        assert_eq!(super::super::parse("boreale.toml", BASE, &super::super::sample::catalogue()).err(), None);
    }
}
