//! Which vendor a host, a cookie or a name belongs to.

use super::catalogue::{Catalogue, Overrides};
use crate::site::facts::known::{KnownCookie, KnownVendor};
use constat_shared::VendorId;
use constat_shared::notice::is_of_pattern;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use url::Url;

/// All vendors of the catalogue, read.
#[derive(Clone, Debug)]
pub struct Index {
    vendors: BTreeMap<VendorId, KnownVendor>,
    overrides: Overrides,
}

/// By what a vendor was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By<'a> {
    /// Its id, its name, or another name of it.
    Name(&'a str),
    /// This host, or `*.` before one.
    Host(&'a str),
    /// This cookie.
    Cookie(&'a KnownCookie),
}

/// The answer to a look-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// The vendor.
    pub vendor: &'a KnownVendor,
    /// By what.
    pub by: By<'a>,
    /// Others that use the same host or cookie.
    pub others: Vec<&'a KnownVendor>,
}

impl Index {
    /// Reads all of the catalogue.
    pub fn of(catalogue: &Catalogue) -> Index {
        let vendors = catalogue.vendors().map(|vendor| (vendor.id.clone(), vendor)).collect();
        Index { vendors, overrides: catalogue.overrides().clone() }
    }

    /// All vendors, by id.
    pub fn vendors(&self) -> impl Iterator<Item = &KnownVendor> {
        self.vendors.values()
    }

    /// The vendor of an id.
    pub fn vendor(&self, id: &VendorId) -> Option<&KnownVendor> {
        self.vendors.get(id)
    }

    /// The vendor that a text means: a name, whole; a host, alone or in an address; or a cookie. Of several
    /// hosts or cookies that fit, the one that says most counts; where that is another's, the overrides say
    /// whose it is. A cookie that they name comes before a vendor of that name.
    pub fn find(&self, text: &str) -> Option<Found<'_>> {
        let text = text.trim();
        let wanted = folded(text);
        let named = self.vendors().find_map(|vendor| Some((vendor, name_of(vendor, &wanted)?)));
        let named = named.filter(|_| !self.overrides.cookies.contains_key(text));
        if let Some((vendor, name)) = named {
            return Some(Found { vendor, by: By::Name(name), others: Vec::new() });
        }
        let host = host_in(text);
        let hosts = self.vendors().flat_map(|vendor| {
            let of_it = vendor.hosts.iter().flatten().filter(|pattern| is_host(pattern, &host));
            of_it.map(move |pattern| (vendor, pattern.as_str(), By::Host(pattern)))
        });
        best(hosts.collect(), &self.overrides.hosts).or_else(|| {
            let cookies = self.vendors().flat_map(|vendor| {
                let of_it = vendor.cookies.iter().flatten().filter(|it| is_of_pattern(&it.name, text));
                of_it.map(move |cookie| (vendor, cookie.name.as_str(), By::Cookie(cookie)))
            });
            best(cookies.collect(), &self.overrides.cookies)
        })
    }
}

/// Of candidates with their patterns the one that says most, or the one to which that pattern was given.
fn best<'a>(
    mut candidates: Vec<(&'a KnownVendor, &'a str, By<'a>)>,
    settled: &BTreeMap<String, VendorId>,
) -> Option<Found<'a>> {
    candidates.sort_by_key(|(_, pattern, _)| (pattern.contains('*'), Reverse(pattern.len())));
    let given = settled.get(candidates.first()?.1);
    let (vendor, _, by) =
        *candidates.iter().find(|(vendor, ..)| Some(&vendor.id) == given).or(candidates.first())?;
    let mut others: Vec<_> = candidates.into_iter().map(|(other, ..)| other).collect();
    others.retain(|other| other.id != vendor.id);
    others.sort_by_key(|other| &other.id);
    others.dedup_by_key(|other| &other.id);
    Some(Found { vendor, by, others })
}

/// The name of a vendor that is `wanted` when both are [`folded`].
fn name_of<'a>(vendor: &'a KnownVendor, wanted: &str) -> Option<&'a str> {
    let names = [vendor.id.as_str(), &vendor.name].into_iter().chain(vendor.also.iter().map(String::as_str));
    names.into_iter().find(|name| folded(name) == wanted)
}

/// A text as names are compared: whatever their case, and the spaces between their words.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The host of an address, or the text as a host is written.
fn host_in(text: &str) -> String {
    let url = Url::parse(text).ok().filter(Url::has_host);
    let with_scheme = || Url::parse(&format!("https://{text}")).ok();
    let host = url.or_else(with_scheme).and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_default().trim_end_matches('.').to_owned()
}

/// Whether a host is as a pattern says.
fn is_host(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(base) => host.strip_suffix(base).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')),
        None => pattern == host,
    }
}
