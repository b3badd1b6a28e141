//! `debug.js`: the overlay for the owner of a site, with the hosts that it knows.

use super::assets::Assets;
use super::body::Body;
use crate::site::{KnownVendor, Site};
use constat_public_suffix::registrable;
use serde_json::json;
use std::collections::BTreeMap;
use url::Url;

/// What stands in the overlay where the hosts belong.
const HOSTS: &str = "__CONSTAT_HOSTS__";

/// The overlay of a site. It is made for each request: owners alone ask for it.
pub fn debug_js<'a>(site: &Site, catalogue: impl Iterator<Item = &'a KnownVendor>, assets: &Assets) -> Body {
    let own = site.origins.iter().filter_map(|origin| domain(origin)).map(|domain| (domain, 1));
    let vendors = &site.notice.vendors;
    let declared = vendors.iter().flat_map(|vendor| vendor.hosts.iter().map(|host| (host, &vendor.name)));
    let others = catalogue.filter(|known| vendors.iter().all(|vendor| vendor.id != known.id));
    let known = others.flat_map(|known| known.hosts.iter().flatten().map(|host| (host, &known.name)));
    let hosts = json!({
        "own": own.collect::<BTreeMap<_, _>>(),
        "declared": declared.collect::<BTreeMap<_, _>>(),
        "known": known.collect::<BTreeMap<_, _>>(),
    });
    let script = assets.debug.replace(HOSTS, &hosts.to_string());
    Body::uncompressed("text/javascript; charset=utf-8", script.into_bytes())
}

/// The domain of an origin with all hosts below it, or its host alone.
fn domain(origin: &str) -> Option<String> {
    let url = Url::parse(origin).ok()?;
    let host = url.host_str()?;
    Some(registrable(host).map_or_else(|| host.to_owned(), |domain| format!("*.{domain}")))
}
