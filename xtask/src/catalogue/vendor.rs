//! A vendor's file: as text, and read again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use serde::Deserialize;

use crate::tools::failure::Failure;
use crate::tools::files;

/// The sources that the importer reads.
pub const COOKIE_DATABASE: &str = "open-cookie-database";
/// The package with companies and hosts.
pub const THIRD_PARTY_WEB: &str = "third-party-web";
/// The package with services that set no cookie.
pub const TARTEAUCITRON: &str = "tarteaucitron";

/// A line in the file is at most this long before a list takes a line for each value.
const LINE_MAX: usize = 110;

/// The facts of a vendor that the importer knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Vendor {
    /// The name of the service.
    #[serde(default)]
    pub name: String,
    /// Other names of the same service.
    #[serde(default)]
    pub also: Vec<String>,
    /// The company.
    #[serde(default)]
    pub company: String,
    /// What it is for, where that is clear.
    #[serde(default)]
    pub category: Option<String>,
    /// Hosts, and patterns such as `*.hotjar.com`.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// What it keeps in the browser; empty when a source says that it sets no cookie, none when no source says
    /// anything.
    #[serde(default)]
    pub cookies: Option<Vec<Cookie>>,
    /// Where each fact comes from.
    #[serde(default)]
    pub sources: BTreeMap<String, Source>,
}

/// A cookie of a vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Cookie {
    /// Its name, with at most one variable part.
    #[serde(default)]
    pub name: String,
    /// Its days, 0 for a browser session; none when no source says it.
    #[serde(default)]
    pub duration_days: Option<u16>,
    /// `local_storage` when it is not a cookie.
    #[serde(default)]
    pub storage: Option<String>,
    /// Whether it is set for the site's own domain.
    #[serde(default)]
    pub first_party: bool,
}

/// Where a fact comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Source {
    /// One of the sources above, or a page of the vendor.
    pub source: String,
    /// The day it was read, YYYY-MM-DD.
    #[serde(default)]
    pub read: String,
    /// Other sources of the same list.
    #[serde(default)]
    pub and: Vec<String>,
}

impl Vendor {
    /// Whether every fact comes from the sources that the importer reads; other files are people's.
    pub fn is_imported(&self) -> bool {
        let names = self.sources.values().flat_map(|fact| fact.and.iter().chain([&fact.source]));
        let imported =
            |name: &String| [COOKIE_DATABASE, THIRD_PARTY_WEB, TARTEAUCITRON].contains(&name.as_str());
        !self.sources.is_empty() && names.into_iter().all(imported)
    }

    /// Whether it is known well enough to be recognised: a company, a host, and cookies that each have a
    /// duration, or none. What is in the browser's storage needs none: it has no end of its own.
    pub fn is_recognised(&self) -> bool {
        let has_duration = |cookie: &Cookie| cookie.duration_days.is_some() || cookie.storage.is_some();
        let known = |cookies: &Vec<Cookie>| cookies.iter().all(has_duration);
        !self.company.is_empty() && !self.hosts.is_empty() && self.cookies.as_ref().is_some_and(known)
    }

    /// Whether it is software on the site's own server, which is no third party.
    fn is_software(&self) -> bool {
        self.company.is_empty() && self.hosts.is_empty()
    }

    /// Every name it has.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.also.iter().chain([&self.name])
    }

    /// The text of its file.
    pub fn text(&self) -> String {
        let mut text = "# Written by `cargo xtask import-catalogue`: a change here is lost, unless a fact has another source.\n".to_owned();
        if self.is_software() {
            text.push_str("# The site's own server sets these cookies: there is no third party, so no company and no host.\n");
        }
        write_line(&mut text, "name", &quoted(&self.name));
        if !self.also.is_empty() {
            write_line(&mut text, "also", &list("also", &self.also));
        }
        if !self.company.is_empty() {
            write_line(&mut text, "company", &quoted(&self.company));
        }
        if let Some(category) = &self.category {
            write_line(&mut text, "category", &quoted(category));
        }
        if !self.hosts.is_empty() {
            write_line(&mut text, "hosts", &list("hosts", &self.hosts));
        }
        if self.cookies.as_ref().is_some_and(Vec::is_empty) {
            write_line(&mut text, "cookies", "[]");
        }
        for cookie in self.cookies.iter().flatten() {
            cookie.write(&mut text);
        }
        text.push_str("\n[sources]\n");
        for (fact, source) in &self.sources {
            write_line(&mut text, fact, &source.text());
        }
        text
    }
}

impl Cookie {
    fn write(&self, text: &mut String) {
        text.push_str("\n[[cookies]]\n");
        write_line(text, "name", &quoted(&self.name));
        if let Some(days) = self.duration_days {
            write_line(text, "duration_days", &days.to_string());
        }
        if let Some(storage) = &self.storage {
            write_line(text, "storage", &quoted(storage));
        }
        if self.first_party {
            write_line(text, "first_party", "true");
        }
    }
}

impl Source {
    fn text(&self) -> String {
        let and =
            if self.and.is_empty() { String::new() } else { format!(", and = {}", list("", &self.and)) };
        format!("{{ source = {}, read = {}{and} }}", quoted(&self.source), quoted(&self.read))
    }
}

/// Reads every vendor's file of a folder, by id.
///
/// # Errors
/// A file that cannot be read or is no TOML.
pub fn read_folder(folder: &Path) -> Result<BTreeMap<String, Vendor>, Failure> {
    let mut vendors = BTreeMap::new();
    for id in ids(folder)? {
        let path = folder.join(format!("{id}.toml"));
        let text = String::from_utf8_lossy(&files::read(&path)?).into_owned();
        let vendor = toml::from_str(&text).map_err(|error| {
            Failure::new(format!("{} cannot be read: {error}", path.display()), "Correct the file.")
        })?;
        vendors.insert(id, vendor);
    }
    Ok(vendors)
}

fn ids(folder: &Path) -> Result<BTreeSet<String>, Failure> {
    let entries = std::fs::read_dir(folder).map_err(|error| files::unreadable(folder, &error))?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    Ok(names.filter_map(|name| name.strip_suffix(".toml").map(str::to_owned)).collect())
}

fn write_line(text: &mut String, key: &str, value: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{key} = {value}");
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn list(key: &str, values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    let line = format!("[{}]", values.join(", "));
    if key.len() + " = ".len() + line.len() <= LINE_MAX {
        return line;
    }
    format!("[\n    {},\n]", values.join(",\n    "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"# Written by `cargo xtask import-catalogue`: a change here is lost, unless a fact has another source.
name = "Hotjar"
also = ["Hotjar by Contentsquare"]
company = "Hotjar Limited"
category = "audience"
hosts = ["*.hotjar.com", "*.hotjar.io"]

[[cookies]]
name = "_hjid_*"
duration_days = 365
first_party = true

[[cookies]]
name = "_hjLocal"
storage = "local_storage"

[sources]
company = { source = "open-cookie-database", read = "2026-11-28" }
cookies = { source = "open-cookie-database", read = "2026-11-28" }
hosts = { source = "third-party-web", read = "2026-11-28", and = ["open-cookie-database"] }
"#;

    #[test]
    fn a_file_that_is_read_and_written_again_is_the_same() {
        let vendor: Vendor = toml::from_str(TEXT).unwrap();
        assert_eq!(vendor.text(), TEXT);
        assert!(vendor.is_imported());
    }

    #[test]
    fn a_vendor_with_a_cookie_of_unknown_duration_is_not_recognised() {
        let mut vendor: Vendor = toml::from_str(TEXT).unwrap();
        assert!(vendor.is_recognised(), "what has none is in the browser's storage");
        for cookie in vendor.cookies.iter_mut().flatten() {
            cookie.storage = None;
        }
        assert!(!vendor.is_recognised());
        vendor.cookies = Some(Vec::new());
        assert!(vendor.is_recognised());
        assert!(vendor.text().contains("\ncookies = []\n"));
        vendor.cookies = None;
        assert!(!vendor.is_recognised());
    }

    #[test]
    fn software_of_the_site_itself_has_a_file_without_company_and_hosts() {
        let mut vendor: Vendor = toml::from_str(TEXT).unwrap();
        (vendor.company, vendor.hosts) = (String::new(), Vec::new());
        vendor.sources.retain(|fact, _| fact == "cookies");
        let text = vendor.text();
        assert!(text.contains("\n# The site's own server sets these cookies"), "{text}");
        assert!(!text.contains("company =") && !text.contains("hosts ="), "{text}");
        assert!(vendor.is_imported() && !vendor.is_recognised());
    }

    #[test]
    fn a_file_with_a_page_of_the_vendor_is_peoples() {
        let page = TEXT.replace("third-party-web", "https://www.hotjar.com/hosts");
        assert!(!toml::from_str::<Vendor>(&page).unwrap().is_imported());
        assert!(
            !toml::from_str::<Vendor>("name = \"V\"\nsource = \"https://v.example.com\"\n")
                .unwrap()
                .is_imported()
        );
    }

    #[test]
    fn a_long_list_has_a_line_for_each_value() {
        let hosts: Vec<String> = (0..9).map(|n| format!("host-{n}.example.com")).collect();
        assert!(
            list("hosts", &hosts).starts_with("[\n    \"host-0.example.com\",\n    \"host-1.example.com\"")
        );
        assert!(list("hosts", &hosts).ends_with("\n]"));
    }
}
