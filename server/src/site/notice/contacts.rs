//! Who answers for the site, and to whom.

use crate::site::facts::languages::{all_languages, by_language};
use crate::site::file::report::{Fault, Report, hint, list};
use crate::site::file::schema::{AuthorityFile, ByLanguage, ControllerFile, TextOr};
use crate::site::file::values;
use constat_shared::{Authority, Controller, Language};
use std::collections::BTreeMap;
use url::Url;

/// Short name, name as the authority writes it, and address.
pub const AUTHORITIES: [(&str, &str, &str); 3] = [
    (
        "apd",
        "Autorité de protection des données / Gegevensbeschermingsautoriteit",
        "https://www.autoriteprotectiondonnees.be",
    ),
    ("ap", "Autoriteit Persoonsgegevens", "https://www.autoriteitpersoonsgegevens.nl"),
    ("cnil", "Commission nationale de l’informatique et des libertés (CNIL)", "https://www.cnil.fr"),
];

/// The domains of these authorities: the Belgian one has one for each language.
const DOMAINS: [&str; 5] = [
    "autoriteprotectiondonnees.be",
    "gegevensbeschermingsautoriteit.be",
    "dataprotectionauthority.be",
    "autoriteitpersoonsgegevens.nl",
    "cnil.fr",
];

pub fn authority(given: Option<TextOr<AuthorityFile>>, report: &mut Report) -> Option<Authority> {
    match given {
        Some(TextOr::Text(name)) => report.take("authority", known(&name)),
        Some(TextOr::Table(file)) => {
            let remedy = "Write the authority's name as it writes it";
            let name = report.field("authority.name", file.name.as_deref(), None, remedy, values::text);
            let remedy = "Write the https address of the authority";
            let url = report.field("authority.url", file.url.as_deref(), None, remedy, values::https);
            Some(Authority { name: name?, url: url? })
        }
        None => {
            report.add("authority", "it is missing", remedy());
            None
        }
    }
}

/// Whether an authority is one of those that a file may name by its short name, also when it was written in full:
/// by its name, or an address at a domain of its own.
pub fn is_known(authority: &Authority) -> bool {
    let url = Url::parse(&authority.url).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default().trim_end_matches('.');
    let name = authority.name.trim().to_lowercase();
    DOMAINS
        .iter()
        .any(|domain| host.strip_suffix(domain).is_some_and(|left| left.is_empty() || left.ends_with('.')))
        || AUTHORITIES.iter().any(|(short, known, _)| name == *short || name == known.to_lowercase())
}

fn known(short: &str) -> Result<Authority, Fault> {
    let found = AUTHORITIES.iter().find(|(known, ..)| *known == short);
    let authority = found.map(|(_, name, url)| Authority { name: (*name).into(), url: (*url).into() });
    authority.ok_or_else(|| {
        let names = AUTHORITIES.iter().map(|(known, ..)| *known);
        Fault::new(format!("`{short}` is not a known authority"), hint(short, names, remedy()))
    })
}

fn remedy() -> String {
    let names = list(AUTHORITIES.iter().map(|(known, ..)| *known));
    format!("Write one of {names}, or {{ name = \"…\", url = \"https://…\" }}")
}

pub fn controller(file: ControllerFile, languages: &[Language], report: &mut Report) -> Option<Controller> {
    let remedy = "Write the legal name of who answers for the site";
    let name = report.field("controller.name", file.name.as_deref(), None, remedy, values::text);
    let remedy = "Write the postal address";
    let address = report.field("controller.address", file.address.as_deref(), None, remedy, values::text);
    let remedy = "Write the address of the data protection officer, such as dpo@example.com";
    let email = report.field("controller.dpo_email", file.dpo_email.as_deref(), None, remedy, values::email);
    let policy_url = policy_url(file.policy_url, languages, report);
    Some(Controller { name: name?, address: address?, dpo_email: email?, policy_url: policy_url? })
}

/// One address for all languages, or one for each.
fn policy_url(
    given: Option<TextOr<ByLanguage<String>>>,
    languages: &[Language],
    report: &mut Report,
) -> Option<BTreeMap<Language, String>> {
    const KEY: &str = "controller.policy_url";
    match given {
        Some(TextOr::Text(url)) => {
            let url = report.take(KEY, values::https(&url))?;
            Some(languages.iter().map(|language| (*language, url.clone())).collect())
        }
        Some(TextOr::Table(table)) => {
            let spoken = by_language(KEY, &table, languages, report);
            all_languages(KEY, &spoken, languages, "the address", report);
            let checked = spoken.into_iter().map(|(language, url)| {
                let url = report.take(&format!("{KEY}.{language}"), values::https(url));
                url.map(|url| (language, url))
            });
            // Collect first, so that every mistake is reported.
            checked.collect::<Vec<_>>().into_iter().collect()
        }
        None => {
            let remedy =
                "Write the https address of the site's privacy policy, one for all languages or one for each";
            report.add(KEY, "it is missing", remedy);
            None
        }
    }
}
