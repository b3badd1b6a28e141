//! `www/catalogue/overrides.toml`: what people decided where the sources do not agree, each with its reason.

use std::path::Path;

use serde::Deserialize;

use crate::tools::failure::Failure;
use crate::tools::files;

/// Every decision.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overrides {
    /// What belongs to one vendor, though the sources name it differently.
    #[serde(default, rename = "vendor")]
    pub vendors: Vec<VendorEntry>,
    /// What a site runs on its own server.
    #[serde(default)]
    pub software: Vec<SoftwareEntry>,
    /// What is no vendor.
    #[serde(default, rename = "no_vendor")]
    pub no_vendors: Vec<NoVendor>,
    /// How long cookies live.
    #[serde(default, rename = "duration")]
    pub durations: Vec<DurationEntry>,
    /// Domains below which others have their hosts.
    #[serde(default, rename = "hosting")]
    pub hosting: Vec<Hosting>,
    /// The one right answer to a look-up of a host.
    #[serde(default, rename = "host")]
    pub hosts: Vec<Answer>,
    /// The one right answer to a look-up of a cookie.
    #[serde(default, rename = "cookie")]
    pub cookies: Vec<Answer>,
}

/// What belongs to one vendor. Whatever has the same name as one of these belongs to it too.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VendorEntry {
    /// The vendor's id.
    pub id: String,
    /// Why, for people.
    pub reason: String,
    /// Its name, instead of the first one of the sources.
    pub name: Option<String>,
    /// Its other names, instead of all that the sources have.
    pub also: Option<Vec<String>>,
    /// Which company of those that the sources give.
    pub company: Option<String>,
    /// Its category, instead of what the sources' categories say.
    pub category: Option<String>,
    /// Platforms of the Open Cookie Database.
    #[serde(default)]
    pub platforms: Vec<String>,
    /// Some rows of a platform.
    #[serde(default)]
    pub rows: Vec<RowsEntry>,
    /// Entities of third-party-web.
    #[serde(default)]
    pub entities: Vec<String>,
    /// Keys of services of tarteaucitron.
    #[serde(default)]
    pub services: Vec<String>,
    /// Hosts that are not this vendor's, though a source says so.
    #[serde(default)]
    pub without_hosts: Vec<String>,
    /// Whether it is worth a file though no source says what it stores: so that its hosts are known.
    #[serde(default)]
    pub partial: bool,
}

/// The rows of a platform with this text in their domain, or these cookies.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowsEntry {
    /// The platform.
    pub platform: String,
    /// A part of the domain's cell.
    pub domain: Option<String>,
    /// The patterns of the cookies.
    #[serde(default)]
    pub cookies: Vec<String>,
}

/// Software on the site's own server: its cookies are known, but there is no third party, so that its file has
/// neither company nor hosts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoftwareEntry {
    /// The id of its file.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its other names.
    #[serde(default)]
    pub also: Vec<String>,
    /// What its cookies are for.
    pub category: String,
    /// Why, for people.
    pub reason: String,
    /// Platforms of the Open Cookie Database.
    #[serde(default)]
    pub platforms: Vec<String>,
    /// Some rows of a platform.
    #[serde(default)]
    pub rows: Vec<RowsEntry>,
}

/// What is no vendor, or of whom no source says enough.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoVendor {
    /// Why, for people.
    pub reason: String,
    /// Platforms of the Open Cookie Database.
    #[serde(default)]
    pub platforms: Vec<String>,
    /// Entities of third-party-web.
    #[serde(default)]
    pub entities: Vec<String>,
    /// Keys of services of tarteaucitron.
    #[serde(default)]
    pub services: Vec<String>,
}

/// How long a cookie of a vendor lives, where the sources do not agree or say it in words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DurationEntry {
    /// The vendor's id.
    pub vendor: String,
    /// The cookie's pattern.
    pub cookie: String,
    /// Its days; 0 for a browser session.
    pub days: u16,
    /// Why, for people.
    pub reason: String,
}

/// A domain below which others have their hosts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hosting {
    /// The domain.
    pub name: String,
    /// The id of the vendor that runs it, if the catalogue has it.
    pub vendor: Option<String>,
    /// Why, for people.
    pub reason: String,
}

/// The one vendor that a look-up finds, though several have the name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The pattern, as it stands in the vendors' files.
    pub name: String,
    /// The vendor's id.
    pub vendor: String,
    /// Why, for people.
    pub reason: String,
}

/// Reads the decisions.
///
/// # Errors
/// The file is missing, has another form, or decides something without a reason.
pub fn read(path: &Path) -> Result<Overrides, Failure> {
    let text = String::from_utf8_lossy(&files::read(path)?).into_owned();
    parse(&text).map_err(|why| Failure::new(format!("{}: {why}", path.display()), "Correct the file."))
}

/// Reads the decisions from their text.
///
/// # Errors
/// What is wrong with it.
pub fn parse(text: &str) -> Result<Overrides, String> {
    let overrides: Overrides = toml::from_str(text).map_err(|error| error.to_string())?;
    match overrides.without_reason() {
        Some(key) => Err(format!("{key} has no reason.")),
        None => Ok(overrides),
    }
}

impl Overrides {
    /// How long a cookie lives by decision.
    pub fn days(&self, vendor: &str, cookie: &str) -> Option<u16> {
        let entry = self.durations.iter().find(|entry| entry.vendor == vendor && entry.cookie == cookie);
        entry.map(|entry| entry.days)
    }

    /// Every platform that is named whole.
    pub fn platforms(&self) -> impl Iterator<Item = &String> {
        let vendors = self.vendors.iter().flat_map(|entry| &entry.platforms);
        let software = self.software.iter().flat_map(|entry| &entry.platforms);
        vendors.chain(software).chain(self.no_vendors.iter().flat_map(|entry| &entry.platforms))
    }

    /// Every platform of which some rows are named.
    pub fn rows(&self) -> impl Iterator<Item = &RowsEntry> {
        let vendors = self.vendors.iter().flat_map(|entry| &entry.rows);
        vendors.chain(self.software.iter().flat_map(|entry| &entry.rows))
    }

    /// Every entity.
    pub fn entities(&self) -> impl Iterator<Item = &String> {
        let vendors = self.vendors.iter().flat_map(|entry| &entry.entities);
        vendors.chain(self.no_vendors.iter().flat_map(|entry| &entry.entities))
    }

    /// The key of every service.
    pub fn services(&self) -> impl Iterator<Item = &String> {
        let vendors = self.vendors.iter().flat_map(|entry| &entry.services);
        vendors.chain(self.no_vendors.iter().flat_map(|entry| &entry.services))
    }

    fn without_reason(&self) -> Option<String> {
        let reasons = (self.vendors.iter().map(|entry| (format!("vendor {}", entry.id), &entry.reason)))
            .chain(self.software.iter().map(|entry| (format!("software {}", entry.id), &entry.reason)))
            .chain(
                self.no_vendors
                    .iter()
                    .map(|entry| (format!("no_vendor {:?}", entry.platforms), &entry.reason)),
            )
            .chain(self.durations.iter().map(|entry| (format!("duration {}", entry.cookie), &entry.reason)))
            .chain(self.hosting.iter().map(|entry| (format!("hosting {}", entry.name), &entry.reason)))
            .chain(self.hosts.iter().map(|entry| (format!("host {}", entry.name), &entry.reason)))
            .chain(self.cookies.iter().map(|entry| (format!("cookie {}", entry.name), &entry.reason)));
        reasons.into_iter().find(|(_, reason)| reason.trim().is_empty()).map(|(key, _)| key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_decision_has_a_reason() {
        let host = |reason: &str| {
            format!("[[host]]\nname = \"a.example.com\"\nvendor = \"a\"\nreason = \"{reason}\"\n")
        };
        assert!(parse(&host("It is only A's.")).is_ok());
        assert_eq!(parse(&host(" ")).err().as_deref(), Some("host a.example.com has no reason."));
        assert!(parse("[[host]]\nname = \"a.example.com\"\nvendor = \"a\"\n").is_err());
        assert!(parse("[[hosts]]\n").is_err(), "a mistyped key is a mistake");
    }
}
