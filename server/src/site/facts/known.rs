//! What the rules for a vendor start from: its facts in the catalogue, and where its table stands.

use super::cited::{Cited, Fact};
use constat_shared::notice::Cookie;
use constat_shared::{Category, PurposeId, Purposes, Storage, Transfer, Vendor, VendorId};
use std::collections::BTreeMap;

/// What is known of a vendor before its table is read.
pub struct Known<'a> {
    /// Its facts in the catalogue, if it is there.
    pub base: Option<&'a KnownVendor>,
    /// The purposes that can be named.
    pub purposes: &'a Purposes,
}

/// What the catalogue knows of a vendor. What no source says is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownVendor {
    /// Its id.
    pub id: VendorId,
    /// The name of the service.
    pub name: String,
    /// Other and earlier names of the service.
    pub also: Vec<String>,
    /// The category that it belongs to on most sites; the catalogue's own judgement.
    pub category: Option<Category>,
    /// The company responsible for it.
    pub company: Option<String>,
    /// Its hosts; `*.` before one stands for it and every host below it.
    pub hosts: Option<Vec<String>>,
    /// What it stores in the browser; empty when a source says that it stores nothing.
    pub cookies: Option<Vec<KnownCookie>>,
    /// The country of the company that receives the data, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// The legal ground of a transfer to that country.
    pub transfer: Option<Transfer>,
    /// Its privacy policy, an `https` address.
    pub policy_url: Option<String>,
    /// The purposes it processes data for.
    pub purposes: Option<Vec<PurposeId>>,
    /// Where each fact comes from.
    pub sources: BTreeMap<Fact, Cited>,
}

constat_shared::names! {
    /// How much the catalogue knows of a vendor.
    Level;
    /// A site can name it in a notice without a fact of its own.
    Ready = "ready";
    /// Company, hosts, and what it stores with its durations.
    Recognised = "recognised";
    /// Less than that.
    Partial = "partial";
}

/// Something that a vendor stores, as far as the catalogue knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCookie {
    /// The name; a `*` in it stands for any characters.
    pub name: String,
    /// Its lifetime in days, rounded up; 0 for the browser session.
    pub duration_days: Option<u16>,
    /// Its purpose.
    pub purpose: Option<PurposeId>,
    /// Its kind of storage.
    pub storage: Storage,
    /// Whether it is set on the site's own domain.
    pub first_party: bool,
    /// Whether the service sets it as it is usually set up. Others are known to look-ups: an earlier version sets
    /// them, or a special setting, and a site that has one declares it.
    pub is_default: bool,
    /// How the vendor lets a site keep it for a shorter time: a sentence.
    pub shorten: Option<String>,
}

impl KnownCookie {
    /// Whether it is known how long it is kept. What is in the browser's storage without an end of its own stays
    /// until it is deleted, or for the session (HTML Standard, section 12.2).
    pub fn has_duration(&self) -> bool {
        self.duration_days.is_some() || self.storage != Storage::Cookie
    }
}

impl From<&Vendor> for KnownVendor {
    /// What a notice shows of a vendor.
    fn from(vendor: &Vendor) -> KnownVendor {
        let cookie = |cookie: &Cookie| KnownCookie {
            name: cookie.name.clone(),
            duration_days: Some(cookie.duration_days),
            purpose: Some(cookie.purpose.clone()),
            storage: cookie.storage,
            first_party: cookie.first_party,
            is_default: true,
            shorten: None,
        };
        KnownVendor {
            id: vendor.id.clone(),
            name: vendor.name.clone(),
            also: Vec::new(),
            category: Some(vendor.category),
            company: Some(vendor.company.clone()),
            hosts: Some(vendor.hosts.clone()),
            cookies: Some(vendor.cookies.iter().map(cookie).collect()),
            country: Some(vendor.country.clone()),
            transfer: Some(vendor.transfer),
            policy_url: Some(vendor.policy_url.clone()),
            purposes: Some(vendor.purposes.clone()),
            sources: BTreeMap::new(),
        }
    }
}

impl KnownVendor {
    /// Whether a fact is known.
    pub fn has(&self, fact: Fact) -> bool {
        match fact {
            Fact::Company => self.company.is_some(),
            Fact::Hosts => self.hosts.is_some(),
            Fact::Cookies => self.cookies.is_some(),
            Fact::Country => self.country.is_some(),
            Fact::Transfer => self.transfer.is_some(),
            Fact::PolicyUrl => self.policy_url.is_some(),
            Fact::Purposes => self.purposes.is_some(),
        }
    }

    /// How much is known of it.
    pub fn level(&self) -> Level {
        match (self.is_ready(), self.is_recognised()) {
            (true, _) => Level::Ready,
            (_, true) => Level::Recognised,
            _ => Level::Partial,
        }
    }

    /// Whether it can be recognised: company, a host at least, and what it stores, each with its duration.
    pub fn is_recognised(&self) -> bool {
        let has_hosts = self.hosts.as_ref().is_some_and(|hosts| !hosts.is_empty());
        let has_durations =
            self.cookies.as_ref().is_some_and(|cookies| cookies.iter().all(KnownCookie::has_duration));
        self.company.is_some() && has_hosts && has_durations
    }

    /// Whether a site can name it in a notice without a fact of its own.
    pub fn is_ready(&self) -> bool {
        let mut cookies = self.cookies.iter().flatten().filter(|cookie| cookie.is_default);
        self.is_recognised()
            && self.category.is_some()
            && Fact::ALL.iter().all(|fact| self.has(*fact))
            && cookies.all(|cookie| cookie.purpose.is_some() && cookie.duration_days.is_some())
    }
}

/// The key of a part of a vendor, whose own key is `at`; a file of the catalogue is one vendor, so `at` is empty there.
pub fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}
