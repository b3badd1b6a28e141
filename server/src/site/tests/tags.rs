//! Whole site files: what is right and wrong about signals to services, about blocking without marks, and about the
//! hosts of the Content Security Policy.

use super::sample::{SITE_FILE, assert_only_fault, site};
use crate::site::{Signal, Tags, UnknownHosts};

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
