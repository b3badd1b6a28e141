//! `/console/audit-trail`: who did what, when, on which site.

use super::form::{Choice, Errors};
use super::frame::{Shell, SiteName};
use super::moment::Moment;
use askama::Template;

/// What was done to what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// There was nothing to name.
    None,
    /// An address, a hash, the name of a token.
    Named(String),
    /// It named a visitor's id, and was forgotten with the records.
    Forgotten,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailRow {
    /// Its place in the trail.
    pub index: u64,
    /// When.
    pub at: Moment,
    /// Who; none when nobody who has an account.
    pub who: Option<String>,
    /// The id of the action.
    pub action: String,
    /// To what.
    pub target: Target,
    /// The site, when it concerns one.
    pub site: Option<SiteName>,
}

/// The result of a verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Nobody asked.
    NotAsked,
    /// Nothing was changed, removed or moved.
    Well {
        /// How many entries were examined.
        entries: u64,
        /// When.
        at: Moment,
    },
    /// Something was.
    Failed {
        /// The first difference, in a sentence.
        finding: String,
        /// When it was found.
        at: Moment,
    },
}

/// Forms: `GET` of itself with `who`, `action`, `site`, `from`, `to`; `POST /console/audit-trail/verify` with `csrf`.
#[derive(Template)]
#[template(path = "console/audit_trail.html")]
pub struct AuditTrail {
    /// Around it.
    pub shell: Shell,
    /// The result of a verification.
    pub verified: Verified,
    /// The people (values are the ids of their accounts).
    pub people: Vec<Choice>,
    /// The tokens, by name.
    pub tokens: Vec<Choice>,
    /// The commands of the operator.
    pub commands: Vec<Choice>,
    /// The actions (values are their ids), without "any".
    pub actions: Vec<Choice>,
    /// The sites that the reader may see, without "any".
    pub sites: Vec<Choice>,
    /// The first day, `YYYY-MM-DD`, or empty.
    pub from: String,
    /// The last day, or empty.
    pub to: String,
    /// Whether anything is filtered.
    pub is_filtered: bool,
    /// The entries, newest first, at most 100.
    pub entries: Vec<TrailRow>,
    /// Where older entries are, with the same filters.
    pub older_href: Option<String>,
    /// Where the newest entries are, when these are not.
    pub newest_href: Option<String>,
    /// What is wrong: fields `who`, `from`, `to`.
    pub errors: Errors,
}
