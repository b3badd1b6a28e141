//! `debug.js`: the overlay for the owner of a site, with the hosts that it knows.

use super::assets::Assets;
use super::body::Body;
use super::host_rules::own_pattern;
use crate::site::{KnownVendor, Site};
use serde_json::json;
use std::collections::BTreeMap;

/// What stands in the overlay where the hosts belong.
const HOSTS: &str = "__CONSTAT_HOSTS__";

/// The overlay of a site. It is made for each request: owners alone ask for it.
pub fn debug_js<'a>(site: &Site, catalogue: impl Iterator<Item = &'a KnownVendor>, assets: &Assets) -> Body {
    let own = site.origins.iter().filter_map(|origin| own_pattern(origin));
    let own = own.chain(site.tags.csp_hosts.iter().flatten().cloned()).map(|host| (host, 1));
    let vendors = &site.notice.vendors;
    let mut declared: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for vendor in vendors {
        for host in &vendor.hosts {
            declared.entry(host).or_default().push([vendor.category.as_str(), vendor.id.as_str()]);
        }
    }
    let others = catalogue.filter(|known| vendors.iter().all(|vendor| vendor.id != known.id));
    let known = others.flat_map(|known| known.hosts.iter().flatten().map(|host| (host, &known.name)));
    let hosts = json!({
        "own": own.collect::<BTreeMap<_, _>>(),
        "declared": declared,
        "known": known.collect::<BTreeMap<_, _>>(),
    });
    let script = assets.debug.replace(HOSTS, &hosts.to_string());
    Body::uncompressed("text/javascript; charset=utf-8", script.into_bytes())
}
