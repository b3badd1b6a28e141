//! Who answers for the site, and to whom.

use super::super::error::{Fault, Report, hint, list};
use super::super::file::{AuthorityFile, ByLanguage, ControllerFile, TextOr};
use super::super::forms;
use constat_shared::Language;
use constat_shared::notice::{Authority, Controller};
use std::collections::BTreeMap;

/// Short name, name as the authority writes it, and address.
const AUTHORITIES: [(&str, &str, &str); 3] = [
    (
        "apd",
        "Autorité de protection des données / Gegevensbeschermingsautoriteit",
        "https://www.autoriteprotectiondonnees.be",
    ),
    ("ap", "Autoriteit Persoonsgegevens", "https://www.autoriteitpersoonsgegevens.nl"),
    ("cnil", "Commission nationale de l’informatique et des libertés (CNIL)", "https://www.cnil.fr"),
];

pub(super) fn authority(given: Option<TextOr<AuthorityFile>>, report: &mut Report) -> Option<Authority> {
    match given {
        Some(TextOr::Text(name)) => report.take("authority", known(&name)),
        Some(TextOr::Table(file)) => {
            let remedy = "Write the authority's name as it writes it";
            let name = report.field("authority.name", file.name.as_deref(), None, remedy, forms::text);
            let remedy = "Write the https address of the authority";
            let url = report.field("authority.url", file.url.as_deref(), None, remedy, forms::https);
            Some(Authority { name: name?, url: url? })
        }
        None => {
            report.add("authority", "it is missing", remedy());
            None
        }
    }
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

pub(super) fn controller(
    file: ControllerFile,
    languages: &[Language],
    report: &mut Report,
) -> Option<Controller> {
    let remedy = "Write the legal name of who answers for the site";
    let name = report.field("controller.name", file.name.as_deref(), None, remedy, forms::text);
    let remedy = "Write the postal address";
    let address = report.field("controller.address", file.address.as_deref(), None, remedy, forms::text);
    let remedy = "Write the address of the data protection officer, such as dpo@example.com";
    let email = report.field("controller.dpo_email", file.dpo_email.as_deref(), None, remedy, forms::email);
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
            let url = report.take(KEY, forms::https(&url))?;
            Some(languages.iter().map(|language| (*language, url.clone())).collect())
        }
        Some(TextOr::Table(table)) => {
            let spoken = super::by_language(KEY, &table, languages, report);
            super::all_languages(KEY, &spoken, languages, "the address", report);
            let checked = spoken.into_iter().map(|(language, url)| {
                let url = report.take(&format!("{KEY}.{language}"), forms::https(url));
                url.map(|url| (language, url))
            });
            // All are looked at before one that is wrong ends it.
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

#[cfg(test)]
mod tests {
    use super::super::super::sample::{BASE, assert_fault, changed, site};
    use super::AUTHORITIES;

    #[test]
    fn an_authority_is_known_by_its_short_name_or_written_out() {
        for (short, name, url) in AUTHORITIES {
            let authority =
                site(&BASE.replacen("\"cnil\"", &format!("{short:?}"), 1)).notice.authority.clone();
            assert_eq!((authority.name.as_str(), authority.url.as_str()), (name, url));
            assert!(super::forms::https(url).is_ok());
        }
        let own = "{ name = \"CNPD\", url = \"https://cnpd.public.lu\" }";
        assert_eq!(site(&changed("\"cnil\"", own)).notice.authority.name, "CNPD");
    }

    #[test]
    fn an_unknown_authority_and_one_without_https_are_mistakes() {
        assert_fault("\"cnil\"", "\"cnill\"", "authority", "authority", "Did you mean `cnil`?");
        let own = "{ name = \"CNPD\", url = \"http://cnpd.public.lu\" }";
        assert_fault("\"cnil\"", own, "authority", "authority.url", "Write one such as https://");
    }

    #[test]
    fn a_policy_missing_in_a_language_is_a_mistake() {
        let policy = "policy_url = \"https://www.boreale.example/cookies\"";
        let by_language = "policy_url = { fr = \"https://b.example/fr\", nl = \"https://b.example/nl\", de = \"https://b.example/de\" }";
        let remedy = "Write it in every language of the site: `fr`, `nl`, `de`, `en`";
        assert_fault(policy, by_language, "policy_url", "controller.policy_url.en", remedy);
    }

    #[test]
    fn a_policy_without_https_and_a_malformed_email_are_mistakes() {
        assert_fault(
            "https://www.boreale.example/cookies",
            "/cookies",
            "policy_url",
            "controller.policy_url",
            "https://",
        );
        assert_fault(
            "dpo@boreale.example",
            "dpo",
            "dpo_email",
            "controller.dpo_email",
            "such as dpo@example.com",
        );
    }

    #[test]
    fn an_empty_name_is_a_mistake() {
        assert_fault("\"Assurances Boréale\"", "\" \"", "name =", "controller.name", "Write it");
    }
}
