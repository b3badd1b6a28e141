//! Whole site files: what is right and wrong about texts.

use super::sample::{SITE_FILE, faults};

fn assert_text_fault(texts: &str, line: &str, key: &str, remedy: &str) {
    let text = format!("{SITE_FILE}\n{texts}\n");
    super::sample::assert_only_fault(&text, line, key, remedy);
}

#[test]
fn a_text_replaced_in_one_language_and_not_in_all_is_a_mistake() {
    let texts = "[texts]\nfr.title = \"A\"\nnl.title = \"B\"\nde.title = \"C\"\n";
    let errors = faults(&format!("{SITE_FILE}\n{texts}"));
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
