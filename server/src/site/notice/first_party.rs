//! First-party mode: the site's own host passes Constat on, so that this server can set the consent cookie.

use crate::site::file::report::{Fault, Report};
use crate::site::file::schema::SiteFile;
use crate::site::file::values;
use constat_public_suffix::registrable;
use url::Url;

/// A site in first-party mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstParty {
    /// The domain whose hosts share one choice; without it each host has its own. Every origin of the site
    /// lies below it.
    pub cookie_domain: Option<String>,
}

/// What the file says of it; none when it does not want it.
pub fn check(file: &SiteFile, report: &mut Report) -> Option<FirstParty> {
    let wanted = file.first_party == Some(true);
    let domain = file.cookie_domain.as_deref();
    if domain.is_some() && !wanted {
        let remedy = "Set `first_party = true`, or leave it out";
        report.add("cookie_domain", "only first-party mode has a cookie domain", remedy);
    }
    let cookie_domain = domain.and_then(|text| report.take("cookie_domain", domain_of_a_site(text)));
    if let Some(domain) = &cookie_domain {
        for (number, origin) in file.origins.iter().flatten().enumerate() {
            if is_outside(origin, domain) {
                let problem = format!("`{origin}` does not lie below the cookie domain `{domain}`");
                let remedy = "Name a domain that all origins share, or leave `cookie_domain` out";
                report.add(&format!("origins[{number}]"), problem, remedy);
            }
        }
    }
    wanted.then_some(FirstParty { cookie_domain })
}

/// A domain for which browsers keep a cookie: no public suffix, such as `com`, `co.uk` or `github.io`.
fn domain_of_a_site(text: &str) -> Result<String, Fault> {
    let domain = values::host(text).map_err(|_| {
        let remedy = "Write the domain alone and in lower case, such as example.com";
        Fault::new(format!("`{text}` is not a domain"), remedy)
    })?;
    if registrable(&domain).is_some() {
        return Ok(domain);
    }
    let problem = format!("`{domain}` is a public suffix, below which others have their sites");
    Err(Fault::new(problem, "Write a domain of your own, such as example.com"))
}

/// Whether an origin, if it is one, has a host that is neither the domain nor below it.
fn is_outside(origin: &str, domain: &str) -> bool {
    let url = Url::parse(origin).ok();
    let host = url.as_ref().and_then(Url::host_str);
    host.is_some_and(|host| {
        host.strip_suffix(domain).is_none_or(|below| !below.is_empty() && !below.ends_with('.'))
    })
}
