//! The third parties that a site chooses: the catalogue's, with the file's overrides, and its own,
//! and what a site may not do with them.

use super::categories::Categories;
use crate::site::catalogue::Catalogue;
use crate::site::facts::cited::{Fact, UsedFact};
use crate::site::facts::known::{Known, KnownVendor};
use crate::site::facts::vendor;
use crate::site::file::report::{Fault, Report, hint};
use crate::site::file::schema::{Table, VendorFile};
use crate::site::file::values;
use constat_shared::notice::{TRACKER_DAYS_MAX, VENDORS_MAX};
use constat_shared::{Category, Purposes, Vendor, VendorId};
use std::collections::{BTreeMap, BTreeSet};

/// The most days a month has.
const MONTH_DAYS_MAX: u16 = 31;

/// The vendors of a site by id, as they are after the file's overrides, and the facts that come from the
/// catalogue.
pub fn check(
    files: &[Table<VendorFile>],
    catalogue: &Catalogue,
    categories: &Categories,
    purposes: &Purposes,
    report: &mut Report,
) -> (Vec<Vendor>, Vec<UsedFact>) {
    if files.len() > VENDORS_MAX {
        let problem = format!("the site has {} vendors", files.len());
        report.add("vendors", problem, format!("Keep to {VENDORS_MAX}: more do not fit the consent cookie"));
    }
    let (mut vendors, mut facts) = (BTreeMap::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for (number, file) in files.iter().enumerate() {
        let at = format!("vendors[{number}]");
        let remedy = "Name a vendor of the catalogue, or one of your own, such as id = \"own-chat\"";
        let Some(id) = report.field(&format!("{at}.id"), file.id.as_deref(), None, remedy, vendor_id) else {
            continue;
        };
        if !seen.insert(id.clone()) {
            report.add(
                &format!("{at}.id"),
                format!("the vendor `{id}` is there twice"),
                "Join the two tables",
            );
            continue;
        }
        let at = format!("vendors.{id}");
        let base = catalogue.vendor(&id);
        if base.is_none() && file.name.is_none() {
            let otherwise = "If it is not of the catalogue, write name, company, category, policy_url, country, \
                             transfer, purposes, hosts and cookies here";
            let remedy = hint(id.as_str(), catalogue.vendor_ids(), otherwise);
            report.add(&at, format!("unknown vendor `{id}`"), remedy);
            continue;
        }
        let known = Known { base: base.as_ref(), purposes };
        if let Some(vendor) = vendor::facts(&at, &id, file, &known, report) {
            check_use(&at, &vendor, base.as_ref(), categories, report);
            vendors.insert(id, vendor);
        }
        facts.extend(base.iter().flat_map(|base| used(base, file)));
    }
    (vendors.into_values().collect(), facts)
}

/// The facts of the catalogue that a table leaves as they are.
fn used<'a>(base: &'a KnownVendor, file: &'a VendorFile) -> impl Iterator<Item = UsedFact> + 'a {
    let is_given = |fact: Fact| match fact {
        Fact::Company => file.company.is_some(),
        Fact::Hosts => file.hosts.is_some(),
        Fact::Country => file.country.is_some(),
        Fact::Transfer => file.transfer.is_some(),
        Fact::PolicyUrl => file.policy_url.is_some(),
        Fact::Purposes => file.purposes.is_some(),
        // Each table changes one cookie, and leaves the others.
        Fact::Cookies => false,
    };
    let used = base.sources.iter().filter(move |(fact, _)| !is_given(**fact));
    used.map(|(fact, cited)| UsedFact { vendor: base.id.clone(), fact: *fact, cited: cited.clone() })
}

fn vendor_id(text: &str) -> Result<VendorId, Fault> {
    values::id(text, VendorId::parse(text), "the id of a vendor")
}

/// What a site may not do with a vendor, however true its facts are.
fn check_use(
    at: &str,
    vendor: &Vendor,
    base: Option<&KnownVendor>,
    categories: &Categories,
    report: &mut Report,
) {
    let category = vendor.category;
    if !categories.uses(category) {
        let remedy = format!("Add [categories.{category}], or move or leave out this vendor");
        report.add(
            &format!("{at}.category"),
            format!("the site does not use the category `{category}`"),
            remedy,
        );
    }
    let exempt_months = categories.exempt_tracker_months.filter(|_| category == Category::Audience);
    let exempt_days = exempt_months.map(|months| months.saturating_mul(MONTH_DAYS_MAX));
    for cookie in &vendor.cookies {
        let (name, days) = (&cookie.name, cookie.duration_days);
        let key = format!("{at}.cookies.{name}.duration_days");
        if days > TRACKER_DAYS_MAX {
            let problem = format!("`{name}` lives {days} days, longer than 13 months");
            let known = base.and_then(|base| base.cookies.as_ref()?.iter().find(|known| known.name == *name));
            let how = known.and_then(|known| known.shorten.as_deref()).unwrap_or_default();
            let how =
                if how.is_empty() { String::new() } else { format!(" ({})", how.trim_end_matches('.')) };
            let remedy = format!(
                "Set the service to {TRACKER_DAYS_MAX} days or less{how} and write that number in [vendors.cookies.{}]: duration_days = {TRACKER_DAYS_MAX}",
                quoted(name),
            );
            report.add(&key, problem, remedy);
        } else if exempt_days.is_some_and(|max| days > max) {
            let problem = format!("`{name}` lives {days} days, longer than the checklist's tracker_months");
            report.add(&key, problem, "Shorten its life, or correct [categories.audience.exemption]");
        }
    }
}

/// A key as TOML wants it written.
fn quoted(name: &str) -> String {
    let bare = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if bare { name.to_owned() } else { format!("{name:?}") }
}
