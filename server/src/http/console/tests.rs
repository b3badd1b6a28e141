//! Every screen in every state and language: it is whole, in its language, and shows names as text.

use super::samples::maker::{Sample, samples};
use super::texts::Texts;
use super::view::moment::Moment;
use super::view::notices::short;
use constat_shared::Language;
use std::collections::{BTreeMap, BTreeSet};

fn each_page(check: impl Fn(Language, &Sample)) {
    for language in Language::ALL {
        for sample in samples(language) {
            check(language, &sample);
        }
    }
}

/// What is between `<` and `>`, as written.
fn tags(html: &str) -> Vec<&str> {
    html.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag).collect()
}

#[test]
fn every_page_says_its_language_its_screen_and_one_heading() {
    each_page(|language, Sample { name, screen, html }| {
        let count = |part: &str| html.matches(part).count();
        assert!(html.starts_with("<!doctype html>\n"), "{name}: {}", &html[..40]);
        assert_eq!(count(&format!("<html lang=\"{language}\" dir=\"ltr\">")), 1, "{name}");
        assert_eq!(count(&format!("<body data-screen=\"{screen}\">")), 1, "{name}");
        assert_eq!(count("<h1>"), 1, "{name}");
        assert_eq!(count("href=\"/console/api\"").min(1), 1, "{name} links to the API");
        assert!(html.contains(" – Constat</title>") && !html.contains("<title> –"), "{name}");
    });
}

#[test]
fn no_place_of_a_text_stays_open() {
    each_page(|language, Sample { name, html, .. }| {
        // A name has `{by}`, and keeps it.
        for place in Texts::of(language).all().iter().flat_map(|(_, text)| places(text.as_str())) {
            if place != "by" {
                assert!(!html.contains(&format!("{{{place}}}")), "{name}: {{{place}}}");
            }
        }
    });
}

#[test]
fn names_are_shown_as_text() {
    each_page(|_, Sample { name, html, .. }| {
        assert!(!html.contains("<script"), "{name}");
        assert!(!html.contains("\"onload") && !html.contains("<b> "), "{name}");
        let marks = html.match_indices('\u{202e}');
        for (at, _) in marks {
            let before = &html[..at];
            let (open, closed) = (before.rfind('<').unwrap_or(0), before.rfind('>').unwrap_or(0));
            let element = before[open..].split(['>', ' ']).next().unwrap_or("");
            let isolated = ["<bdi", "<option", "<title", "<code", "<input", "<ins", "<blockquote", "<br"];
            let hidden = before[open..].starts_with("<span class=\"visually-hidden\"");
            assert!(open > closed || isolated.contains(&element) || hidden, "{name}: {element}");
        }
    });
}

#[test]
fn nothing_is_inline_that_a_strict_policy_forbids() {
    each_page(|_, Sample { name, html, .. }| {
        for tag in tags(html) {
            let lower = tag.to_ascii_lowercase();
            assert!(!lower.starts_with("style") && !lower.starts_with("script"), "{name}: {tag}");
            let outside = lower.split('"').step_by(2).collect::<String>();
            assert!(!outside.contains(" style=") && !outside.contains(" on"), "{name}: {tag}");
            assert!(!lower.contains("\"javascript:") && !lower.contains("=\"data:"), "{name}: {tag}");
        }
    });
}

#[test]
fn ids_are_unique_and_what_names_them_finds_them() {
    each_page(|_, Sample { name, html, .. }| {
        let mut ids = BTreeSet::new();
        for id in attributes(html, "id") {
            assert!(ids.insert(id), "{name}: two {id}");
        }
        for attribute in ["aria-describedby", "aria-labelledby", "for"] {
            for id in attributes(html, attribute).flat_map(str::split_whitespace) {
                assert!(ids.contains(id), "{name}: {attribute} names {id}");
            }
        }
    });
}

#[test]
fn every_error_is_named_by_its_field() {
    each_page(|_, Sample { name, html, .. }| {
        for error in attributes(html, "id").filter(|id| id.starts_with("error-")) {
            assert!(
                attributes(html, "aria-describedby").any(|list| list.split(' ').any(|id| id == error)),
                "{name}: {error}"
            );
        }
    });
}

#[test]
fn every_form_that_changes_something_has_the_csrf_token() {
    each_page(|_, Sample { name, html, .. }| {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or("");
            let posts = form.contains("method=\"post\"");
            let has_token = form.contains("<input type=\"hidden\" name=\"csrf\" value=\"c5rf\">");
            assert_eq!(posts, has_token, "{name}: {form}");
        }
    });
}

#[test]
fn passwords_and_codes_are_never_sent_back() {
    each_page(|_, Sample { name, html, .. }| {
        for tag in tags(html).into_iter().filter(|tag| tag.starts_with("input")) {
            let is_secret = tag.contains("type=\"password\"") || tag.contains("name=\"code\"");
            assert!(!(is_secret && tag.contains(" value=")), "{name}: {tag}");
        }
    });
}

#[test]
fn all_languages_have_the_same_texts_with_the_same_places() {
    let french = described(Language::Fr);
    for language in Language::ALL {
        assert_eq!(described(language), french, "{language}");
    }
}

#[test]
fn no_text_is_empty_and_spaces_are_those_of_the_language() {
    for language in Language::ALL {
        for (name, text) in Texts::of(language).all() {
            let text = text.as_str();
            assert!(!text.is_empty(), "{language} {name}");
            assert!(
                !text.contains("  ") && !text.contains('\'') && !text.contains("..."),
                "{language} {name}: {text}"
            );
            if language == Language::Fr {
                for sign in [" :", " ;", " ?", " !", "« ", " »", "\u{a0}"] {
                    assert!(!text.contains(sign), "{name}: {text}");
                }
            }
        }
    }
}

#[test]
fn a_name_never_fills_another_place() {
    let t = Texts::of(Language::En);
    let at = Moment { utc: "2026-11-24T08:12:00Z".into(), local: "24 Nov 2026".into() };
    let sentence =
        t.home.role_given_text.text("by", "{at} & <i>").moment("at", &at).text("site", "X").to_string();
    assert_eq!(
        sentence,
        "Given by <bdi>&#123;at} &amp; &lt;i&gt;</bdi> on <time datetime=\"2026-11-24T08:12:00Z\">24 Nov 2026</time>, for <bdi>X</bdi>."
    );
}

#[test]
fn numbers_have_their_thousands_apart() {
    assert_eq!(Texts::of(Language::Fr).count(&1_234_567), "1\u{202f}234\u{202f}567");
    assert_eq!(Texts::of(Language::De).count(&41_250), "41.250");
    assert_eq!(Texts::of(Language::En).count(&999), "999");
    let t = Texts::of(Language::En);
    assert_eq!(t.common.months.counted(&1, &t.common.month).to_string(), "1 month");
    assert_eq!(t.common.months.counted(&13, &t.common.month).to_string(), "13 months");
}

#[test]
fn what_has_no_text_is_shown_by_its_id() {
    let t = Texts::of(Language::Nl);
    assert_eq!((t.role("x"), t.permission("x:y"), t.action("z"), t.role_text("x")), ("x", "x:y", "z", ""));
    assert_eq!((short("d8c4fa281f"), short("d8")), ("d8c4fa28", "d8"));
}

/// The values of an attribute, outside of texts.
fn attributes<'a>(html: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let start = format!(" {name}=\"");
    let found = tags(html).into_iter().filter_map(move |tag| {
        let from = tag.find(&start)? + start.len();
        tag[from..].split('"').next()
    });
    found.collect::<Vec<_>>().into_iter()
}

fn places(text: &str) -> Vec<String> {
    let found = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    found.map(|(place, _)| place.to_owned()).collect()
}

fn described(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let all = Texts::of(language).all();
    all.into_iter().map(|(name, text)| (name, places(text.as_str()).into_iter().collect())).collect()
}
