//! Sentences with places for names, numbers and moments: `{who} gave it on {at}`.

use super::moment::{Moment, write_escaped};
use askama::filters::HtmlSafe;
use serde::Deserialize;
use std::fmt::{self, Write};

/// A text of the console in one language, which may have places such as `{who}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Text(String);

impl Text {
    /// The text as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text with a place filled, for attributes and titles: escaped when it is printed.
    pub fn plain(&self, place: &str, value: &str) -> Text {
        Text(self.0.replace(&format!("{{{place}}}"), value))
    }

    /// The text with what somebody typed in a place, isolated from the direction of the sentence.
    pub fn text(&self, place: &str, value: &str) -> Sentence {
        self.sentence().text(place, value)
    }

    /// The text with an id, a hash or an address in a place.
    pub fn code(&self, place: &str, value: &str) -> Sentence {
        self.sentence().code(place, value)
    }

    /// The text with a moment in a place.
    pub fn moment(&self, place: &str, value: &Moment) -> Sentence {
        self.sentence().moment(place, value)
    }

    /// The text with a number in a place.
    pub fn number(&self, place: &str, value: impl fmt::Display) -> Sentence {
        self.sentence().number(place, value)
    }

    /// The text with a count in the place `count`, or `one` when it is 1.
    pub fn counted(&self, count: &u64, one: &Text) -> Sentence {
        match count {
            1 => one.sentence(),
            count => self.number("count", count),
        }
    }

    fn sentence(&self) -> Sentence {
        let mut html = String::new();
        // Writing to a string does not fail.
        let _ = write_escaped(&self.0, &mut html);
        Sentence(html)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text with some of its places filled, as HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence(String);

impl Sentence {
    /// See [`Text::text`].
    pub fn text(self, place: &str, value: &str) -> Sentence {
        self.element(place, "bdi", value)
    }

    /// See [`Text::code`].
    pub fn code(self, place: &str, value: &str) -> Sentence {
        self.element(place, "code", value)
    }

    /// See [`Text::moment`].
    pub fn moment(self, place: &str, value: &Moment) -> Sentence {
        self.put(place, &value.to_string())
    }

    /// See [`Text::number`].
    pub fn number(self, place: &str, value: impl fmt::Display) -> Sentence {
        let mut html = String::new();
        let _ = write_escaped(&value.to_string(), &mut html);
        self.put(place, &html)
    }

    fn element(self, place: &str, name: &str, value: &str) -> Sentence {
        let mut html = format!("<{name}>");
        let _ = write_escaped(value, &mut html);
        let _ = write!(html, "</{name}>");
        self.put(place, &html)
    }

    /// A brace of a value is written as an entity: it never becomes a place that a later call fills.
    fn put(self, place: &str, html: &str) -> Sentence {
        Sentence(self.0.replace(&format!("{{{place}}}"), &html.replace('{', "&#123;")))
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Sentence {}
