//! The hosts by which `www/loader/optional/auto_block_rules.js` knows whose an address is.

use crate::site::Site;
use constat_public_suffix::registrable;
use url::Url;

/// Hosts with spaces between them: those of vendors that the site does not name, the site's own, and those of each
/// vendor of its notice. `x` is a domain with every host below it, `=x` is one host alone: most are domains.
pub fn host_rules(site: &Site) -> Vec<String> {
    let undeclared = joined(site.tags.undeclared_hosts.iter().map(|host| rule(host)));
    let own = joined(site.origins.iter().filter_map(|origin| own_pattern(origin)).map(|host| rule(&host)));
    let vendors = site.notice.vendors.iter();
    let vendors = vendors.map(|vendor| joined(vendor.hosts.iter().map(|host| rule(host))));
    [undeclared, own].into_iter().chain(vendors).collect()
}

fn joined(rules: impl Iterator<Item = String>) -> String {
    rules.collect::<Vec<_>>().join(" ")
}

/// The rule of a host as the site file and the catalogue write it.
fn rule(host: &str) -> String {
    host.strip_prefix("*.").map_or_else(|| format!("={host}"), str::to_owned)
}

/// What is a site's own by one of its origins: `*.` and the domain that its owner has registered, or its host alone.
pub fn own_pattern(origin: &str) -> Option<String> {
    let url = Url::parse(origin).ok()?;
    let host = url.host_str()?;
    Some(registrable(host).map_or_else(|| host.to_owned(), |domain| format!("*.{domain}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_stands_for_itself_and_a_host_alone_has_a_sign() {
        assert_eq!((rule("*.a.example"), rule("b.a.example")), ("a.example".into(), "=b.a.example".into()));
    }

    #[test]
    fn the_site_has_all_of_the_domain_that_its_owner_registered() {
        for (origin, own) in [
            ("https://www.helvia.co.uk", "helvia.co.uk"),
            ("http://127.0.0.1:8080", "=127.0.0.1"),
            ("https://helvia.github.io", "helvia.github.io"),
            ("http://localhost:3000", "=localhost"),
        ] {
            assert_eq!(own_pattern(origin).map(|host| rule(&host)).as_deref(), Some(own), "{origin}");
        }
    }
}
