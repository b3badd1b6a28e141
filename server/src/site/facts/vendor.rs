//! The facts of one vendor: what a file gives, else what the catalogue knows.

use super::cookies;
use super::known::{Known, KnownVendor, join};
use super::purposes;
use crate::site::file::report::{Fault, Report};
use crate::site::file::schema::VendorFile;
use crate::site::file::values;
use constat_shared::{PurposeId, Transfer, Vendor, VendorId};

/// The states of the European Economic Area: no transfer needs a ground there.
const EEA: &str = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK";

/// The facts of a vendor: what the file gives, else what is known.
pub fn facts(
    at: &str,
    id: &VendorId,
    file: &VendorFile,
    known: &Known<'_>,
    report: &mut Report,
) -> Option<Vendor> {
    let base = known.base;
    let key = |name: &str| join(at, name);
    let text =
        |name: &str, given: &Option<String>, base: Option<&String>, remedy, form, report: &mut Report| {
            let form: fn(&str) -> Result<String, Fault> = form;
            report.field(&key(name), given.as_deref(), base.cloned(), remedy, form)
        };
    let name = text(
        "name",
        &file.name,
        base.map(|v| &v.name),
        "Write the name of the service",
        values::text,
        report,
    );
    let remedy = "Write the company that answers for the service";
    let company =
        text("company", &file.company, base.and_then(|v| v.company.as_ref()), remedy, values::text, report);
    let remedy = "Write the https address of its privacy policy";
    let policy_url = text(
        "policy_url",
        &file.policy_url,
        base.and_then(|v| v.policy_url.as_ref()),
        remedy,
        values::https,
        report,
    );
    let remedy = "Write where the company that receives the data is, such as country = \"FR\"";
    let country = text(
        "country",
        &file.country,
        base.and_then(|v| v.country.as_ref()),
        remedy,
        values::country,
        report,
    );
    let remedy = "Write essential, functional, audience, advertising or third_party";
    let category = base.and_then(|v| v.category);
    let category =
        report.field(&key("category"), file.category.as_deref(), category, remedy, values::category);
    let remedy = "Write what makes the transfer lawful: none, adequacy, dpf, scc or bcr";
    let transfer = base.and_then(|v| v.transfer);
    let transfer =
        report.field(&key("transfer"), file.transfer.as_deref(), transfer, remedy, values::transfer);
    let purposes = vendor_purposes(&key("purposes"), file, known, report);
    let hosts = hosts(&key("hosts"), file, base, report);
    let cookies = cookies::check(at, file, known, report);
    let (country, transfer) = (country?, transfer?);
    check_transfer(&key("transfer"), transfer, &country, report);
    Some(Vendor {
        id: id.clone(),
        name: name?,
        company: company?,
        category: category?,
        policy_url: policy_url?,
        country,
        transfer,
        purposes: purposes?,
        cookies,
        hosts: hosts?,
    })
}

/// `none` keeps the data in the European Economic Area.
pub fn check_transfer(key: &str, transfer: Transfer, country: &str, report: &mut Report) {
    if transfer == Transfer::None && !EEA.split(' ').any(|state| state == country) {
        let problem =
            format!("`none` means the data stay in the European Economic Area, but they go to {country}");
        report.add(key, problem, "Write what makes the transfer lawful: adequacy, dpf, scc or bcr");
    }
}

fn vendor_purposes(
    key: &str,
    file: &VendorFile,
    known: &Known<'_>,
    report: &mut Report,
) -> Option<Vec<PurposeId>> {
    let Some(given) = &file.purposes else {
        let base = known.base.and_then(|vendor| vendor.purposes.clone());
        return report.field(key, None::<()>, base, "List what the service is for", |()| Ok(Vec::new()));
    };
    if given.is_empty() {
        report.add(key, "the vendor has no purpose", "List what the service is for");
    }
    let one = |id: &str| purposes::one(id, known.purposes);
    Some(distinct(key, given, one, report))
}

fn hosts(
    key: &str,
    file: &VendorFile,
    base: Option<&KnownVendor>,
    report: &mut Report,
) -> Option<Vec<String>> {
    let Some(given) = &file.hosts else {
        let base = base.and_then(|vendor| vendor.hosts.clone());
        let remedy = "List the hosts the service is reached at, [] for none";
        return report.field(key, None::<()>, base, remedy, |()| Ok(Vec::new()));
    };
    Some(distinct(key, given, values::host_pattern, report))
}

/// The items of a list, each of which must have a form and be there once.
pub fn distinct<T: PartialEq>(
    key: &str,
    given: &[String],
    form: impl Fn(&str) -> Result<T, Fault>,
    report: &mut Report,
) -> Vec<T> {
    let mut items = Vec::new();
    for (number, text) in given.iter().enumerate() {
        let key = format!("{key}[{number}]");
        let Some(item) = report.take(&key, form(text)) else { continue };
        if items.contains(&item) {
            report.add(&key, format!("`{text}` is listed twice"), "List it once");
        } else {
            items.push(item);
        }
    }
    items
}
