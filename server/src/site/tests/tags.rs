//! Whole site files: what is right and wrong about signals to services, about blocking without marks, and about the
//! hosts of the Content Security Policy.

use super::sample::{SITE_FILE, assert_only_fault, site};
use crate::site::{Catalogue, Decider, Signal, Tags, UnknownHosts, parse};
use constat_shared::{Category, VendorId};
use constat_testkit::sample_site::with_shipped_vendors;

/// The base with keys at the top.
fn with(keys: &str) -> String {
    format!("{keys}\n{SITE_FILE}")
}

fn tags(keys: &str) -> Tags {
    site(&with(keys)).tags
}

#[test]
fn a_site_that_says_nothing_of_tags_needs_nothing_for_them() {
    assert_eq!(site(SITE_FILE).tags, Tags::default());
}

#[test]
fn what_the_file_says_of_tags_is_not_in_the_notice() {
    let all = "auto_block = true\nunknown_hosts = \"block\"\ncsp_hosts = [\"cdn.boreale.example\"]";
    let text = format!("{}[signals]\nmatomo = true\n[consent_mode]\n", with(all));
    let (with_tags, usual) = (site(&text), site(SITE_FILE));
    assert_ne!(with_tags.tags, usual.tags);
    assert_eq!(with_tags.notice.notice_hash(), usual.notice.notice_hash());
    assert_eq!(with_tags.notice.terms_hash(), usual.notice.terms_hash());
}

#[test]
fn each_signal_to_a_service_is_switched_on_by_its_own_key() {
    let of = |keys: &str| {
        site(&format!("{SITE_FILE}[signals]\n{keys}")).tags.signals.into_keys().collect::<Vec<_>>()
    };
    for signal in Signal::ALL {
        assert_eq!(of(&format!("{signal} = true")), [*signal]);
        assert!(of(&format!("{signal} = false")).is_empty());
    }
    let all: String = Signal::ALL.iter().map(|signal| format!("{signal} = true\n")).collect();
    assert_eq!(of(&all).len(), 11);
    let text = format!("{SITE_FILE}[signals]\nmatom = true");
    assert_only_fault(&text, "matom = ", "signals.matom", "`matomo`");
}

#[test]
fn a_signal_is_decided_by_the_vendor_that_the_site_names_or_else_by_its_category() {
    let deciders = |text: &str, signal: Signal| site(text).tags.signals[&signal].clone();
    let audience = Some(Decider::Category(Category::Audience));
    let advertising = Some(Decider::Category(Category::Advertising));
    let functional = Some(Decider::Category(Category::Functional));
    let base = |keys: &str| format!("{SITE_FILE}[signals]\n{keys}");
    assert_eq!(deciders(&base("matomo = true"), Signal::Matomo), std::slice::from_ref(&audience));
    let named = SITE_FILE.replace("own-chat", "matomo") + "[signals]\nmatomo = true";
    let vendor = Decider::Vendor(VendorId::parse("matomo").unwrap());
    assert_eq!(deciders(&named, Signal::Matomo), [Some(vendor)]);
    let both = [advertising.clone(), audience.clone()];
    assert_eq!(deciders(&base("microsoft = true"), Signal::Microsoft), both);
    assert_eq!(deciders(&base("shopify = true"), Signal::Shopify), [audience, advertising, functional]);
}

/// The base without the category advertising, and without its vendor.
fn without_advertising() -> String {
    let (start, rest) = SITE_FILE.split_once("[categories.advertising]\n").unwrap();
    let rest = rest.split_once("duration_days = 390\n").unwrap().1;
    format!("{start}{rest}")
}

#[test]
fn a_signal_that_nothing_on_the_site_decides_is_a_mistake() {
    let base = without_advertising();
    for (signal, remedy) in
        [("meta", "meta-pixel"), ("tiktok", "tiktok-pixel"), ("linkedin", "linkedin-insight")]
    {
        let text = format!("{base}[signals]\n{signal} = true");
        let key = format!("signals.{signal}");
        assert_only_fault(
            &text,
            &format!("{signal} = "),
            &key,
            &format!("Add [[vendors]] with id = \"{remedy}\""),
        );
    }
    // Of two things that a service is told, one is enough.
    let signals = site(&format!("{base}[signals]\nmicrosoft = true")).tags.signals;
    assert_eq!(signals[&Signal::Microsoft], [None, Some(Decider::Category(Category::Audience))]);
}

#[test]
fn hosts_that_nobody_knows_are_asked_unless_the_site_says_otherwise() {
    assert_eq!(tags("auto_block = true").auto_block, Some(UnknownHosts::Allow));
    for (text, rule) in
        [("allow", UnknownHosts::Allow), ("block", UnknownHosts::Block), ("report", UnknownHosts::Report)]
    {
        let keys = format!("auto_block = true\nunknown_hosts = {text:?}");
        assert_eq!(tags(&keys).auto_block, Some(rule));
    }
    assert_eq!(tags("auto_block = false").auto_block, None);
    let text = with("auto_block = true\nunknown_hosts = \"blok\"");
    assert_only_fault(&text, "unknown_hosts", "unknown_hosts", "`block`");
    for keys in ["unknown_hosts = \"block\"", "auto_block = false\nunknown_hosts = \"block\""] {
        assert_only_fault(&with(keys), "unknown_hosts", "unknown_hosts", "Set `auto_block = true`");
    }
}

#[test]
fn the_policy_names_more_hosts_each_once() {
    let keys = "csp_hosts = [\"cdn.boreale.example\", \"*.pictures.example\"]";
    assert_eq!(tags(keys).csp_hosts.unwrap(), ["cdn.boreale.example", "*.pictures.example"]);
    assert_eq!(tags("csp_hosts = []").csp_hosts, Some(Vec::new()), "the site has a policy");
    assert_eq!(site(SITE_FILE).tags.csp_hosts, None);
    for host in ["https://cdn.boreale.example", "cdn boreale", "*", "a;script-src *", "'unsafe-eval'", ""] {
        let text = with(&format!("csp_hosts = [{host:?}]"));
        assert_only_fault(&text, "csp_hosts", "csp_hosts[0]", "");
    }
    let twice = with("csp_hosts = [\n\"a.example\",\n\"a.example\"]");
    assert_only_fault(&twice, "\"a.example\"]", "csp_hosts[1]", "List it once");
    let many = |count: usize| {
        let hosts: Vec<_> = (0..count).map(|at| format!("\"h{at}.example\"")).collect();
        format!("csp_hosts = [{}]", hosts.join(", "))
    };
    assert_eq!(tags(&many(64)).csp_hosts.unwrap().len(), 64);
    assert_only_fault(&with(&many(65)), "csp_hosts", "csp_hosts", "Name 64 at most");
}

#[test]
fn what_blocking_and_a_policy_cost_is_said_where_they_are_switched_on() {
    let warned = |keys: &str, part: &str| {
        let warnings = site(&with(keys)).warnings(super::sample::today());
        warnings.iter().filter(|warning| warning.contains(part)).count()
    };
    let parts = ["first in `<head>`", "`Vary: Cookie`", "needs `first_party = true`"];
    for (keys, counts) in [
        ("gpc = \"refuse\"", [0, 0, 0]),
        ("auto_block = true", [1, 0, 0]),
        ("csp_hosts = []", [0, 1, 1]),
        ("csp_hosts = []\nfirst_party = true", [0, 1, 0]),
    ] {
        assert_eq!(parts.map(|part| warned(keys, part)), counts, "{keys}");
    }
}

#[test]
fn hosts_of_vendors_that_the_site_does_not_name_are_known_where_it_blocks() {
    let catalogue = Catalogue::embedded().unwrap();
    let text = with_shipped_vendors("polaire", "https://www.polaire.example");
    let hosts = |text: &str| parse("polaire.toml", text, &catalogue).unwrap().tags.undeclared_hosts;
    assert!(hosts(&text).is_empty());
    let hosts = hosts(&format!("auto_block = true\n{text}"));
    assert!(hosts.contains("*.hotjar.com"), "{hosts:?}");
    let named = ["*.google-analytics.com", "*.youtube.com"];
    assert!(named.iter().all(|host| !hosts.contains(*host)), "{hosts:?}");
}
