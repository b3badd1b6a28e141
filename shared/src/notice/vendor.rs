//! Third parties and what they do.

use super::category::Category;
use crate::values::{Language, PurposeId, VendorId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most vendors a site may have: their bits fit the consent cookie.
pub const VENDORS_MAX: usize = 256;

/// The longest a tracker may live, in days: 13 months, of which one at most
/// has 31 days more than a common year.
pub const TRACKER_DAYS_MAX: u16 = 396;

/// A third party, as declared to the visitor. It belongs to one category on a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    /// The name in `data-vendor` and in records.
    pub id: VendorId,
    /// The name of the service, as people know it.
    pub name: String,
    /// The company that answers for it.
    pub company: String,
    /// The category it belongs to on this site.
    pub category: Category,
    /// Its privacy policy, an `https` address.
    pub policy_url: String,
    /// Where the company that receives the data is, ISO 3166-1 alpha-2.
    pub country: String,
    /// What makes a transfer to that country lawful (GDPR, chapter V).
    pub transfer: Transfer,
    /// What it does with what it learns.
    pub purposes: Vec<PurposeId>,
    /// What it stores in the visitor's browser.
    pub cookies: Vec<Cookie>,
    /// The hosts it is reached at.
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
    /// The mechanism of that name, if there is one.
    pub fn parse(name: &str) -> Option<Transfer> {
        match name {
            "none" => Some(Transfer::None),
            "adequacy" => Some(Transfer::Adequacy),
            "dpf" => Some(Transfer::Dpf),
            "scc" => Some(Transfer::Scc),
            "bcr" => Some(Transfer::Bcr),
            _ => None,
        }
    }
}

/// Something a vendor stores in the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cookie {
    /// The name; a `*` at the end stands for any ending.
    pub name: String,
    /// How long it lives, in days, rounded up; 0 ends with the browser session.
    pub duration_days: u16,
    /// What it is for.
    pub purpose: PurposeId,
    /// Where it is kept.
    pub storage: Storage,
    /// Whether it is set on the site's own domain, where the site can remove it.
    pub first_party: bool,
}

/// Where something is kept in the browser.
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
    /// The place of that name, if there is one.
    pub fn parse(name: &str) -> Option<Storage> {
        match name {
            "cookie" => Some(Storage::Cookie),
            "local_storage" => Some(Storage::LocalStorage),
            "session_storage" => Some(Storage::SessionStorage),
            _ => None,
        }
    }
}

/// A purpose in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurposeText {
    /// A few words.
    pub title: String,
    /// A sentence a visitor understands.
    pub description: String,
}

/// Every purpose a notice names, in every language it speaks.
pub type Purposes = BTreeMap<PurposeId, BTreeMap<Language, PurposeText>>;
