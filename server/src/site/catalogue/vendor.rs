//! One file of the catalogue: what is known of a vendor, each fact with its source.

use super::schema::{CitedFile, CookieFile, VendorFile};
use super::texts::utf8;
use crate::site::facts::cited::{Cited, Fact, Source};
use crate::site::facts::cookies::cookie_name;
use crate::site::facts::known::{KnownCookie, KnownVendor};
use crate::site::facts::purposes;
use crate::site::facts::vendor::{check_transfer, distinct};
use crate::site::file::report::{Fault, Report, SiteError};
use crate::site::file::{source, values};
use constat_shared::{Purposes, Storage, VendorId};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The collections of facts, by the name by which a file cites one.
pub type Sources = BTreeMap<String, Source>;

/// The fewest characters of a pattern that do not vary: with less it would mean others' cookies.
const FIXED_CHARS_MIN: usize = 3;

/// Reads the file of a vendor.
///
/// # Errors
/// Every mistake in it, by line.
pub fn read_vendor(
    id: &str,
    bytes: &[u8],
    purposes: &Purposes,
    sources: &Sources,
) -> Result<KnownVendor, Vec<SiteError>> {
    let mut report = Report::new(&format!("www/catalogue/vendors/{id}.toml"));
    let vendor = vendor(id, bytes, purposes, sources, &mut report);
    report.finish(vendor)
}

fn vendor(
    id: &str,
    bytes: &[u8],
    known: &Purposes,
    collections: &Sources,
    report: &mut Report,
) -> Option<KnownVendor> {
    let text = utf8(bytes, report)?;
    let id = VendorId::parse(id).ok();
    if id.is_none() {
        report.add("", "the name of the file is not the id of a vendor", "Name it such as youtube.toml");
    }
    let file: VendorFile = source::read(text, report)?;
    let remedy = "Write the name of the service";
    let name = report.field("name", file.name.as_deref(), None, remedy, values::text);
    let also = distinct("also", &file.also, values::text, report);
    let one_purpose = |id: &str| purposes::one(id, known);
    let cookies = file.cookies.map(|cookies| all_cookies(&cookies, known, report));
    let vendor = KnownVendor {
        id: id?,
        name: name?,
        also,
        category: form("category", file.category, values::category, report),
        company: form("company", file.company, values::text, report),
        hosts: file.hosts.map(|hosts| distinct("hosts", &hosts, values::host_pattern, report)),
        cookies,
        country: form("country", file.country, values::country, report),
        transfer: form("transfer", file.transfer, values::transfer, report),
        policy_url: form("policy_url", file.policy_url, values::https, report),
        purposes: file.purposes.map(|purposes| distinct("purposes", &purposes, one_purpose, report)),
        sources: all_cited(&file.sources, collections, report),
    };
    if let (Some(transfer), Some(country)) = (vendor.transfer, &vendor.country) {
        check_transfer("transfer", transfer, country, report);
    }
    for fact in Fact::ALL.iter().filter(|fact| vendor.has(**fact) != vendor.sources.contains_key(fact)) {
        match vendor.has(*fact) {
            true => report.add(fact.as_str(), "it has no source", format!("Add `{fact}` to [sources]")),
            false => {
                let key = format!("sources.{fact}");
                report.add(
                    &key,
                    "there is no such fact in the file",
                    "Write the fact, or leave its source out",
                );
            }
        }
    }
    Some(vendor)
}

/// A fact in its form, if it is there.
fn form<T>(
    key: &str,
    given: Option<String>,
    form: fn(&str) -> Result<T, Fault>,
    report: &mut Report,
) -> Option<T> {
    given.and_then(|text| report.take(key, form(&text)))
}

fn all_cookies(files: &[CookieFile], known: &Purposes, report: &mut Report) -> Vec<KnownCookie> {
    let mut cookies: Vec<KnownCookie> = Vec::new();
    for file in files {
        let Some(cookie) = cookie(file, known, report) else { continue };
        if cookies.iter().any(|other| other.name == cookie.name) {
            report.add(&format!("cookies.{}", file.name), "the cookie is there twice", "Join the two tables");
        }
        cookies.push(cookie);
    }
    cookies
}

fn cookie(file: &CookieFile, known: &Purposes, report: &mut Report) -> Option<KnownCookie> {
    let key = format!("cookies.{}", file.name);
    let name = report.take(&key, cookie_name(&file.name))?;
    if name.contains('*') && name.chars().count() <= FIXED_CHARS_MIN {
        let problem = format!("`{name}` means cookies of others too");
        report.add(&key, problem, format!("Write at least {FIXED_CHARS_MIN} characters that do not vary"));
    }
    let days =
        file.duration_days.and_then(|days| report.take(&format!("{key}.duration_days"), values::days(days)));
    let purpose =
        file.purpose.as_ref().and_then(|id| report.take(&format!("{key}.purpose"), purposes::one(id, known)));
    let storage = form(&format!("{key}.storage"), file.storage.clone(), values::storage, report);
    let shorten = form(&format!("{key}.shorten"), file.shorten.clone(), values::text, report);
    Some(KnownCookie {
        name,
        duration_days: days,
        purpose,
        storage: storage.unwrap_or(Storage::Cookie),
        first_party: file.first_party,
        is_default: file.default.unwrap_or(true),
        shorten,
    })
}

fn all_cited(
    files: &BTreeMap<String, CitedFile>,
    collections: &Sources,
    report: &mut Report,
) -> BTreeMap<Fact, Cited> {
    let mut all = BTreeMap::new();
    for (name, file) in files {
        let key = format!("sources.{name}");
        let unknown = |problem| Fault::new(problem, "Name one of those");
        let fact = report.take(&key, Fact::parse(name).map_err(unknown));
        let cited = cited(&key, file, collections, report);
        all.extend(fact.zip(cited));
    }
    all
}

fn cited(key: &str, file: &CitedFile, collections: &Sources, report: &mut Report) -> Option<Cited> {
    let source = |text: &str| match collections.get(text) {
        Some(source) => Ok(source.clone()),
        None => values::https(text).map(|address| Source { title: None, address }),
    };
    let remedy = "Write the https address of the page, or the name of a collection of sources.toml";
    let first = report.field(&format!("{key}.source"), file.source.as_deref(), None, remedy, source);
    let others = file.and.iter().filter_map(|text| report.take(&format!("{key}.and"), source(text)));
    let others: Vec<_> = others.collect();
    let remedy = "Write on which day the source was read, such as 2026-11-28";
    let read = report.field(&format!("{key}.read"), file.read.as_deref(), None, remedy, day);
    let dated = form(&format!("{key}.dated"), file.dated.clone(), day, report);
    Some(Cited { sources: first.into_iter().chain(others).collect(), read: read?, dated })
}

fn day(text: &str) -> Result<Date, Fault> {
    let day = text.parse::<Date>().ok().filter(|day| day.to_string() == text);
    day.ok_or_else(|| Fault::new(format!("`{text}` is not a day"), "Write it such as 2026-11-28"))
}
