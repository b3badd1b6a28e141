//! Whole site files: what is right and wrong about purposes.

use super::sample::{SITE_FILE, assert_fault, site};
use constat_shared::{Language, PurposeId};

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
    assert_fault(german, "[purposes.chat.de]\n", line, "purposes.chat.de.title", "Write it in a few words");
}

#[test]
fn an_unknown_purpose_is_a_mistake_with_the_nearest_as_a_hint() {
    let (from, to) = ("purposes = [\"chat\"]", "purposes = [\"chats\"]");
    assert_fault(from, to, "\"chats\"", "vendors.own-chat.purposes[0]", "Did you mean `chat`?");
}

#[test]
fn a_site_can_put_the_catalogues_purposes_in_its_own_words() {
    let words = |code| format!("[purposes.counting.{code}]\ntitle = \"{code}\"\ndescription = \"D\"\n");
    let text = SITE_FILE.to_owned() + &["fr", "nl", "de", "en"].map(words).concat();
    let purposes = site(&text).notice.purposes.clone();
    let counting = &purposes[&PurposeId::parse("counting").unwrap()];
    assert_eq!(counting[&Language::Nl].title, "nl");
}
