//! Whole site files: what is right and wrong about controller and authority.

use super::sample::{SITE_FILE, assert_fault, changed, site};
use crate::site::file::values;
use crate::site::notice::contacts::AUTHORITIES;

#[test]
fn an_authority_is_known_by_its_short_name_or_written_out() {
    for (short, name, url) in AUTHORITIES {
        let authority =
            site(&SITE_FILE.replacen("\"cnil\"", &format!("{short:?}"), 1)).notice.authority.clone();
        assert_eq!((authority.name.as_str(), authority.url.as_str()), (name, url));
        assert!(values::https(url).is_ok());
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
