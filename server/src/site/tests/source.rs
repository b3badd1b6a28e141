//! Whole site files: what is right and wrong about keys and lines.

use super::sample::{self, assert_fault, assert_only_fault, changed, faults};

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
fn a_key_that_takes_words_or_yes_and_no_says_which_whatever_is_written() {
    let with = |top: &str, table: &str| format!("{top}\n{}{table}", sample::SITE_FILE);
    let refuse = "Write \"refuse\", or leave the key out";
    for (line, key, remedy) in [
        ("gpc = true", "gpc", refuse),
        ("dnt = 1", "dnt", refuse),
        ("auto_block = \"yes\"", "auto_block", "Write true or false"),
        ("first_party = 1", "first_party", "Write true or false"),
        ("ask_refusers_again = \"no\"", "ask_refusers_again", "Write true or false"),
        (
            "auto_block = true\nunknown_hosts = false",
            "unknown_hosts",
            "Write one of `allow`, `block`, `report`",
        ),
        ("time_zone = true", "time_zone", "Write a text in quotes"),
        ("csp_hosts = [\"a.example\", 1]", "csp_hosts[1]", "Write a text in quotes"),
    ] {
        assert_only_fault(&with(line, ""), line.lines().last().unwrap(), key, remedy);
    }
    let state = "consent_mode.region[0].ad_storage";
    for (line, key, remedy) in [
        ("[signals]\nmatomo = \"yes\"", "signals.matomo", "Write true or false"),
        ("[consent_mode]\nmode = true", "consent_mode.mode", "Write one of `basic`, `advanced`"),
        ("[consent_mode]\nurl_passthrough = \"no\"", "consent_mode.url_passthrough", "Write true or false"),
        ("[consent_mode.map]\nad_storage = true", "consent_mode.map.ad_storage", "Write one of `essential`"),
        (
            "[[consent_mode.region]]\ncodes = [\"US\"]\nad_storage = true",
            state,
            "Write one of `granted`, `denied`",
        ),
    ] {
        assert_only_fault(&with("", line), line.lines().last().unwrap(), key, remedy);
    }
}

#[test]
fn a_table_written_as_a_list_is_not_read_by_the_places_of_its_values() {
    let remedy = "Write one table";
    for (line, key) in [
        ("signals = [\"matomo\"]", "signals"),
        ("signals = [true]", "signals"),
        ("consent_mode = [\"advanced\", \"we know\"]", "consent_mode"),
        ("theme = []", "theme"),
        ("theme.light = [\"#ffffff\"]", "theme.light"),
        ("theme.light.allow_all = [\"#ffffff\", \"#000000\"]", "theme.light.allow_all"),
    ] {
        let text = format!("{line}\n{}", sample::SITE_FILE.split("[theme").next().unwrap());
        assert_only_fault(&text, line, key, remedy);
    }
    let at_end = |lines: &str| format!("{}{lines}", sample::SITE_FILE);
    assert_only_fault(
        &at_end("[[consent_mode]]\nmode = \"basic\""),
        "[[consent_mode]]",
        "consent_mode",
        remedy,
    );
    let region = "[consent_mode]\nregion = [[[\"US\"], \"granted\"]]";
    assert_only_fault(&at_end(region), "region = ", "consent_mode.region[0]", remedy);
}

#[test]
fn a_key_of_the_top_that_stands_in_a_table_is_sent_there() {
    for line in ["gpc = \"refuse\"", "first_party = true", "csp_hosts = []"] {
        let text = format!("{}[consent_mode]\n{line}", sample::SITE_FILE);
        let key = format!("consent_mode.{}", line.split(' ').next().unwrap());
        assert_only_fault(&text, line, &key, "stands at the top of the file");
    }
}

#[test]
fn a_value_of_the_wrong_kind_hides_no_other_mistake_and_is_not_missing_besides() {
    let text = changed("choice_months = 6", "choice_months = \"six\"")
        .replace("proof_months = 13", "proof_months = 99");
    let text = text.replacen("[\"https://www.boreale.example\"]", "\"x\"", 1);
    let text = format!("gpc = true\nauto_block = 1\n{text}[signals]\nmatomo = \"yes\"\nmatom = true\n");
    let errors = faults(&text);
    let mut keys: Vec<_> = errors.iter().map(|error| error.key.as_str()).collect();
    keys.sort_unstable();
    let expected = [
        "auto_block",
        "gpc",
        "lifetimes.choice_months",
        "lifetimes.proof_months",
        "origins",
        "signals.matom",
        "signals.matomo",
    ];
    assert_eq!(keys, expected, "{errors:#?}");
}

#[test]
fn a_mistake_of_syntax_is_reported_with_its_line() {
    let errors = faults("id = \"boreale\"\norigins = [\n");
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].to_string().contains("Write it as TOML asks"), "{}", errors[0]);
    let twice = faults("id = \"boreale\"\nid = \"boreale\"\n");
    assert_eq!(twice[0].line, Some(2), "{}", twice[0]);
}
