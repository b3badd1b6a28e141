//! Whole site files: what is right and wrong about the keys at the top.

use super::sample::{SITE_FILE, assert_fault, changed, faults};

#[test]
fn all_mistakes_of_a_file_are_reported_at_once_and_by_line() {
    let text = changed("\"boreale\"", "\"Boréale\"").replace("\"cnil\"", "\"cnill\"");
    let text = text.replace("choice_months = 6", "choice_months = 5").replace("own_use_only = true\n", "");
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
    assert_fault("\"boreale\"", "\"Boréale\"", "id =", "id", "Write 1 to 40 of a-z, 0-9, - and _");
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
    assert_eq!(crate::site::parse("boreale.toml", SITE_FILE, &super::sample::catalogue()).err(), None);
}
