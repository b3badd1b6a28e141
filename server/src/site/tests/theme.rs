//! Whole site files: what is right and wrong about theme.

use super::sample::{SITE_FILE, assert_only_fault, site};
use crate::site::notice::theme::{DARK, LIGHT};

fn with(theme: &str) -> String {
    format!("{SITE_FILE}\n{theme}\n")
}

#[test]
fn the_default_colours_can_be_read() {
    let theme = site(SITE_FILE).notice.theme;
    assert_eq!(theme.light.button.to_string(), LIGHT[2]);
    assert_eq!(theme.dark.background.to_string(), DARK[0]);
}

#[test]
fn a_site_can_choose_the_colours_of_both_buttons() {
    let button = "{ background = \"#5B2A86\", text = \"#ffffff\" }";
    let theme = with(&format!("[theme.light]\nallow_all = {button}\nrefuse_all = {button}"));
    assert_eq!(site(&theme).notice.theme.light.button.to_string(), "#5b2a86");
}

#[test]
fn accepting_and_refusing_styled_differently_is_a_mistake() {
    let text = with(
        "[theme.dark]\nallow_all = { background = \"#8fd3f0\", text = \"#10222b\" }\n\
         refuse_all = { background = \"#cccccc\", text = \"#10222b\" }",
    );
    let remedy = "Write the same background and text for `allow_all` and `refuse_all`";
    assert_only_fault(&text, "refuse_all", "theme.dark.refuse_all", remedy);
    let text = with("[theme.dark]\nallow_all = { background = \"#8fd3f0\", text = \"#10222b\" }");
    assert_only_fault(&text, "[theme.dark]", "theme.dark.refuse_all", remedy);
}

#[test]
fn half_a_button_and_a_colour_that_is_none_are_mistakes() {
    let text = with(
        "[theme.dark]\nallow_all = { background = \"#8fd3f0\" }\n\
         refuse_all = { background = \"#8fd3f0\", text = \"#10222b\" }",
    );
    assert_only_fault(&text, "allow_all", "theme.dark.allow_all.text", "Write it as #rrggbb");
    let text = with("[theme.light]\ntext = \"black\"");
    assert_only_fault(&text, "text = \"black\"", "theme.light.text", "Write it as #rrggbb");
}

#[test]
fn colours_that_cannot_be_read_are_a_mistake() {
    let text = with("[theme.light]\ntext = \"#777777\"");
    assert_only_fault(&text, "text = \"#777777\"", "theme.light.text", "Choose colours with at least 4.5:1");
    let button = |background, text| {
        let button = format!("{{ background = \"{background}\", text = \"{text}\" }}");
        with(&format!("[theme.light]\nallow_all = {button}\nrefuse_all = {button}"))
    };
    let text = button("#0b4f6c", "#0b4f6d");
    assert_only_fault(&text, "allow_all", "theme.light.allow_all.text", "Choose colours");
    let text = button("#ffd100", "#000000");
    assert_only_fault(&text, "allow_all", "theme.light.allow_all.background", "Choose colours");
}
