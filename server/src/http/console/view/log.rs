//! `/console/sites/{site}/log`: the log of a site.

use super::check::Check;
use super::form::Errors;
use super::frame::{Shell, SiteName};
use super::moment::Moment;
use askama::Template;

/// A log of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogMonth {
    /// The month in words, such as `novembre 2026`.
    pub month: String,
    /// Which of the month's logs, counted from 1; none when there is one.
    pub shard: Option<u32>,
    /// The number of leaves.
    pub leaves: u64,
    /// The root hash in base 64.
    pub root: String,
    /// Where the checkpoint can be downloaded, on this address or the public one.
    pub checkpoint_href: String,
    /// Its time-stamp.
    pub stamp: Check,
}

/// An audit that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// When.
    pub at: Moment,
    /// Who asked: an address, or `constat audit`.
    pub by: String,
    /// Whether all was well.
    pub is_well: bool,
    /// How many leaves were examined.
    pub leaves: u64,
    /// What was found, when not all was well.
    pub finding: Option<String>,
}

/// An audit that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningAudit {
    /// Since when.
    pub since: Moment,
    /// How many leaves are done.
    pub done: u64,
    /// Of how many; at least 1.
    pub of: u64,
    /// Whether the screen refreshes itself: the handler then sends `Refresh: 3`. A link with `?refresh=off` stops
    /// that (WCAG 2.2, 2.2.2).
    pub refreshes: bool,
}

impl RunningAudit {
    /// How much is done, of 100.
    pub fn percent(&self) -> u64 {
        self.done.saturating_mul(100) / self.of.max(1)
    }
}

/// Posts `csrf` to `/console/sites/{site}/audit`.
#[derive(Template)]
#[template(path = "console/log.html")]
pub struct Log {
    /// Around it.
    pub shell: Shell,
    /// The site.
    pub site: SiteName,
    /// The months, newest first; none when nobody has answered yet.
    pub months: Vec<LogMonth>,
    /// The last audits, newest first, at most 20.
    pub audits: Vec<AuditRow>,
    /// The one that runs.
    pub running: Option<RunningAudit>,
    /// Whether the reader may start one.
    pub may_audit: bool,
    /// The host of the authority that stamps; none when the site names none.
    pub authority: Option<String>,
    /// What is wrong: field `audit` (one runs already).
    pub errors: Errors,
}
