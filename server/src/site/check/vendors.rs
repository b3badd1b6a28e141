//! The third parties of a site: the catalogue's facts, the file's overrides,
//! and what a site may not do.

use super::super::catalogue::Catalogue;
use super::super::error::{Fault, Report, hint};
use super::super::file::VendorFile;
use super::super::forms;
use super::categories::Categories;
use super::{cookies, purposes};
use constat_shared::vendor::{Purposes, TRACKER_DAYS_MAX, Transfer, VENDORS_MAX};
use constat_shared::{Category, PurposeId, Vendor, VendorId};
use std::collections::{BTreeMap, BTreeSet};

/// The states of the European Economic Area: no transfer needs a ground there.
const EEA: &str = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK";

/// The most days a month has.
const MONTH_DAYS_MAX: u16 = 31;

/// What is known of a vendor before its table is read.
pub(in super::super) struct Known<'a> {
    /// Its facts in the catalogue, if it is there.
    pub base: Option<&'a Vendor>,
    /// The purposes that can be named.
    pub purposes: &'a Purposes,
}

/// The vendors of a site by id, as they are after the file's overrides.
pub(super) fn check(
    files: &[VendorFile],
    catalogue: &Catalogue,
    categories: &Categories,
    purposes: &Purposes,
    report: &mut Report,
) -> Vec<Vendor> {
    if files.len() > VENDORS_MAX {
        let problem = format!("the site has {} vendors", files.len());
        report.add("vendors", problem, format!("Keep to {VENDORS_MAX}: more do not fit the consent cookie"));
    }
    let mut vendors = BTreeMap::new();
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
        if let Some(vendor) = facts(&at, &id, file, &Known { base, purposes }, report) {
            check_use(&at, &vendor, categories, report);
            vendors.insert(id, vendor);
        }
    }
    vendors.into_values().collect()
}

fn vendor_id(text: &str) -> Result<VendorId, Fault> {
    let remedy = "Write 1 to 40 of a-z, 0-9 and -, beginning with a letter or digit";
    VendorId::parse(text).map_err(|_| Fault::new(format!("`{text}` is not the id of a vendor"), remedy))
}

/// The facts of a vendor: what the file says, else what is known.
pub(in super::super) fn facts(
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
    let name =
        text("name", &file.name, base.map(|v| &v.name), "Write the name of the service", forms::text, report);
    let remedy = "Write the company that answers for the service";
    let company = text("company", &file.company, base.map(|v| &v.company), remedy, forms::text, report);
    let remedy = "Write the https address of its privacy policy";
    let policy_url =
        text("policy_url", &file.policy_url, base.map(|v| &v.policy_url), remedy, forms::https, report);
    let remedy = "Write where the company that receives the data is, such as country = \"FR\"";
    let country = text("country", &file.country, base.map(|v| &v.country), remedy, forms::country, report);
    let remedy = "Write essential, functional, audience, advertising or third_party";
    let category = base.map(|v| v.category);
    let category =
        report.field(&key("category"), file.category.as_deref(), category, remedy, forms::category);
    let remedy = "Write what makes the transfer lawful: none, adequacy, dpf, scc or bcr";
    let transfer = base.map(|v| v.transfer);
    let transfer =
        report.field(&key("transfer"), file.transfer.as_deref(), transfer, remedy, forms::transfer);
    let purposes = vendor_purposes(&key("purposes"), file, known, report);
    let hosts = hosts(&key("hosts"), file, base, report);
    let cookies = cookies::check(at, file, known, report);
    let (country, transfer) = (country?, transfer?);
    if transfer == Transfer::None && !EEA.split(' ').any(|state| state == country) {
        let problem =
            format!("`none` says the data stay in the European Economic Area, but they go to {country}");
        report.add(
            &key("transfer"),
            problem,
            "Write what makes the transfer lawful: adequacy, dpf, scc or bcr",
        );
    }
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

pub(super) fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

fn vendor_purposes(
    key: &str,
    file: &VendorFile,
    known: &Known<'_>,
    report: &mut Report,
) -> Option<Vec<PurposeId>> {
    let Some(given) = &file.purposes else {
        let base = known.base.map(|vendor| vendor.purposes.clone());
        return report.field(key, None::<()>, base, "List what the service is for", |()| Ok(Vec::new()));
    };
    if given.is_empty() {
        report.add(key, "the vendor has no purpose", "List what the service is for");
    }
    let one = |id: &str| purposes::one(id, known.purposes);
    Some(distinct(key, given, one, report))
}

fn hosts(key: &str, file: &VendorFile, base: Option<&Vendor>, report: &mut Report) -> Option<Vec<String>> {
    let Some(given) = &file.hosts else {
        let base = base.map(|vendor| vendor.hosts.clone());
        let remedy = "List the hosts the service is reached at, [] for none";
        return report.field(key, None::<()>, base, remedy, |()| Ok(Vec::new()));
    };
    Some(distinct(key, given, forms::host, report))
}

/// The items of a list, each of which must have a form and be there once.
fn distinct<T: PartialEq>(
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

/// What a site may not do with a vendor, however true its facts are.
fn check_use(at: &str, vendor: &Vendor, categories: &Categories, report: &mut Report) {
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
            let remedy = format!(
                "Set the service to {TRACKER_DAYS_MAX} days or less and say so in [vendors.cookies.{}]: duration_days = {TRACKER_DAYS_MAX}",
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

#[cfg(test)]
mod tests {
    use super::super::super::sample::{BASE, assert_fault, assert_only_fault, changed, faults, site};
    use super::*;
    use constat_shared::vendor::Storage;

    fn with(vendor: &str) -> String {
        format!("{BASE}\n{vendor}\n")
    }

    fn vendor(text: &str, id: &str) -> Vendor {
        let notice = site(text).notice;
        notice.vendor(&VendorId::parse(id).unwrap()).expect("the vendor is there").clone()
    }

    #[test]
    fn a_vendor_has_the_catalogues_facts_and_the_files_overrides() {
        let retarget = vendor(BASE, "retarget");
        assert_eq!((retarget.name.as_str(), retarget.country.as_str()), ("Retarget", "US"));
        let days: Vec<_> = retarget.cookies.iter().map(|c| (c.name.as_str(), c.duration_days)).collect();
        assert_eq!(days, [("_re_*", 390), ("seen", 0)]);
        let moved =
            changed("id = \"counter\"", "id = \"counter\"\ncategory = \"advertising\"\ncountry = \"BE\"");
        let counter = vendor(&moved, "counter");
        assert_eq!((counter.category, counter.country.as_str()), (Category::Advertising, "BE"));
        assert_eq!(vendor(BASE, "own-chat").cookies[0].storage, Storage::Cookie);
    }

    #[test]
    fn an_unknown_vendor_is_a_mistake_with_the_nearest_as_a_hint() {
        let text = with("[[vendors]]\nid = \"billbord\"");
        assert_only_fault(&text, "billbord", "vendors.billbord", "Did you mean `billboard`?");
        let text = with("[[vendors]]\nid = \"video\"");
        assert_only_fault(&text, "video", "vendors.video", "If it is not of the catalogue, write name");
    }

    #[test]
    fn a_vendor_of_ones_own_without_one_of_its_facts_is_a_mistake() {
        for (fact, key, remedy) in [
            ("company = \"Chat SAS\"\n", "company", "Write the company"),
            ("category = \"functional\"\n", "category", "Write essential, functional"),
            ("policy_url = \"https://chat.example/privacy\"\n", "policy_url", "Write the https address"),
            ("country = \"FR\"\n", "country", "Write where the company that receives the data is"),
            ("transfer = \"none\"\n", "transfer", "Write what makes the transfer lawful"),
            ("purposes = [\"chat\"]\n", "purposes", "List what the service is for"),
            ("hosts = [\"chat.example\"]\n", "hosts", "List the hosts"),
            ("duration_days = 30\n", "cookies.chat.duration_days", "Write how many days it lives"),
            ("purpose = \"chat\"\n", "cookies.chat.purpose", "Name what it is for"),
        ] {
            let text = changed(fact, "");
            let errors = faults(&text);
            assert_eq!(errors.len(), 1, "{errors:?}");
            assert_eq!(errors[0].key, format!("vendors.own-chat.{key}"));
            assert!(errors[0].line.is_some() && errors[0].remedy.starts_with(remedy), "{}", errors[0]);
        }
    }

    #[test]
    fn a_fact_of_the_wrong_form_is_a_mistake() {
        for (from, to, key, remedy) in [
            (
                "\"https://chat.example/privacy\"",
                "\"chat.example\"",
                "policy_url",
                "Write one such as https://",
            ),
            ("country = \"FR\"", "country = \"France\"", "country", "two capital letters"),
            ("transfer = \"none\"", "transfer = \"non\"", "transfer", "Did you mean `none`?"),
            ("category = \"functional\"", "category = \"fun\"", "category", "Write one of `essential`"),
            ("purposes = [\"chat\"]", "purposes = []", "purposes", "List what the service is for"),
            ("hosts = [\"chat.example\"]", "hosts = [\"Chat\"]", "hosts[0]", "Write it in lower case"),
            (
                "duration_days = 30",
                "duration_days = -1",
                "cookies.chat.duration_days",
                "0 for the browser session",
            ),
            ("\nname = \"Chat\"", "\nname = \"\"", "name", "Write it"),
        ] {
            assert_fault(from, to, to.trim(), &format!("vendors.own-chat.{key}"), remedy);
        }
    }

    #[test]
    fn data_that_leave_the_economic_area_need_a_transfer_mechanism() {
        let remedy = "Write what makes the transfer lawful: adequacy, dpf, scc or bcr";
        let key = "vendors.own-chat.transfer";
        assert_fault("country = \"FR\"", "country = \"US\"", "transfer", key, remedy);
    }

    #[test]
    fn a_cookie_that_outlives_13_months_is_a_mistake() {
        let key = "vendors.retarget.cookies._re_*.duration_days";
        let remedy = "in [vendors.cookies.\"_re_*\"]: duration_days = 396";
        assert_fault("duration_days = 390", "duration_days = 397", "duration_days = 397", key, remedy);
        assert!(site(&changed("duration_days = 390", "duration_days = 396")).origins.len() == 1);
        let declared = changed("[vendors.cookies.\"_re_*\"]\nduration_days = 390\n", "");
        let errors = faults(&declared);
        assert_eq!((errors.len(), errors[0].key.as_str()), (1, key));
        assert!(errors[0].line.is_some() && errors[0].problem.contains("730 days"), "{}", errors[0]);
    }

    #[test]
    fn a_vendor_of_a_category_the_site_does_not_use_is_a_mistake() {
        let (key, remedy) = ("vendors.retarget.category", "Add [categories.advertising]");
        let errors = faults(&changed("[categories.advertising]\n", ""));
        assert_eq!((errors.len(), errors[0].key.as_str()), (1, key));
        assert!(errors[0].line.is_some() && errors[0].remedy.contains(remedy), "{}", errors[0]);
    }

    #[test]
    fn a_used_category_without_vendors_is_none() {
        let text =
            changed("[categories.advertising]\n", "[categories.advertising]\n[categories.third_party]\n");
        assert!(site(&text).notice.category(Category::ThirdParty).is_some());
    }

    #[test]
    fn a_vendor_that_is_there_twice_is_a_mistake() {
        let text = with("[[vendors]]\nid = \"counter\" # again");
        assert_only_fault(&text, "# again", "vendors[3].id", "Join the two tables");
    }

    #[test]
    fn a_site_has_as_many_vendors_as_the_cookie_holds() {
        let many: String = (0..VENDORS_MAX)
            .map(|n| {
                let own = BASE
                    .split("id = \"own-chat\"\n")
                    .nth(1)
                    .unwrap()
                    .split("[vendors.cookies")
                    .next()
                    .unwrap();
                format!("[[vendors]]\nid = \"own-{n}\"\n{own}")
            })
            .collect();
        let errors = faults(&with(&many));
        assert_eq!((errors.len(), errors[0].key.as_str()), (1, "vendors"));
        assert!(errors[0].remedy.contains("Keep to 256"), "{}", errors[0]);
    }
}
