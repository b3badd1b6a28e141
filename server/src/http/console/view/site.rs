//! `/console/sites/{site}`: one site.

use super::check::Check;
use super::frame::{Shell, SiteName};
use super::home::NoticeInForce;
use super::moment::Moment;
use askama::Template;

/// A page whose answers are refused because the site file does not list its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedOrigin {
    /// Such as `https://www.boreale.example`.
    pub origin: String,
    /// The last time.
    pub last_at: Moment,
}

/// Records whose time had come, and when they were deleted last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expired {
    /// When.
    pub at: Moment,
    /// How many.
    pub records: u64,
}

/// One site.
#[derive(Template)]
#[template(path = "console/site.html")]
pub struct Site {
    /// Around it.
    pub shell: Shell,
    /// The site.
    pub site: SiteName,
    /// The tag to copy, as text.
    pub tag: String,
    /// The oldest answer that is kept.
    pub first_answer_at: Option<Moment>,
    /// The newest answer that is kept.
    pub last_answer_at: Option<Moment>,
    /// Whether there ever was one, by the logs that are kept.
    pub had_answers: bool,
    /// The origins that the site file lists.
    pub origins: Vec<String>,
    /// The origins that were refused since the server started, at most 100.
    pub refused_origins: Vec<RefusedOrigin>,
    /// The notice in force.
    pub notice: Option<NoticeInForce>,
    /// The name of the time zone of the site, such as `Europe/Paris`.
    pub time_zone: String,
    /// How many months a choice holds.
    pub choice_months: u64,
    /// How many months a proof is kept.
    pub proof_months: u64,
    /// When the job that deletes ran last.
    pub retention: Check,
    /// What it deleted last on this site; none when nothing has expired yet.
    pub expired: Option<Expired>,
    /// Of how many months there are logs.
    pub log_months: u64,
    /// How many leaves the log has.
    pub log_leaves: u64,
    /// The audit of the log.
    pub audit: Check,
    /// The time-stamps.
    pub stamp: Check,
    /// The pictures of the notice in force.
    pub pictures: Check,
    /// How many pictures there are.
    pub pictures_count: u64,
}
