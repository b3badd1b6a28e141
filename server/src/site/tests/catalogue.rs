//! The catalogue: what is right and wrong in its files, and that sites can use it.

use super::sample;
use crate::site::catalogue::{TextFiles, read_texts};
use crate::site::file::report::SiteError;
use crate::site::{By, Catalogue, Index, KnownVendor, Published, Site, parse};
use constat_shared::VendorId;
use constat_testkit::sample_site;
use std::collections::{BTreeMap, BTreeSet};

fn shown<T>(result: Result<T, Vec<SiteError>>) -> String {
    let errors = result.err().unwrap_or_default();
    errors.iter().map(|error| format!("{error}\n")).collect()
}

fn ready() -> Vec<KnownVendor> {
    Catalogue::embedded().unwrap().vendors().filter(KnownVendor::is_ready).collect()
}

#[test]
fn the_catalogue_that_ships_has_no_mistake() {
    let catalogue = Catalogue::embedded();
    assert_eq!(catalogue.as_ref().err(), None);
    assert_eq!(shown::<()>(Err(catalogue.unwrap().mistakes())), "");
}

#[test]
fn the_catalogue_recognises_400_vendors_and_has_60_ready_for_a_notice() {
    let catalogue = Catalogue::embedded().unwrap();
    let recognised = catalogue.vendors().filter(KnownVendor::is_recognised).count();
    assert!(recognised >= 400 && ready().len() >= 60, "{recognised} recognised, {} ready", ready().len());
}

/// A site may have to shorten a cookie of a service it uses, and nothing else.
#[test]
fn every_vendor_that_is_ready_can_be_used_by_a_site() {
    let base = sample::SITE_FILE.split("[categories.functional]").next().unwrap();
    let mut text = format!(
        "{base}[categories.functional]\n[categories.audience]\n[categories.advertising]\n[categories.third_party]\n"
    );
    for vendor in ready() {
        text += &format!("[[vendors]]\nid = \"{}\"\n", vendor.id);
        let cookies = vendor.cookies.iter().flatten();
        for cookie in cookies.filter(|c| c.duration_days > Some(constat_shared::notice::TRACKER_DAYS_MAX)) {
            text += &format!("[vendors.cookies.{:?}]\nduration_days = 396\n", cookie.name);
        }
    }
    assert_eq!(shown(parse("all.toml", &text, &Catalogue::embedded().unwrap())), "");
}

/// Vendors by pattern, of those patterns that several have.
fn shared<'a>(
    pairs: impl Iterator<Item = (&'a str, &'a KnownVendor)>,
) -> BTreeMap<&'a str, BTreeSet<VendorId>> {
    let mut shared: BTreeMap<&str, BTreeSet<VendorId>> = BTreeMap::new();
    for (pattern, vendor) in pairs {
        shared.entry(pattern).or_default().insert(vendor.id.clone());
    }
    shared.retain(|_, vendors| vendors.len() > 1);
    shared
}

#[test]
fn each_host_and_cookie_of_several_vendors_has_one_right_answer() {
    let catalogue = Catalogue::embedded().unwrap();
    let vendors: Vec<_> = catalogue.vendors().collect();
    let hosts = vendors.iter().flat_map(|v| v.hosts.iter().flatten().map(move |host| (host.as_str(), v)));
    let cookies = vendors.iter().flat_map(|v| v.cookies.iter().flatten().map(move |c| (c.name.as_str(), v)));
    let overrides = catalogue.overrides();
    for (shared, settled) in [(shared(hosts), &overrides.hosts), (shared(cookies), &overrides.cookies)] {
        for (pattern, vendors) in &shared {
            let answer = settled.get(*pattern);
            assert!(
                answer.is_some_and(|vendor| vendors.contains(vendor)),
                "www/catalogue/overrides.toml: `{pattern}` belongs to {vendors:?}, settled as {answer:?}"
            );
        }
    }
}

#[test]
fn a_name_means_one_vendor() {
    let vendors: Vec<_> = Catalogue::embedded().unwrap().vendors().collect();
    let mut names: BTreeMap<String, &VendorId> = BTreeMap::new();
    for vendor in &vendors {
        for name in
            [vendor.id.as_str(), &vendor.name].into_iter().chain(vendor.also.iter().map(String::as_str))
        {
            let before = names.insert(name.to_lowercase(), &vendor.id);
            assert!(
                before.is_none_or(|before| *before == vendor.id),
                "{name} is {before:?} and {}",
                vendor.id
            );
        }
    }
}

/// What a text is found as, by what, and who else uses it.
fn found(index: &Index, text: &str) -> Option<(String, &'static str, Vec<String>)> {
    let found = index.find(text)?;
    let by = match found.by {
        By::Name(_) => "name",
        By::Host(_) => "host",
        By::Cookie(_) => "cookie",
    };
    let others = found.others.iter().map(|other| other.id.to_string()).collect();
    Some((found.vendor.id.to_string(), by, others))
}

#[test]
fn a_look_up_takes_a_whole_name_a_host_an_address_or_a_cookie() {
    let vendor = |name: &str, more: &str| {
        format!("name = \"{name}\"\n{more}\n{}", sample_site::SOURCES.replace("purposes = {", "#"))
    };
    let facts =
        "company = \"C\"\ncountry = \"FR\"\ntransfer = \"none\"\npolicy_url = \"https://c.example/\"\n";
    let wide = vendor(
        "Wide Maps",
        &format!(
            "also = [\"Old Maps\"]\n{facts}hosts = [\"*.wide.example\"]\n[[cookies]]\nname = \"_wi*\"\n[[cookies]]\nname = \"mp_{{token}}_panel\"\n"
        ),
    );
    let exact =
        vendor("Exact", &format!("{facts}hosts = [\"api.wide.example\"]\n[[cookies]]\nname = \"_wide\"\n"));
    let catalogue =
        Catalogue::of(&[("exact.toml", &exact), ("wide.toml", &wide)], &sample::purposes()).unwrap();
    let index = Index::of(&catalogue);
    let one = |id: &str, by: &'static str| Some((id.to_owned(), by, Vec::new()));
    for name in ["wide maps", " Wide  Maps ", "wide", "old maps"] {
        assert_eq!(found(&index, name), one("wide", "name"), "{name}");
    }
    for host in
        ["wide.example", "A.B.wide.example.", "https://x.wide.example/path?q=1", "x.wide.example/path"]
    {
        assert_eq!(found(&index, host), one("wide", "host"), "{host}");
    }
    let both = |by| Some(("exact".to_owned(), by, vec!["wide".to_owned()]));
    assert_eq!(found(&index, "api.wide.example"), both("host"), "the longer pattern says more");
    assert_eq!(found(&index, "_wide"), both("cookie"), "a whole name says more than a pattern");
    assert_eq!(found(&index, "_wi1"), one("wide", "cookie"));
    assert_eq!(found(&index, "mp_1_panel"), one("wide", "cookie"));
    for unknown in ["maps", "notwide.example", "_Wi1", "mp_1", "", " ", "*", "é"] {
        assert_eq!(found(&index, unknown), None, "{unknown}");
    }
}

#[test]
fn what_most_people_look_for_is_the_answer() {
    let index = Index::of(&Catalogue::embedded().unwrap());
    for (text, id) in [
        ("_ga", "google-analytics"),
        ("_gid", "google-analytics"),
        ("_pk_id.1.1fff", "matomo"),
        ("_gcl_au", "google-ads"),
        ("JSESSIONID", "java"),
        ("PHPSESSID", "php"),
        ("CookieConsent", "cookiebot"),
        ("amplitude_id_1", "amplitude"),
        ("www.googletagmanager.com", "google-tag-manager"),
        ("ct.pinterest.com", "pinterest-tag"),
        ("cdnjs.cloudflare.com", "cdnjs"),
        ("Facebook Pixel", "meta-pixel"),
        ("AT Internet", "piano-analytics"),
    ] {
        assert_eq!(index.find(text).map(|found| found.vendor.id.as_str()), Some(id), "{text}");
    }
}

#[test]
fn every_override_names_a_vendor_that_has_it() {
    let catalogue = Catalogue::embedded().unwrap();
    let index = Index::of(&catalogue);
    for (name, vendor) in &catalogue.overrides().cookies {
        let whole = name.replace('*', "x");
        assert_eq!(index.find(&whole).map(|found| &found.vendor.id), Some(vendor), "[[cookie]] {name}");
    }
    for (name, vendor) in &catalogue.overrides().hosts {
        let whole = name.replace("*.", "");
        assert_eq!(index.find(&whole).map(|found| &found.vendor.id), Some(vendor), "[[host]] {name}");
    }
}

#[test]
fn a_cookie_of_a_special_setting_is_in_the_notice_of_a_site_that_names_it() {
    let special = sample_site::vendor_files().map(|(name, text)| {
        let more = "[[cookies]]\nname = \"_old_*\"\nduration_days = 9\npurpose = \"counting\"\ndefault = false\n[sources]";
        (name, text.replace("[sources]", more))
    });
    let vendors: Vec<_> = special.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let catalogue = Catalogue::of(&vendors, &sample::purposes()).unwrap();
    let names = |text: &str| {
        let site = parse("boreale.toml", text, &catalogue).unwrap();
        let counter = site.notice.vendor(&VendorId::parse("counter").unwrap()).unwrap();
        counter.cookies.iter().map(|cookie| cookie.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(sample::SITE_FILE), ["_count"]);
    let named = sample::changed("id = \"counter\"", "id = \"counter\"\n[vendors.cookies.\"_old_{id}\"]");
    assert_eq!(names(&named), ["_count", "_old_*"]);
    assert_eq!(found(&Index::of(&catalogue), "_old_1").map(|(_, by, _)| by), Some("cookie"));
}

#[test]
fn what_no_source_says_is_asked_of_the_site_by_key() {
    let known = "name = \"Known\"\ncompany = \"K\"\nhosts = [\"k.example\"]\n[[cookies]]\nname = \"_known\"\nduration_days = 2\n\
                 [sources]\ncompany = { source = \"tarteaucitron\", read = \"2026-11-28\" }\n\
                 hosts = { source = \"tarteaucitron\", read = \"2026-11-28\" }\ncookies = { source = \"tarteaucitron\", read = \"2026-11-28\" }\n";
    let catalogue = Catalogue::of(&[("known.toml", known)], &sample::purposes()).unwrap();
    let vendor = &catalogue.vendors().next().unwrap();
    assert!(vendor.is_recognised() && !vendor.is_ready());
    let base = sample::SITE_FILE.split("[[vendors]]").next().unwrap();
    let errors = shown(parse("s.toml", &format!("{base}[[vendors]]\nid = \"known\"\n"), &catalogue));
    for key in ["category", "country", "transfer", "policy_url", "purposes", "cookies._known.purpose"] {
        assert!(errors.contains(&format!("vendors.known.{key}: it is missing")), "{key}\n{errors}");
    }
    for key in ["company", "hosts", "name", "duration_days"] {
        assert!(!errors.contains(&format!("{key}: it is missing")), "{key}\n{errors}");
    }
}

#[test]
fn a_site_can_say_that_a_service_stores_nothing_where_no_source_says_it() {
    let known = "name = \"Known\"\nhosts = [\"k.example\"]\n[sources]\nhosts = { source = \"tarteaucitron\", read = \"2026-11-28\" }\n";
    let catalogue = Catalogue::of(&[("known.toml", known)], &sample::purposes()).unwrap();
    let facts = "company = \"K\"\ncategory = \"audience\"\npolicy_url = \"https://k.example/\"\ncountry = \"FR\"\n\
                 transfer = \"none\"\npurposes = [\"counting\"]\n";
    let base = sample::SITE_FILE.split("[[vendors]]").next().unwrap();
    let with = |more: &str| {
        shown(parse("s.toml", &format!("{base}[[vendors]]\nid = \"known\"\n{facts}{more}"), &catalogue))
    };
    assert!(with("").contains("vendors.known.cookies: it is missing"));
    assert_eq!(with("[vendors.cookies]\n"), "");
}

#[test]
fn a_fact_that_a_notice_uses_is_named_when_it_was_read_over_12_months_ago() {
    let warnings = |text: &str, day| {
        let warnings = sample::site(text).warnings(day);
        warnings.into_iter().filter(|warning| warning.contains("12 months")).collect::<Vec<_>>()
    };
    assert_eq!(warnings(sample::SITE_FILE, sample::today()), Vec::<String>::new());
    let stale = warnings(sample::SITE_FILE, jiff::civil::date(2026, 4, 1));
    let expected =
        "`cookies` of `counter` was read more than 12 months ago, on 2025-03-31. Compare it with https";
    assert!(stale.iter().any(|warning| warning.starts_with(expected)), "{stale:?}");
    let later = jiff::civil::date(2028, 1, 1);
    let own = sample::changed("id = \"counter\"", "id = \"counter\"\ncountry = \"BE\"");
    let of =
        |text: &str| warnings(text, later).iter().filter(|w| w.starts_with("`country` of `counter`")).count();
    assert_eq!((of(sample::SITE_FILE), of(&own)), (1, 0), "what the site writes itself is its own");
}

#[test]
fn a_mistake_in_the_catalogue_is_reported_like_one_in_a_site_file() {
    let vendor = "name = \"V\"\ncompany = \"V SA\"\ncategory = \"audience\"\ncountry = \"FR\"\ntransfer = \"none\"\n\
                  purposes = [\"countin\"]\nhosts = []\n[[cookies]]\nname = \"a\"\nduration_days = 1\npurpose = \"counting\"\n\
                  [[cookies]]\nname = \"a\"\n";
    let errors = shown(Catalogue::of(&[("Video.toml", vendor), ("v.toml", vendor)], &sample::purposes()));
    for expected in [
        "www/catalogue/vendors/Video.toml: the name of the file is not the id of a vendor",
        "www/catalogue/vendors/v.toml:2: company: it has no source",
        "www/catalogue/vendors/v.toml:6: purposes[0]: unknown purpose `countin`. Did you mean `counting`?",
        "www/catalogue/vendors/v.toml:9: cookies.a: the cookie is there twice",
    ] {
        assert!(errors.contains(expected), "{expected} is not in\n{errors}");
    }
    let purposes = "[counting.fr]\ntitle = \"T\"\ndescription = \"D\"\n";
    let errors = shown(Catalogue::of(&[], purposes));
    assert!(
        errors.contains("www/catalogue/purposes.toml:1: counting.nl: the purpose is missing in `nl`"),
        "{errors}"
    );
}

#[test]
fn texts_that_lost_a_placeholder_or_a_key_are_mistakes() {
    let english = TextFiles::get("en.toml").unwrap().data;
    let english = String::from_utf8(english.into_owned()).unwrap();
    let lost = english.replace("{months}", "six");
    assert!(
        shown(read_texts("en.toml", lost.as_bytes()))
            .contains(": lifetime: the text lacks {months}. Put {months} where")
    );
    let lines: String =
        english.lines().filter(|l| !l.starts_with("title ")).map(|l| format!("{l}\n")).collect();
    assert!(shown(read_texts("en.toml", lines.as_bytes())).contains(": title: the text is empty"));
}

/// The sample's catalogue as a later version might have it.
fn later() -> Catalogue {
    let files = sample_site::vendor_files()
        .map(|(name, text)| (name, text.replace("country = \"FR\"", "country = \"BE\"")));
    let vendors: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    Catalogue::of(&vendors, &sample::purposes()).unwrap()
}

#[test]
fn a_new_catalogue_changes_a_notice_only_when_the_site_file_changes() {
    let counter = |site: &Site| {
        let vendor = site.notice.vendor(&VendorId::parse("counter").unwrap()).unwrap();
        (vendor.country.clone(), site.notice.notice_hash())
    };
    let read = |text: &str, catalogue: &Catalogue| parse("boreale.toml", text, catalogue).unwrap();
    let first = sample::site(sample::SITE_FILE);
    let (country, hash) = counter(&first);
    assert_eq!((country.as_str(), counter(&read(sample::SITE_FILE, &later())).0.as_str()), ("FR", "BE"));

    let published = |file| {
        let last = Published { file, notice: first.notice.clone() };
        later().with_published([(first.notice.site.clone(), last)].into())
    };
    let same = published(Some(first.file_hash));
    assert_eq!(counter(&read(sample::SITE_FILE, &same)), ("FR".to_owned(), hash), "the file is the same");
    let changed = format!("{}\n# published", sample::SITE_FILE);
    assert_eq!(counter(&read(&changed, &same)).0, "BE", "its owner published it");
    // An earlier version has kept no hash of the file.
    assert_eq!(counter(&read(sample::SITE_FILE, &published(None))), ("FR".to_owned(), hash));
}

#[test]
fn a_site_file_that_a_new_catalogue_would_refuse_is_served_while_it_is_the_same() {
    let first = sample::site(sample::SITE_FILE);
    let none = Catalogue::of(&[], &sample::purposes()).unwrap();
    assert!(parse("boreale.toml", sample::SITE_FILE, &none).is_err());
    let last = Published { file: Some(first.file_hash), notice: first.notice.clone() };
    let none = none.with_published([(first.notice.site.clone(), last)].into());
    let site = parse("boreale.toml", sample::SITE_FILE, &none).unwrap();
    assert_eq!(site.notice.notice_hash(), first.notice.notice_hash());
    assert!(parse("boreale.toml", &format!("{}\n", sample::SITE_FILE), &none).is_err());
}
