//! `/console/sites/{site}/notices`: every version, and which was in force on a day.

use super::form::Errors;
use super::frame::{Shell, SiteName};
use super::moment::Moment;
use askama::Template;

/// Who has read a notice and says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Who.
    pub by: String,
    /// When.
    pub at: Moment,
}

/// A version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    /// The whole hash.
    pub hash: String,
    /// In force from.
    pub from: Moment,
    /// In force until; none means still.
    pub until: Option<Moment>,
    /// The notice before it.
    pub before: Option<String>,
    /// Whether its terms are others than those of the notice before it; true for the first.
    pub has_new_terms: bool,
    /// Who has acknowledged it first.
    pub acknowledged: Option<Acknowledgement>,
    /// How many pictures there are.
    pub pictures_count: u64,
}

impl NoticeRow {
    /// The first eight digits of the hash.
    pub fn short(&self) -> &str {
        short(&self.hash)
    }
}

/// The first eight digits of a hash.
pub fn short(hash: &str) -> &str {
    hash.get(..8).unwrap_or(hash)
}

/// What was in force on the day that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnDay {
    /// Nobody asked.
    NotAsked,
    /// These, oldest first: one, or several when it changed on that day.
    InForce {
        /// The day in words, such as `24 novembre 2026`.
        day: String,
        /// The notices.
        notices: Vec<NoticeRow>,
    },
    /// None yet: the first came later.
    None {
        /// The day in words.
        day: String,
        /// When the first one came; none when there is no notice at all.
        first_at: Option<Moment>,
    },
}

/// Forms: `GET` of itself with `on`; `GET` of `compare` with `from` and `to`.
#[derive(Template)]
#[template(path = "console/notices.html")]
pub struct Notices {
    /// Around it.
    pub shell: Shell,
    /// The site.
    pub site: SiteName,
    /// The name of its time zone: days begin and end in it.
    pub time_zone: String,
    /// The day that was typed, `YYYY-MM-DD`, or empty.
    pub on: String,
    /// What was in force that day.
    pub on_day: OnDay,
    /// Every version, newest first, at most 200.
    pub notices: Vec<NoticeRow>,
    /// Whether older versions are left out.
    pub is_cut: bool,
    /// What is wrong: field `on`.
    pub errors: Errors,
}
