//! What ships with Constat: vendors, purposes and texts, checked like a site file.

use super::schema::{OverridesFile, SettledFile, SourceFile};
use super::texts::{TextFiles, read_texts};
use super::vendor::{Sources, read_vendor};
use crate::site::facts::cited::Source;
use crate::site::facts::known::KnownVendor;
use crate::site::facts::purposes;
use crate::site::file::report::{Report, SiteError};
use crate::site::file::schema::PurposesFile;
use crate::site::file::{source, values};
use constat_shared::{Hash, Language, Notice, PublishedNotice, Purposes, SiteId, Texts, VendorId};
use rust_embed::RustEmbed;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

#[derive(RustEmbed)]
#[folder = "../www/catalogue/vendors"]
struct VendorFiles;

const PURPOSES: &str = include_str!("../../../../www/catalogue/purposes.toml");
const SOURCES: &str = include_str!("../../../../www/catalogue/sources.toml");
const OVERRIDES: &str = include_str!("../../../../www/catalogue/overrides.toml");

/// The vendors, purposes and default texts a site file can refer to. A vendor's file is read when it is asked
/// for, so that a start takes as long as its sites have vendors. What is large is shared by its copies: there is
/// one for each site that was published before.
#[derive(Clone, Debug)]
pub struct Catalogue {
    files: Arc<Files>,
    purposes: Purposes,
    sources: Arc<Sources>,
    overrides: Arc<Overrides>,
    texts: BTreeMap<Language, Texts>,
    /// Facts that stand in the place of the files'.
    pinned: BTreeMap<VendorId, KnownVendor>,
    published: Arc<BTreeMap<SiteId, Published>>,
    /// Read once for all sites that ask.
    hosts: Arc<OnceLock<Vec<VendorHosts>>>,
}

/// A vendor and its hosts.
type VendorHosts = (VendorId, Vec<String>);

/// The files of the vendors, by id.
type Files = BTreeMap<String, Cow<'static, [u8]>>;

/// What was published last for a site.
#[derive(Clone, Debug)]
pub struct Published {
    /// SHA-256 of the site file that it was made of; none when an earlier version published it.
    pub file: Option<Hash>,
    /// The notice.
    pub notice: PublishedNotice,
}

/// By pattern the vendor that is the answer where several have that host or cookie.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Of hosts.
    pub hosts: BTreeMap<String, VendorId>,
    /// Of cookies.
    pub cookies: BTreeMap<String, VendorId>,
}

impl Catalogue {
    /// The catalogue inside the program.
    ///
    /// # Errors
    /// What is wrong with it. A test keeps that from being shipped.
    pub fn embedded() -> Result<Catalogue, Vec<SiteError>> {
        let files = VendorFiles::iter().filter_map(|name| Some((stem(&name), VendorFiles::get(&name)?.data)));
        Catalogue::from_files(files.collect(), PURPOSES, OVERRIDES)
    }

    fn from_files(files: Files, purposes: &str, overrides: &str) -> Result<Catalogue, Vec<SiteError>> {
        let mut errors = Vec::new();
        let purposes = kept(read_purposes(purposes), &mut errors).unwrap_or_default();
        let sources = Arc::new(kept(read_sources(), &mut errors).unwrap_or_default());
        let overrides = Arc::new(kept(read_overrides(overrides), &mut errors).unwrap_or_default());
        let texts = TextFiles::iter().filter_map(|name| {
            let file = TextFiles::get(&name)?;
            kept(read_texts(&name, &file.data), &mut errors)
        });
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
        let (files, pinned, published, hosts) =
            (Arc::new(files), BTreeMap::new(), Arc::default(), Arc::default());
        let catalogue = Catalogue { files, purposes, sources, overrides, texts, pinned, published, hosts };
        if errors.is_empty() { Ok(catalogue) } else { Err(errors) }
    }

    /// The same catalogue for sites that were published before. A site file that is still the same keeps its
    /// notice, whatever this version would make of it: only its owner changes what visitors are shown.
    #[must_use]
    pub fn with_published(mut self, published: BTreeMap<SiteId, Published>) -> Catalogue {
        self.published = Arc::new(published);
        self
    }

    /// What was published of a site file that is still the same, as far as that is known.
    pub fn published(&self, site: &SiteId, file: Hash) -> Option<&Published> {
        self.published.get(site).filter(|published| published.file.is_none_or(|known| known == file))
    }

    /// The catalogue with the facts, purposes and texts that a notice shows.
    #[must_use]
    pub fn as_in(&self, notice: &Notice) -> Catalogue {
        let mut catalogue = self.clone();
        catalogue.pinned = notice.vendors.iter().map(|vendor| (vendor.id.clone(), vendor.into())).collect();
        for (id, texts) in &notice.purposes {
            catalogue.purposes.entry(id.clone()).or_default().extend(texts.clone());
        }
        for (language, texts) in &notice.texts {
            let mut texts = texts.clone();
            if let Some(defaults) = self.texts.get(language) {
                texts.complete_from(defaults);
            }
            catalogue.texts.insert(*language, texts);
        }
        catalogue
    }

    /// What is known of a vendor.
    pub fn vendor(&self, id: &VendorId) -> Option<KnownVendor> {
        self.pinned.get(id).cloned().or_else(|| self.read(id.as_str())?.ok())
    }

    /// The ids of all vendors, in their order.
    pub fn vendor_ids(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// All vendors, by id.
    pub fn vendors(&self) -> impl Iterator<Item = KnownVendor> {
        self.vendor_ids().filter_map(|id| self.read(id)?.ok())
    }

    /// The hosts of every vendor that has some, by id. The first who asks has all vendors read.
    pub fn hosts(&self) -> &[VendorHosts] {
        self.hosts.get_or_init(|| {
            let of = |vendor: KnownVendor| Some((vendor.id, vendor.hosts?));
            self.vendors().filter_map(of).filter(|(_, hosts)| !hosts.is_empty()).collect()
        })
    }

    /// Which vendor is the answer where several have the same host or cookie.
    pub fn overrides(&self) -> &Overrides {
        &self.overrides
    }

    fn read(&self, id: &str) -> Option<Result<KnownVendor, Vec<SiteError>>> {
        Some(read_vendor(id, self.files.get(id)?, &self.purposes, &self.sources))
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
    /// A catalogue of these vendors and purposes, with the texts that ship. Every vendor is read.
    pub fn of(vendors: &[(&str, &str)], purposes: &str) -> Result<Catalogue, Vec<SiteError>> {
        let files = vendors.iter().map(|(name, text)| (stem(name), text.as_bytes().to_vec().into()));
        let catalogue = Catalogue::from_files(files.collect(), purposes, "");
        let mut errors = catalogue.as_ref().err().cloned().unwrap_or_default();
        errors.extend(catalogue.iter().flat_map(Catalogue::mistakes));
        if errors.is_empty() { catalogue } else { Err(errors) }
    }

    /// What is wrong with its vendors.
    pub fn mistakes(&self) -> Vec<SiteError> {
        self.vendor_ids().filter_map(|id| self.read(id)?.err()).flatten().collect()
    }
}

fn stem(name: &str) -> String {
    name.strip_suffix(".toml").unwrap_or(name).to_owned()
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

fn read_sources() -> Result<Sources, Vec<SiteError>> {
    let mut report = Report::new("www/catalogue/sources.toml");
    let files: Option<BTreeMap<String, SourceFile>> = source::read(SOURCES, &mut report);
    let sources = files.map(|files| {
        let one = |(id, file): (String, SourceFile)| {
            let address = format!("{id}.address");
            let remedy = "Write where the collection is published";
            let address = report.field(&address, file.address.as_deref(), None, remedy, values::https)?;
            Some((id, Source { title: file.title, address }))
        };
        files.into_iter().filter_map(one).collect()
    });
    report.finish(sources)
}

fn read_overrides(text: &str) -> Result<Overrides, Vec<SiteError>> {
    let mut report = Report::new("www/catalogue/overrides.toml");
    let file: Option<OverridesFile> = source::read(text, &mut report);
    let overrides = file.map(|file| {
        let mut settled = |list: Vec<SettledFile>| {
            let one = |one: SettledFile| {
                let vendor = VendorId::parse(&one.vendor);
                let vendor = report.take(&one.name, values::id(&one.vendor, vendor, "the id of a vendor"));
                if one.reason.trim().is_empty() {
                    report.add(&one.name, "the reason is missing", "Write why this vendor is the answer");
                }
                Some((one.name, vendor?))
            };
            list.into_iter().filter_map(one).collect()
        };
        Overrides { hosts: settled(file.host), cookies: settled(file.cookie) }
    });
    report.finish(overrides)
}
