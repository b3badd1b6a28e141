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
fn one_part_of_a_cookies_name_may_vary_and_it_means_neither_all_nor_constats_own() {
    for (good, pattern) in [
        ("_ga", "_ga"),
        ("_ga_*", "_ga_*"),
        ("_hjSession_{id}", "_hjSession_*"),
        ("mp_{token}_mixpanel", "mp_*_mixpanel"),
        ("mp_*_mixpanel", "mp_*_mixpanel"),
        ("conversion", "conversion"),
        ("con_*", "con_*"),
    ] {
        assert_eq!(cookie_name(good).as_deref(), Ok(pattern), "{good}");
    }
    let all = ["*", "{id}", "*_id"];
    let own =
        ["constat", "constat-boreale", "constat-*", "constat.queue.boreale", "c*", "const*", "con{x}stat"];
    let others = ["", "a b", "a**", "a*b*", "a{b}c{d}", "a{}", "a{b", "a}b{c"];
    for bad in all.into_iter().chain(own).chain(others) {
        assert!(cookie_name(bad).is_err(), "{bad}");
    }
}
