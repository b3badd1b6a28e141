//! `/console/sites/{site}/records`: the search, and the newest answers.

use super::form::{Choice, Errors};
use super::frame::{Shell, SiteName};
use super::moment::Moment;
use askama::Template;

/// An answer in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRow {
    /// Its event id.
    pub event_id: String,
    /// Its consent id.
    pub consent_id: String,
    /// When it was recorded.
    pub at: Moment,
    /// The id of the action.
    pub action: String,
    /// The name of the language in the reader's language.
    pub language: String,
    /// How many services were allowed.
    pub allowed: u64,
    /// Of how many.
    pub of: u64,
}

/// An answer that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostRow {
    /// Its consent id.
    pub consent_id: Option<String>,
    /// When it was recorded.
    pub at: Option<Moment>,
}

/// Why nothing was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// The site has no record.
    Empty,
    /// The filter leaves nothing.
    Filtered,
    /// This page has nothing, and there is more to look at.
    InPage,
    /// The text is no consent id.
    NotAnId,
    /// It was made after the clock of the server.
    Future,
    /// It was made before the oldest record, which is of this moment.
    BeforeOldest(Option<Moment>),
    /// This site has it.
    OtherSite(SiteName),
    /// None of these.
    Unknown,
}

impl NotFound {
    /// Its name in `data-why`.
    pub fn id(&self) -> &'static str {
        match self {
            NotFound::Empty => "empty",
            NotFound::Filtered => "filtered",
            NotFound::InPage => "in_page",
            NotFound::NotAnId => "not_an_id",
            NotFound::Future => "future",
            NotFound::BeforeOldest(_) => "before_oldest",
            NotFound::OtherSite(_) => "other_site",
            NotFound::Unknown => "unknown",
        }
    }
}

/// The search. Posts `csrf` and its fields to `/console/sites/{site}/records`.
#[derive(Template)]
#[template(path = "console/records.html")]
pub struct Records {
    /// Around it.
    pub shell: Shell,
    /// The site.
    pub site: SiteName,
    /// What of a consent id was typed.
    pub text: String,
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// The time zone of the days.
    pub time_zone: String,
    /// The actions.
    pub actions: Vec<Choice>,
    /// The languages.
    pub languages: Vec<Choice>,
    /// The notices.
    pub notices: Vec<Choice>,
    /// The vendors.
    pub vendors: Vec<Choice>,
    /// `true`, `false`, or nothing.
    pub vendor_allowed: String,
    /// Whether anything but a text was typed.
    pub is_filtered: bool,
    /// Whether only a part of an id fits, or letters were read as digits.
    pub is_part: bool,
    /// The answers, the newest first.
    pub rows: Vec<RecordRow>,
    /// Those that cannot be read.
    pub unreadable: Vec<LostRow>,
    /// Why there are none.
    pub not_found: Option<NotFound>,
    /// How many records were looked at.
    pub examined: u64,
    /// How far back they go, where there are more.
    pub reached: Option<Moment>,
    /// Where it goes on.
    pub next_href: Option<String>,
    /// Where it began, on a further page.
    pub newest_href: Option<String>,
    /// What is wrong with the form.
    pub errors: Errors,
}
