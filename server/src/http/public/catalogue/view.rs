//! What the catalogue's pages show.

use super::texts::Texts;
use askama::Template;

/// Around a page.
pub struct Frame {
    /// The words.
    pub t: &'static Texts,
    /// The language, for `lang`.
    pub language: &'static str,
    /// The direction, for `dir`.
    pub direction: &'static str,
    /// The path of the page, for the links to other languages.
    pub path: String,
}

/// A vendor of a list.
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The company.
    pub company: String,
    /// The title of its category; empty without one.
    pub category: String,
    /// How much is known of it, in words.
    pub level: String,
}

/// What a look-up found.
pub struct Answer {
    /// The vendor.
    pub row: Row,
    /// By what it was found, in words.
    pub by: String,
    /// Others that use the same.
    pub others: Vec<Row>,
}

/// A choice of the search.
pub struct Choice {
    /// What is sent.
    pub value: &'static str,
    /// What is read.
    pub label: String,
    /// Whether it is chosen.
    pub is_chosen: bool,
}

/// `GET /catalogue/`.
#[derive(Template)]
#[template(path = "catalogue/list.html")]
pub struct ListPage {
    /// Around it.
    pub frame: Frame,
    /// How many there are, in words.
    pub counts: String,
    /// What is looked for.
    pub text: String,
    /// The categories.
    pub categories: Vec<Choice>,
    /// Whether only those are wanted that are ready.
    pub ready_only: bool,
    /// What was found, if something was looked for and is known.
    pub answer: Option<Answer>,
    /// The sentence that says that it is unknown.
    pub unknown: Option<String>,
    /// Over the list.
    pub heading: String,
    /// The list.
    pub rows: Vec<Row>,
}

/// A fact of a vendor, or what is in its place.
pub struct ShownFact {
    /// What it is.
    pub name: String,
    /// Its values, in words; none when no source says it.
    pub values: Vec<Value>,
    /// Where it was read: address and name of each source.
    pub sources: Vec<(String, String)>,
    /// When it was read, in words.
    pub read: String,
}

/// A value of a fact.
pub struct Value {
    /// As it is read.
    pub text: String,
    /// What is said beside it.
    pub beside: String,
    /// Whether it is a name that programs use.
    pub is_code: bool,
    /// Where it leads.
    pub href: Option<String>,
}

/// `GET /catalogue/{id}`.
#[derive(Template)]
#[template(path = "catalogue/vendor.html")]
pub struct VendorPage {
    /// Around it.
    pub frame: Frame,
    /// The vendor.
    pub row: Row,
    /// Its other names, joined.
    pub also: String,
    /// Its facts.
    pub facts: Vec<ShownFact>,
}
