//! Whole site files: what is right and wrong about keys and lines.

use super::sample::{assert_fault, changed, faults};

#[test]
fn an_unknown_key_is_named_with_the_nearest_known_one() {
    let (from, to) = ("[categories.functional]\nexempt", "[categories.functional]\nexemt");
    assert_fault(from, to, "exemt", "categories.functional.exemt", "Did you mean `exempt`?");
}

#[test]
fn every_unknown_key_is_reported() {
    let text = changed("choice_months = 6", "choice_months = 6\ncolour = 1");
    let text = text.replace("[[vendors]]\nid = \"counter\"", "[[vendors]]\nid = \"counter\"\nsize = 2");
    let errors = faults(&text);
    let keys: Vec<_> = errors.iter().map(|error| error.key.as_str()).collect();
    assert_eq!(keys, ["lifetimes.colour", "vendors.counter.size"]);
    assert!(errors[0].remedy.contains("Known keys here: `choice_months`, `proof_months`"), "{}", errors[0]);
}

#[test]
fn a_value_of_the_wrong_kind_is_named_in_plain_words() {
    let key = "lifetimes.choice_months";
    assert_fault(
        "choice_months = 6",
        "choice_months = \"six\"",
        "choice_months",
        key,
        "Write a whole number",
    );
    assert_fault(
        "[\"https://www.boreale.example\"]",
        "\"x\"",
        "origins",
        "origins",
        "Write a list: [ ] for values",
    );
    assert_fault("[lifetimes]", "theme = 1\n[lifetimes]", "theme", "controller.theme", "Known keys here");
    assert_fault(
        "authority = \"cnil\"",
        "authority = 1",
        "authority",
        "authority",
        "Write a text or a table",
    );
}

#[test]
fn a_mistake_of_syntax_is_reported_with_its_line() {
    let errors = faults("id = \"boreale\"\norigins = [\n");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].to_string().contains("Write it as TOML asks"), "{}", errors[0]);
    let twice = faults("id = \"boreale\"\nid = \"boreale\"\n");
    assert_eq!(twice[0].line, Some(2), "{}", twice[0]);
}
