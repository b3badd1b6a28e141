//! `/console/sites/{site}/notices/compare?from=&to=`: what differs between two notices.

use super::frame::{Shell, SiteName};
use super::notices::NoticeRow;
use super::sentence::Text;
use crate::http::console::texts::Texts;
use askama::Template;

/// Who is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Nobody: nothing came or changed in the terms.
    Nobody,
    /// Those who had allowed something.
    Allowers,
    /// All visitors, those who refused too.
    Everybody,
}

/// Why they are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The controller has another name.
    ControllerChanged,
    /// The site did not use the category (its title).
    CategoryCame(String),
    /// The category (its title) needed no consent, and does now.
    ExemptionWithdrawn(String),
    /// The site did not name the vendor (its name).
    VendorCame(String),
    /// Another company is responsible for the vendor.
    CompanyChanged(String),
    /// The vendor is in another category.
    CategoryChanged(String),
    /// The vendor did not have the purpose (vendor, purpose).
    PurposeCame(String, String),
}

/// Whether a piece of a text went, came or stayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is in both.
    Stays,
    /// It is only in the earlier one.
    Went,
    /// It is only in the later one.
    Came,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What happened to it.
    pub fate: Fate,
    /// The text.
    pub text: String,
}

/// What a difference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// It is only in the later one.
    Added,
    /// It is only in the earlier one.
    Removed,
    /// It is in both, and differs.
    Changed,
}

impl Difference {
    /// The word for it.
    pub fn word(self, t: &Texts) -> &Text {
        match self {
            Difference::Added => &t.compare.added,
            Difference::Removed => &t.compare.removed,
            Difference::Changed => &t.compare.changed,
        }
    }
}

/// A vendor that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VendorDifference {
    /// Its name.
    pub name: String,
    /// The title of its category.
    pub category: String,
    /// What the difference is.
    pub difference: Difference,
    /// What differs, line by line, in words with what went and came.
    pub lines: Vec<Vec<Piece>>,
    /// Whether it asks somebody again.
    pub asks: bool,
}

/// A purpose that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurposeDifference {
    /// The purpose, in words.
    pub name: String,
    /// What the difference is.
    pub difference: Difference,
    /// Which vendors have it or had it, by name.
    pub vendors: Vec<String>,
}

/// A text that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextDifference {
    /// Which text: its key, such as `intro`.
    pub key: String,
    /// The earlier one; empty when there was none.
    pub before: Vec<Piece>,
    /// The later one; empty when there is none.
    pub after: Vec<Piece>,
}

/// The texts that differ in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextDifferences {
    /// The language, for `lang`.
    pub language: String,
    /// `ltr` or `rtl`.
    pub direction: String,
    /// The name of the language in the reader's language.
    pub name: String,
    /// The texts.
    pub texts: Vec<TextDifference>,
}

/// The form posts `csrf` to `/console/sites/{site}/notices/{hash of to}/acknowledgement`.
#[derive(Template)]
#[template(path = "console/notices_compare.html")]
pub struct NoticesCompare {
    /// Around it.
    pub shell: Shell,
    /// The site.
    pub site: SiteName,
    /// The earlier one.
    pub from: NoticeRow,
    /// The later one.
    pub to: NoticeRow,
    /// Who is asked again.
    pub asked: Asked,
    /// Why, at most 20.
    pub reasons: Vec<Reason>,
    /// How many more reasons there are.
    pub reasons_more: u64,
    /// The vendors that differ.
    pub vendors: Vec<VendorDifference>,
    /// The names of those that are the same.
    pub vendors_same: Vec<String>,
    /// The purposes that differ.
    pub purposes: Vec<PurposeDifference>,
    /// The texts that differ, the reader's language first; languages without a difference are left out.
    pub texts: Vec<TextDifferences>,
    /// Whether the reader may acknowledge `to` and has not yet.
    pub may_acknowledge: bool,
}

impl NoticesCompare {
    /// The first eight digits of the later one.
    pub fn short(&self) -> &str {
        self.to.short()
    }

    /// The hash of the notice that the form acknowledges.
    pub fn acknowledged_hash(&self) -> &str {
        &self.to.hash
    }
}
