//! The catalogue: what is right and wrong in its files, and that sites can use it.

use super::sample;
use crate::site::facts::catalogue::{Catalogue, TextFiles, read_texts};
use crate::site::file::report::SiteError;
use crate::site::parse;
use constat_shared::VendorId;

fn shown<T>(result: Result<T, Vec<SiteError>>) -> String {
    let errors = result.err().unwrap_or_default();
    errors.iter().map(|error| format!("{error}\n")).collect()
}

#[test]
fn the_catalogue_that_ships_has_no_mistake() {
    let catalogue = Catalogue::embedded();
    assert_eq!(shown(catalogue), "");
}

/// A site may have to shorten a cookie of a service it uses, and nothing else.
#[test]
fn every_vendor_that_ships_can_be_used_by_a_site() {
    let catalogue = Catalogue::embedded().unwrap();
    let base = sample::SITE_FILE.split("[categories.functional]").next().unwrap();
    let mut text = format!(
        "{base}[categories.functional]\n[categories.audience]\n[categories.advertising]\n[categories.third_party]\n"
    );
    for id in catalogue.vendor_ids() {
        let vendor = catalogue.vendor(&VendorId::parse(id).unwrap()).unwrap();
        text += &format!("[[vendors]]\nid = \"{}\"\n", vendor.id);
        for cookie in
            vendor.cookies.iter().filter(|c| c.duration_days > constat_shared::notice::TRACKER_DAYS_MAX)
        {
            text += &format!("[vendors.cookies.{:?}]\nduration_days = 396\n", cookie.name);
        }
    }
    assert_eq!(shown(parse("all.toml", &text, &catalogue)), "");
}

#[test]
fn a_mistake_in_the_catalogue_is_reported_like_one_in_a_site_file() {
    let vendor = "name = \"V\"\ncompany = \"V SA\"\ncategory = \"audience\"\ncountry = \"FR\"\ntransfer = \"none\"\n\
                  purposes = [\"countin\"]\nhosts = []\n[[cookies]]\nname = \"a\"\nduration_days = 1\npurpose = \"counting\"\n\
                  [[cookies]]\nname = \"a\"\n";
    let errors = shown(Catalogue::of(&[("Video.toml", vendor), ("v.toml", vendor)], &sample::purposes()));
    for expected in [
        "www/catalogue/vendors/Video.toml: the name of the file is not the id of a vendor",
        "www/catalogue/vendors/v.toml: source: it is missing",
        "www/catalogue/vendors/v.toml: policy_url: it is missing",
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
