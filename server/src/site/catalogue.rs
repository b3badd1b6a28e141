//! What ships with Constat: vendors, purposes and texts, checked like a site file.

use super::error::{Report, SiteError};
use super::file::{CatalogueVendorFile, CookieFile, PurposesFile, VendorFile};
use super::{check, forms, source};
use constat_shared::vendor::Purposes;
use constat_shared::{Language, TextKey, Texts, Vendor, VendorId};
use rust_embed::RustEmbed;
use std::borrow::Cow;
use std::collections::BTreeMap;

#[derive(RustEmbed)]
#[folder = "../www/catalogue/vendors"]
struct VendorFiles;

#[derive(RustEmbed)]
#[folder = "../www/texts"]
struct TextFiles;

const PURPOSES: &str = include_str!("../../../www/catalogue/purposes.toml");

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

/// The value, or nothing and its errors kept.
fn kept<T>(result: Result<T, Vec<SiteError>>, errors: &mut Vec<SiteError>) -> Option<T> {
    result.map_err(|found| errors.extend(found)).ok()
}

fn read_purposes(text: &str) -> Result<Purposes, Vec<SiteError>> {
    let mut report = Report::new("www/catalogue/purposes.toml");
    let files: Option<PurposesFile> = source::read(text, &mut report);
    let purposes = files.map(|files| check::complete_purposes("", &files, &Language::ALL, &mut report));
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
    report.field("source", file.source.as_deref(), None, remedy, forms::https);
    let mut cookies = BTreeMap::new();
    for cookie in file.cookies {
        let facts = CookieFile {
            duration_days: cookie.duration_days,
            purpose: cookie.purpose,
            storage: cookie.storage,
            first_party: cookie.first_party,
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
    check::vendor_facts("", &id?, &file, &check::Known { base: None, purposes }, report)
}

fn read_texts(name: &str, bytes: &[u8]) -> Result<(Language, Texts), Vec<SiteError>> {
    let mut report = Report::new(&format!("www/texts/{name}"));
    let code = name.strip_suffix(".toml").unwrap_or(name);
    let language = report.take("", forms::language(code));
    let texts = utf8(bytes, &mut report).and_then(|text| source::read::<Texts>(text, &mut report));
    if let Some(texts) = &texts {
        for key in TextKey::ALL {
            report.take(key.as_str(), check::check_text(*key, texts.get(*key)));
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

#[cfg(test)]
mod tests {
    use super::super::{parse, sample};
    use super::*;

    impl Catalogue {
        /// A catalogue of these vendors and purposes, with the texts that ship.
        pub(in super::super) fn of(
            vendors: &[(&str, &str)],
            purposes: &str,
        ) -> Result<Catalogue, Vec<SiteError>> {
            let texts = TextFiles::iter().map(|name| (name.clone(), TextFiles::get(&name).unwrap().data));
            let vendors = vendors.iter().map(|(name, text)| ((*name).into(), text.as_bytes().into()));
            Catalogue::from_files(vendors, purposes, texts)
        }
    }

    fn shown<T>(result: Result<T, Vec<SiteError>>) -> String {
        let errors = result.err().unwrap_or_default();
        errors.iter().map(|error| format!("{error}\n")).collect()
    }

    #[test]
    fn the_catalogue_that_ships_has_no_mistake() {
        let catalogue = Catalogue::embedded();
        assert_eq!(shown(catalogue), "");
    }

    /// A site may have to shorten a cookie of a service it uses, and nothing else.
    #[test]
    fn every_vendor_that_ships_can_be_used_by_a_site() {
        let catalogue = Catalogue::embedded().unwrap();
        let base = sample::BASE.split("[categories.functional]").next().unwrap();
        let mut text = format!(
            "{base}[categories.functional]\n[categories.audience]\n[categories.advertising]\n[categories.third_party]\n"
        );
        for vendor in catalogue.vendors.values() {
            text += &format!("[[vendors]]\nid = \"{}\"\n", vendor.id);
            for cookie in
                vendor.cookies.iter().filter(|c| c.duration_days > constat_shared::vendor::TRACKER_DAYS_MAX)
            {
                text += &format!("[vendors.cookies.{:?}]\nduration_days = 396\n", cookie.name);
            }
        }
        assert_eq!(shown(parse("all.toml", &text, &catalogue)), "");
    }

    #[test]
    fn a_mistake_in_the_catalogue_is_reported_like_one_in_a_site_file() {
        let vendor = "name = \"V\"\ncompany = \"V SA\"\ncategory = \"audience\"\ncountry = \"FR\"\ntransfer = \"none\"\n\
                      purposes = [\"countin\"]\nhosts = []\n[[cookies]]\nname = \"a\"\nduration_days = 1\npurpose = \"counting\"\n\
                      [[cookies]]\nname = \"a\"\n";
        let errors = shown(Catalogue::of(&[("Video.toml", vendor), ("v.toml", vendor)], &sample::purposes()));
        for expected in [
            "www/catalogue/vendors/Video.toml: the name of the file is not the id of a vendor",
            "www/catalogue/vendors/v.toml: source: it is missing",
            "www/catalogue/vendors/v.toml: policy_url: it is missing",
            "www/catalogue/vendors/v.toml:6: purposes[0]: unknown purpose `countin`. Did you mean `counting`?",
            "www/catalogue/vendors/v.toml:9: cookies.a: the cookie is there twice",
        ] {
            assert!(errors.contains(expected), "{expected} is not in\n{errors}");
        }
        let purposes = "[counting.fr]\ntitle = \"T\"\ndescription = \"D\"\n";
        let errors = shown(Catalogue::of(&[], purposes));
        assert!(
            errors.contains("www/catalogue/purposes.toml:1: counting.nl: the purpose is missing in `nl`"),
            "{errors}"
        );
    }

    #[test]
    fn texts_that_lost_a_placeholder_or_a_key_are_mistakes() {
        let english = TextFiles::get("en.toml").unwrap().data;
        let english = String::from_utf8(english.into_owned()).unwrap();
        let lost = english.replace("{months}", "six");
        assert!(
            shown(read_texts("en.toml", lost.as_bytes()))
                .contains(": lifetime: the text lacks {months}. Put {months} where")
        );
        let lines: String =
            english.lines().filter(|l| !l.starts_with("title ")).map(|l| format!("{l}\n")).collect();
        assert!(shown(read_texts("en.toml", lines.as_bytes())).contains(": title: the text is empty"));
    }
}
