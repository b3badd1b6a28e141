//! One site, or all of them.

use constat_shared::SiteId;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The sites for which something holds: one, or all, written `*`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum SiteScope {
    /// Every site of the installation, also one that is added later.
    All,
    /// One site.
    Site(SiteId),
}

impl SiteScope {
    /// Parses the id of a site, or `*`.
    ///
    /// # Errors
    /// A sentence, for any other text.
    pub fn parse(text: &str) -> Result<SiteScope, String> {
        match text {
            "*" => Ok(SiteScope::All),
            _ => SiteId::parse(text).map(SiteScope::Site).map_err(|error| format!("{error}; or be *")),
        }
    }

    /// Whether the site is among them.
    pub fn contains(&self, site: &SiteId) -> bool {
        match self {
            SiteScope::All => true,
            SiteScope::Site(own) => own == site,
        }
    }

    /// Whether all of the other one's sites are among them.
    pub fn covers(&self, other: &SiteScope) -> bool {
        match other {
            SiteScope::All => *self == SiteScope::All,
            SiteScope::Site(site) => self.contains(site),
        }
    }

    /// Whether they have a site in common.
    pub fn meets(&self, other: &SiteScope) -> bool {
        self.covers(other) || other.covers(self)
    }
}

impl fmt::Display for SiteScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SiteScope::All => f.write_str("*"),
            SiteScope::Site(site) => site.fmt(f),
        }
    }
}

impl TryFrom<String> for SiteScope {
    type Error = String;
    fn try_from(text: String) -> Result<SiteScope, String> {
        SiteScope::parse(&text)
    }
}

impl From<SiteScope> for String {
    fn from(scope: SiteScope) -> String {
        scope.to_string()
    }
}
