//! Vendors: third parties and their declared facts.

use super::category::Category;
use crate::values::{Language, PurposeId, VendorId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most vendors of a site: their bits fit into the consent cookie.
pub const VENDORS_MAX: usize = 256;

/// The longest lifetime of a tracker, in days: 13 months, at most a common year
/// and 31 days.
pub const TRACKER_DAYS_MAX: u16 = 396;

/// A third party as it is declared to the visitor. On a site it belongs to one category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    /// The name in `data-vendor` and in records.
    pub id: VendorId,
    /// The name of the service, as people know it.
    pub name: String,
    /// The company responsible for it.
    pub company: String,
    /// The category it belongs to on this site.
    pub category: Category,
    /// Its privacy policy, an `https` address.
    pub policy_url: String,
    /// The country of the company that receives the data, ISO 3166-1 alpha-2.
    pub country: String,
    /// The legal ground of a transfer to that country (GDPR, chapter V).
    pub transfer: Transfer,
    /// The purposes it processes data for.
    pub purposes: Vec<PurposeId>,
    /// The cookies and other storage it uses in the browser.
    pub cookies: Vec<Cookie>,
    /// Its hosts.
    pub hosts: Vec<String>,
}

/// The legal ground of a transfer out of the European Economic Area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transfer {
    /// The data stay in the European Economic Area.
    None,
    /// A country with an adequacy decision (GDPR, article 45).
    Adequacy,
    /// The EU-US Data Privacy Framework (adequacy decision of 10 July 2023).
    Dpf,
    /// Standard contractual clauses (GDPR, article 46).
    Scc,
    /// Binding corporate rules (GDPR, article 47).
    Bcr,
}

impl Transfer {
    /// All mechanisms.
    pub const ALL: [Transfer; 5] =
        [Transfer::None, Transfer::Adequacy, Transfer::Dpf, Transfer::Scc, Transfer::Bcr];

    /// The name on the wire and in site files.
    pub fn as_str(self) -> &'static str {
        match self {
            Transfer::None => "none",
            Transfer::Adequacy => "adequacy",
            Transfer::Dpf => "dpf",
            Transfer::Scc => "scc",
            Transfer::Bcr => "bcr",
        }
    }

    /// The mechanism with that name, if there is one.
    pub fn parse(name: &str) -> Option<Transfer> {
        Transfer::ALL.into_iter().find(|transfer| transfer.as_str() == name)
    }
}

/// Something a vendor stores in the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cookie {
    /// The name; a `*` in it stands for any characters.
    pub name: String,
    /// Its lifetime in days, rounded up; 0 for the browser session.
    pub duration_days: u16,
    /// Its purpose.
    pub purpose: PurposeId,
    /// Its kind of storage.
    pub storage: Storage,
    /// Whether it is set on the site's own domain, where the site can remove it.
    pub first_party: bool,
}

impl Cookie {
    /// Whether a cookie of that name is this one.
    pub fn is_named(&self, name: &str) -> bool {
        is_of_pattern(&self.name, name)
    }
}

/// Whether a name is as a pattern says, in which one `*` stands for any characters, also none.
pub fn is_of_pattern(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        }
        None => pattern == name,
    }
}

/// A kind of storage in the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Storage {
    /// An HTTP cookie.
    Cookie,
    /// `window.localStorage`, or a database of the page.
    LocalStorage,
    /// `window.sessionStorage`.
    SessionStorage,
}

impl Storage {
    /// All kinds.
    pub const ALL: [Storage; 3] = [Storage::Cookie, Storage::LocalStorage, Storage::SessionStorage];

    /// The name on the wire and in site files.
    pub fn as_str(self) -> &'static str {
        match self {
            Storage::Cookie => "cookie",
            Storage::LocalStorage => "local_storage",
            Storage::SessionStorage => "session_storage",
        }
    }

    /// The kind with that name, if there is one.
    pub fn parse(name: &str) -> Option<Storage> {
        Storage::ALL.into_iter().find(|storage| storage.as_str() == name)
    }
}

/// The texts of a purpose in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurposeText {
    /// A few words.
    pub title: String,
    /// A sentence a visitor understands.
    pub description: String,
}

/// Every purpose of a notice, in every language of the notice.
pub type Purposes = BTreeMap<PurposeId, BTreeMap<Language, PurposeText>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters_wherever_it_is() {
        for (pattern, name) in
            [("_ga_*", "_ga_X1"), ("_ga_*", "_ga_"), ("mp_*_mixpanel", "mp_1_mixpanel"), ("a*a", "aa")]
        {
            assert!(is_of_pattern(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("_ga_*", "_ga"), ("mp_*_mixpanel", "mp_mixpanel"), ("a*a", "a"), ("a", "ab")]
        {
            assert!(!is_of_pattern(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn names_are_those_of_the_json_and_parse_back() {
        for transfer in Transfer::ALL {
            assert_eq!(serde_json::to_value(transfer).unwrap(), transfer.as_str());
            assert_eq!(Transfer::parse(transfer.as_str()), Some(transfer));
        }
        for storage in Storage::ALL {
            assert_eq!(serde_json::to_value(storage).unwrap(), storage.as_str());
            assert_eq!(Storage::parse(storage.as_str()), Some(storage));
        }
        assert_eq!((Transfer::parse("all"), Storage::parse("all")), (None, None));
    }
}
