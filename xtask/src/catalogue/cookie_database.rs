//! The Open Cookie Database: one row for each cookie.

use std::path::Path;

use constat_public_suffix::registrable;
use serde::Deserialize;

use crate::catalogue::names::key;
use crate::catalogue::pattern::pattern;
use crate::catalogue::{duration, hosts};
use crate::tools::failure::Failure;
use crate::tools::files;

/// A shorter part of a domain is in many names by chance.
const NAME_MIN: usize = 4;

/// A cookie of a platform, as the database writes it.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Row {
    /// The service that sets the cookie.
    #[serde(rename = "Platform")]
    pub platform: String,
    /// What the cookie is for: Functional, Marketing, Analytics, Security, Personalization or Necessary.
    #[serde(rename = "Category")]
    pub category: String,
    #[serde(rename = "Cookie / Data Key name")]
    name: String,
    /// Where the cookie is set, in words; empty for the site's own domain.
    #[serde(rename = "Domain")]
    pub domain: String,
    /// How long the cookie lives, in words.
    #[serde(rename = "Retention period")]
    pub retention: String,
    /// The company.
    #[serde(rename = "Data Controller")]
    pub controller: String,
    #[serde(rename = "User Privacy & GDPR Rights Portals")]
    portal: String,
    #[serde(rename = "Wildcard match")]
    wildcard: String,
}

impl Row {
    /// The name of the cookie as a pattern, or why it cannot be used.
    pub fn pattern(&self) -> Result<String, String> {
        pattern(&self.name, self.wildcard.trim() == "1").map_err(|why| format!("{:?} {why}", self.name))
    }

    /// The days that it lives, where the database says so.
    pub fn days(&self) -> Option<u16> {
        duration::days(&self.retention)
    }

    /// Whether it is set for the site's own domain.
    pub fn is_first_party(&self) -> bool {
        self.domain.trim().is_empty()
    }

    /// The patterns of the hosts for which it is set.
    pub fn hosts(&self) -> Vec<String> {
        hosts::in_cell(&self.domain)
    }

    /// The vendor's own domain, by the address of its page about privacy: one that has the vendor's name.
    pub fn own_domain(&self) -> Option<String> {
        let host = hosts::in_script(&self.portal).into_iter().next()?;
        let domain = registrable(&host)?;
        let (label, name) = (key(domain.split('.').next()?), key(&self.platform));
        let is_named = label.len() >= NAME_MIN && (name.contains(&label) || label.contains(&name));
        is_named.then(|| format!("*.{domain}"))
    }

    /// The company, unless the cell holds a host, a period or nothing.
    pub fn company(&self) -> Option<&str> {
        self.controller().filter(|controller| !is_host(controller))
    }

    /// The name that the database has for the company, where that is written like a host: `Customer.io`.
    pub fn brand(&self) -> Option<&str> {
        self.controller()
            .filter(|name| is_host(name) && name.starts_with(|first: char| first.is_ascii_uppercase()))
    }

    fn controller(&self) -> Option<&str> {
        let controller = self.controller.trim();
        (!controller.is_empty() && duration::days(controller).is_none()).then_some(controller)
    }
}

fn is_host(text: &str) -> bool {
    !text.contains(' ') && !hosts::in_cell(text).is_empty()
}

/// Reads the database.
///
/// # Errors
/// The file is missing or has other columns.
pub fn read(path: &Path) -> Result<Vec<Row>, Failure> {
    parse(&files::read(path)?).map_err(|error| {
        Failure::new(
            format!("{} cannot be read: {error}.", path.display()),
            "Compare its columns with xtask/src/catalogue/cookie_database.rs.",
        )
    })
}

fn parse(bytes: &[u8]) -> Result<Vec<Row>, csv::Error> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    csv::Reader::from_reader(text).deserialize().collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A row with these cells.
    pub fn row(platform: &str, name: &str, domain: &str, retention: &str, controller: &str) -> Row {
        let text = |text: &str| text.to_owned();
        Row {
            platform: text(platform),
            category: text("Marketing"),
            name: text(name),
            domain: text(domain),
            retention: text(retention),
            controller: text(controller),
            portal: String::new(),
            wildcard: text("0"),
        }
    }

    #[test]
    fn a_row_is_read_with_its_byte_order_mark() {
        let text = "\u{feff}ID,Platform,Category,Cookie / Data Key name,Domain,Description,Retention period,Data Controller,User Privacy & GDPR Rights Portals,Wildcard match\n\
                    1,Hotjar,Analytics,_hjid_,,\"a, b\",1 year,Hotjar Ltd,,1\n";
        let rows = parse(text.as_bytes()).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].pattern().as_deref(), Ok("_hjid_*"));
        assert_eq!((rows[0].days(), rows[0].is_first_party()), (Some(365), true));
    }

    #[test]
    fn a_domain_says_that_a_cookie_is_the_vendors() {
        let row = row("Cookiebot", "a", "cookiebot.com (3rd party)", "1 day", "Cookiebot");
        assert!(!row.is_first_party());
        assert_eq!(row.hosts(), ["*.cookiebot.com"]);
    }

    #[test]
    fn the_page_about_privacy_shows_the_vendors_own_domain() {
        let own = |platform, portal: &str| {
            let row = Row { portal: portal.to_owned(), ..row(platform, "a", "", "1 day", "") };
            row.own_domain()
        };
        let found = own("Leadfeeder", "https://www.leadfeeder.com/privacy/").unwrap_or_default();
        assert_eq!(found, "*.leadfeeder.com");
        assert_eq!(own("Axeptio", "https://www.axept.io/privacy"), Some("*.axept.io".to_owned()));
        assert_eq!(own("Google Flights", "https://business.safety.google/privacy/"), None);
        assert_eq!(own("Leadfeeder", ""), None);
    }

    #[test]
    fn a_cell_that_is_no_company_gives_none() {
        let company = |controller| row("P", "a", "", "1 day", controller).company().map(str::to_owned);
        assert_eq!(company("Hotjar"), Some("Hotjar".to_owned()));
        assert_eq!(company("29 days"), None);
        assert_eq!(company("ad.360yield.com"), None);
        assert_eq!(company("Customer.io"), None);
        let brand = |controller| row("P", "a", "", "1 day", controller).brand().map(str::to_owned);
        assert_eq!((brand("Customer.io"), brand("ad.360yield.com")), (Some("Customer.io".to_owned()), None));
        assert_eq!(company(""), None);
    }
}
