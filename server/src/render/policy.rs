//! The Content Security Policy of a visitor's choice: it names hosts, and forbids nothing else.

use crate::site::Site;
use std::collections::BTreeSet;
use url::Url;

/// The most bytes of a policy. Apache, as a proxy, takes no longer line of a header, and nginx no longer head.
pub const POLICY_BYTES_MAX: usize = 8_000;

/// What any page may use: its own host, code in the page, and what is made in the browser itself.
const ALWAYS: &str = "'self' 'unsafe-inline' 'unsafe-eval' data: blob:";

/// The policy of a page of a site, where `allowed` says of each vendor of its notice whether it may load, and
/// `asked` is the host by which browsers reach this server.
///
/// `default-src` counts for everything that is fetched. A host without a scheme does not cover WebSockets in any
/// engine, so each is named twice; without a port it would mean the scheme's own one alone.
pub fn policy(site: &Site, allowed: &[bool], asked: Option<&str>) -> String {
    let mut sources = BTreeSet::new();
    for origin in &site.origins {
        sources.insert(origin.clone());
        sources.insert(origin.replacen("http", "ws", 1));
    }
    if let Some(host) = asked.filter(|host| !is_own(site, host)) {
        sources.insert(host.to_owned());
    }
    let vendors = site.notice.vendors.iter().zip(allowed).filter(|(_, allowed)| **allowed);
    let hosts = vendors.flat_map(|(vendor, _)| &vendor.hosts);
    for host in hosts.chain(site.tags.csp_hosts.iter().flatten()) {
        // Here a `*.` stands for the domain itself as well.
        for host in std::iter::once(host.as_str()).chain(host.strip_prefix("*.")) {
            sources.insert(format!("{host}:*"));
            sources.insert(format!("ws://{host}:*"));
        }
    }
    let sources: Vec<_> = sources.into_iter().collect();
    format!("default-src {ALWAYS} {}", sources.join(" "))
}

/// Whether a host, perhaps with its port, is that of an origin of the site.
fn is_own(site: &Site, host: &str) -> bool {
    let origins = site.origins.iter().filter_map(|origin| Url::parse(origin).ok());
    origins.into_iter().any(|origin| origin.authority().eq_ignore_ascii_case(host))
}
