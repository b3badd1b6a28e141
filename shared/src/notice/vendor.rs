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
    /// The mechanism with that name, if there is one.
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
    /// Its lifetime in days, rounded up; 0 for the browser session.
    pub duration_days: u16,
    /// Its purpose.
    pub purpose: PurposeId,
    /// Its kind of storage.
    pub storage: Storage,
    /// Whether it is set on the site's own domain, where the site can remove it.
    pub first_party: bool,
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
    /// The kind with that name, if there is one.
    pub fn parse(name: &str) -> Option<Storage> {
        match name {
            "cookie" => Some(Storage::Cookie),
            "local_storage" => Some(Storage::LocalStorage),
            "session_storage" => Some(Storage::SessionStorage),
            _ => None,
        }
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
