//! What ships with Constat: vendors, purposes and texts, checked like a site file.

use super::known::Known;
use super::{purposes, texts, vendor};
use crate::site::file::report::{Report, SiteError};
use crate::site::file::schema::{CatalogueVendorFile, CookieFile, PurposesFile, VendorFile};
use crate::site::file::{source, values};
use constat_shared::{Language, Purposes, TextKey, Texts, Vendor, VendorId};
use rust_embed::RustEmbed;
use std::borrow::Cow;
use std::collections::BTreeMap;

#[derive(RustEmbed)]
#[folder = "../www/catalogue/vendors"]
struct VendorFiles;

#[derive(RustEmbed)]
#[folder = "../www/texts"]
pub struct TextFiles;

const PURPOSES: &str = include_str!("../../../../www/catalogue/purposes.toml");

/// The vendors, purposes and default texts a site file can refer to.
#[derive(Clone, Debug)]
pub struct Catalogue {
    vendors: BTreeMap<VendorId, Vendor>,
    purposes: Purposes,
    texts: BTreeMap<Language, Texts>,
}

impl Catalogue {
    /// The catalogue inside the program.
    ///
    /// # Errors
    /// What is wrong with it. A test keeps that from being shipped.
    pub fn embedded() -> Result<Catalogue, Vec<SiteError>> {
        let vendors =
            VendorFiles::iter().filter_map(|name| Some((name.clone(), VendorFiles::get(&name)?.data)));
        let texts = TextFiles::iter().filter_map(|name| Some((name.clone(), TextFiles::get(&name)?.data)));
        Catalogue::from_files(vendors, PURPOSES, texts)
    }

    /// The catalogue of the given files, each with its name and bytes.
    fn from_files<'a>(
        vendors: impl Iterator<Item = (Cow<'a, str>, Cow<'a, [u8]>)>,
        purposes: &str,
        texts: impl Iterator<Item = (Cow<'a, str>, Cow<'a, [u8]>)>,
    ) -> Result<Catalogue, Vec<SiteError>> {
        let mut errors = Vec::new();
        let purposes = kept(read_purposes(purposes), &mut errors).unwrap_or_default();
        let vendors = vendors.map(|(name, bytes)| read_vendor(&name, &bytes, &purposes));
        let vendors = vendors.collect::<Vec<_>>().into_iter().filter_map(|vendor| kept(vendor, &mut errors));
        let vendors = vendors.map(|vendor| (vendor.id.clone(), vendor)).collect();
        let texts = texts.filter_map(|(name, bytes)| kept(read_texts(&name, &bytes), &mut errors));
        let texts: BTreeMap<_, _> = texts.collect();
        for missing in Language::ALL.iter().filter(|language| !texts.contains_key(language)) {
            errors.push(SiteError {
                file: format!("www/texts/{missing}.toml"),
                line: None,
                key: String::new(),
                problem: "the texts are missing".to_owned(),
                remedy: "Write them all".to_owned(),
            });
        }
        if errors.is_empty() { Ok(Catalogue { vendors, purposes, texts }) } else { Err(errors) }
    }

    /// The facts of a vendor.
    pub fn vendor(&self, id: &VendorId) -> Option<&Vendor> {
        self.vendors.get(id)
    }

    /// The ids of all vendors.
    pub fn vendor_ids(&self) -> impl Iterator<Item = &str> {
        self.vendors.keys().map(VendorId::as_str)
    }

    /// All purposes, in every language.
    pub fn purposes(&self) -> &Purposes {
        &self.purposes
    }

    /// The default texts of a language.
    pub fn texts(&self, language: Language) -> Option<&Texts> {
        self.texts.get(&language)
    }
}

#[cfg(test)]
impl Catalogue {
    /// A catalogue of these vendors and purposes, with the texts that ship.
    pub fn of(vendors: &[(&str, &str)], purposes: &str) -> Result<Catalogue, Vec<SiteError>> {
        let texts = TextFiles::iter().map(|name| (name.clone(), TextFiles::get(&name).unwrap().data));
        let vendors = vendors.iter().map(|(name, text)| ((*name).into(), text.as_bytes().into()));
        Catalogue::from_files(vendors, purposes, texts)
    }
}

/// The value, or nothing and its errors kept.
fn kept<T>(result: Result<T, Vec<SiteError>>, errors: &mut Vec<SiteError>) -> Option<T> {
    result.map_err(|found| errors.extend(found)).ok()
}

fn read_purposes(text: &str) -> Result<Purposes, Vec<SiteError>> {
    let mut report = Report::new("www/catalogue/purposes.toml");
    let files: Option<PurposesFile> = source::read(text, &mut report);
    let purposes = files.map(|files| purposes::complete("", &files, &Language::ALL, &mut report));
    report.finish(purposes)
}

fn read_vendor(name: &str, bytes: &[u8], purposes: &Purposes) -> Result<Vendor, Vec<SiteError>> {
    let mut report = Report::new(&format!("www/catalogue/vendors/{name}"));
    let vendor = vendor(name, bytes, purposes, &mut report);
    report.finish(vendor)
}

fn vendor(name: &str, bytes: &[u8], purposes: &Purposes, report: &mut Report) -> Option<Vendor> {
    let text = utf8(bytes, report)?;
    let id = name.strip_suffix(".toml").and_then(|stem| VendorId::parse(stem).ok());
    if id.is_none() {
        report.add("", "the name of the file is not the id of a vendor", "Name it such as youtube.toml");
    }
    let file: CatalogueVendorFile = source::read(text, report)?;
    let remedy = "Write the https address the facts about its cookies come from";
    report.field("source", file.source.as_deref(), None, remedy, values::https);
    let mut cookies = BTreeMap::new();
    for cookie in file.cookies {
        let facts = CookieFile {
            duration_days: cookie.duration_days,
            purpose: cookie.purpose,
            storage: cookie.storage,
            first_party: cookie.first_party,
            ..CookieFile::default()
        };
        if cookies.insert(cookie.name.clone(), facts).is_some() {
            report.add(
                &format!("cookies.{}", cookie.name),
                "the cookie is there twice",
                "Join the two tables",
            );
        }
    }
    let file = VendorFile {
        id: None,
        name: file.name,
        company: file.company,
        category: file.category,
        policy_url: file.policy_url,
        country: file.country,
        transfer: file.transfer,
        purposes: file.purposes,
        hosts: file.hosts,
        cookies,
    };
    vendor::facts("", &id?, &file, &Known { base: None, purposes }, report)
}

/// The texts that ship in a language.
pub fn default_texts(language: Language) -> Option<Texts> {
    let name = format!("{language}.toml");
    let (_, texts) = read_texts(&name, &TextFiles::get(&name)?.data).ok()?;
    Some(texts)
}

pub fn read_texts(name: &str, bytes: &[u8]) -> Result<(Language, Texts), Vec<SiteError>> {
    let mut report = Report::new(&format!("www/texts/{name}"));
    let code = name.strip_suffix(".toml").unwrap_or(name);
    let language = report.take("", values::language(code));
    let texts = utf8(bytes, &mut report).and_then(|text| source::read::<Texts>(text, &mut report));
    if let Some(texts) = &texts {
        for key in TextKey::ALL {
            report.take(key.as_str(), texts::check(*key, texts.get(*key)));
        }
    }
    report.finish(language.zip(texts))
}

fn utf8<'a>(bytes: &'a [u8], report: &mut Report) -> Option<&'a str> {
    let text = std::str::from_utf8(bytes).ok();
    if text.is_none() {
        report.add("", "the file is not UTF-8", "Save it as UTF-8");
    }
    text
}
