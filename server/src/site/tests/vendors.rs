//! Whole site files: what is right and wrong about vendors.

use super::sample::{SITE_FILE, assert_fault, assert_only_fault, changed, faults, site};
use constat_shared::notice::VENDORS_MAX;
use constat_shared::{Category, Storage, Vendor, VendorId};

fn with(vendor: &str) -> String {
    format!("{SITE_FILE}\n{vendor}\n")
}

fn vendor(text: &str, id: &str) -> Vendor {
    let notice = site(text).notice;
    notice.vendor(&VendorId::parse(id).unwrap()).expect("the vendor is there").clone()
}

#[test]
fn a_vendor_has_the_catalogues_facts_and_the_files_overrides() {
    let retarget = vendor(SITE_FILE, "retarget");
    assert_eq!((retarget.name.as_str(), retarget.country.as_str()), ("Retarget", "US"));
    let days: Vec<_> = retarget.cookies.iter().map(|c| (c.name.as_str(), c.duration_days)).collect();
    assert_eq!(days, [("_re_*", 390), ("seen", 0)]);
    let moved = changed("id = \"counter\"", "id = \"counter\"\ncategory = \"advertising\"\ncountry = \"BE\"");
    let counter = vendor(&moved, "counter");
    assert_eq!((counter.category, counter.country.as_str()), (Category::Advertising, "BE"));
    assert_eq!(vendor(SITE_FILE, "own-chat").cookies[0].storage, Storage::Cookie);
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
        ("\"https://chat.example/privacy\"", "\"chat.example\"", "policy_url", "Write one such as https://"),
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
    let text = changed("[categories.advertising]\n", "[categories.advertising]\n[categories.third_party]\n");
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
            let own = SITE_FILE
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
