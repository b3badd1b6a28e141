//! Whole site files: what is right and wrong about cookies.

use super::sample::{changed, faults, site};
use crate::site::facts::cookies::cookie_name;
use constat_shared::VendorId;

#[test]
fn an_override_of_an_unknown_cookie_must_be_a_whole_cookie() {
    let errors =
        faults(&changed("id = \"counter\"", "id = \"counter\"\n[vendors.cookies._coun]\nduration_days = 1"));
    assert_eq!((errors.len(), errors[0].key.as_str()), (1, "vendors.counter.cookies._coun"));
    assert!(
        errors[0].line.is_some() && errors[0].remedy.starts_with("Did you mean `_count`?"),
        "{}",
        errors[0]
    );
    let whole = "id = \"counter\"\n[vendors.cookies.more]\nduration_days = 1\npurpose = \"counting\"\n\
                 storage = \"local_storage\"\nfirst_party = true";
    let notice = site(&changed("id = \"counter\"", whole)).notice;
    let counter = notice.vendor(&VendorId::parse("counter").unwrap()).unwrap();
    let names: Vec<_> = counter.cookies.iter().map(|cookie| cookie.name.as_str()).collect();
    assert_eq!(names, ["_count", "more"]);
}

#[test]
fn a_star_is_only_at_the_end_of_a_cookies_name() {
    for good in ["_ga", "_ga_*", "s_ecid"] {
        assert!(cookie_name(good).is_ok(), "{good}");
    }
    for bad in ["", "*", "a b", "a*b", "a**"] {
        assert!(cookie_name(bad).is_err(), "{bad}");
    }
}
