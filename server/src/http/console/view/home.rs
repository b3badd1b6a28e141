//! `/console/`: what waits, and the sites.

use super::check::Check;
use super::form::Errors;
use super::frame::{Shell, SiteName};
use super::moment::Moment;
use askama::Template;

/// Something that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The last audit of a log found something wrong.
    AuditFailed {
        /// Whose log.
        site: SiteName,
        /// When it was found.
        at: Moment,
        /// What was found.
        finding: String,
    },
    /// The last audit is old, or there was none.
    AuditOld {
        /// Whose log.
        site: SiteName,
        /// The last one.
        at: Option<Moment>,
    },
    /// The last time-stamp is old, or there was none.
    StampOld {
        /// Whose log.
        site: SiteName,
        /// The last one.
        at: Option<Moment>,
    },
    /// A notice with new terms that no DPO has acknowledged.
    NewTerms {
        /// On which site.
        site: SiteName,
        /// The notice.
        hash: String,
        /// The notice before it; none for the first.
        before: Option<String>,
        /// In force since.
        since: Moment,
    },
    /// A role was given since the last visit.
    RoleGiven {
        /// To whom.
        email: String,
        /// The id of the role.
        role: String,
        /// On which site; none means on every site.
        site: Option<SiteName>,
        /// By whom.
        given_by: String,
        /// When.
        at: Moment,
    },
    /// A token that reads records was made since the last visit.
    TokenMade {
        /// Its name.
        name: String,
        /// By whom.
        made_by: String,
        /// When.
        at: Moment,
    },
    /// The audit trail does not verify.
    TrailFailed {
        /// When it was found.
        at: Moment,
        /// What was found.
        finding: String,
    },
}

/// The notice in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeInForce {
    /// Its hash.
    pub hash: String,
    /// Since when.
    pub since: Moment,
    /// Whether a DPO has acknowledged its terms.
    pub is_acknowledged: bool,
}

/// A line of the table of sites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteRow {
    /// The site.
    pub site: SiteName,
    /// Whether the reader may open it; what else stands here is then unknown to them.
    pub is_open: bool,
    /// Its notice; none yet, or not for this reader.
    pub notice: Option<NoticeInForce>,
    /// The newest answer.
    pub last_answer_at: Option<Moment>,
    /// The audit of its log.
    pub audit: Check,
    /// Its time-stamps.
    pub stamp: Check,
}

/// The home screen.
#[derive(Template)]
#[template(path = "console/home.html")]
pub struct Home {
    /// Around it.
    pub shell: Shell,
    /// What waits, the worst first, at most 50.
    pub waits: Vec<Wait>,
    /// The sites whose records the reader may look for.
    pub searched: Vec<SiteName>,
    /// The sites, by name, at most 200.
    pub sites: Vec<SiteRow>,
}

impl Home {
    /// Whether the reader may open no site that they see: an administrator may not.
    pub fn is_closed(&self) -> bool {
        self.sites.iter().all(|row| !row.is_open)
    }

    /// The search of this screen shows no errors: they stand on the screen that it leads to.
    pub fn no_errors(&self) -> Errors {
        Errors::default()
    }
}
