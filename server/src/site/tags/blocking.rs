//! Blocking without marks, and the hosts of the site's Content Security Policy.

use crate::site::catalogue::Catalogue;
use crate::site::facts::vendor::distinct;
use crate::site::file::report::Report;
use crate::site::file::schema::SiteFile;
use crate::site::file::values;
use constat_shared::Notice;
use std::collections::BTreeSet;

/// The most hosts in a site's Content Security Policy beside those of its vendors: a header has to stay small.
const CSP_HOSTS_MAX: usize = 64;

constat_shared::names! {
    /// What happens to a host of another domain that neither the site nor the catalogue knows.
    UnknownHosts;
    /// It is asked as if Constat were not there.
    Allow = "allow";
    /// It is held like one of a vendor whom the visitor has refused.
    Block = "block";
    /// It is asked, and named on the page's console.
    Report = "report";
}

/// Blocking without marks; none when the file does not want it.
pub fn check(file: &SiteFile, report: &mut Report) -> Option<UnknownHosts> {
    let wanted = file.auto_block == Some(true);
    let given = file.unknown_hosts.as_deref();
    if given.is_some() && !wanted {
        report.add(
            "unknown_hosts",
            "only automatic blocking looks at hosts",
            "Set `auto_block = true`, or leave it out",
        );
    }
    let unknown = given.and_then(|text| {
        let all: Vec<_> = UnknownHosts::ALL.iter().map(|rule| (rule.as_str(), *rule)).collect();
        report.take("unknown_hosts", values::one_of(text, "what can happen to a host", &all))
    });
    wanted.then(|| unknown.unwrap_or(UnknownHosts::Allow))
}

/// The hosts of the catalogue's vendors that a notice does not name.
pub fn undeclared_hosts(notice: &Notice, catalogue: &Catalogue) -> BTreeSet<String> {
    let named: BTreeSet<&String> = notice.vendors.iter().flat_map(|vendor| &vendor.hosts).collect();
    let others =
        catalogue.hosts().iter().filter(|(id, _)| notice.vendors.iter().all(|vendor| vendor.id != *id));
    others.flat_map(|(_, hosts)| hosts).filter(|host| !named.contains(host)).cloned().collect()
}

/// The hosts of `csp_hosts`, each once.
pub fn csp_hosts(given: &[String], report: &mut Report) -> Vec<String> {
    if given.len() > CSP_HOSTS_MAX {
        let remedy = format!("Name {CSP_HOSTS_MAX} at most; a `*.` stands for a whole domain");
        report.add("csp_hosts", format!("there are {}", given.len()), remedy);
        return Vec::new();
    }
    distinct("csp_hosts", given, values::host_pattern, report)
}
