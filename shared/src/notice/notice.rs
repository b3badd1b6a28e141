//! The notice: everything the visitor is shown on one site.

use super::category::Category;
use super::color::Color;
use super::lifetime::Lifetimes;
use super::refusal_signal::RefusalSignal;
use super::texts::Texts;
use super::vendor::{Purposes, Vendor};
use crate::values::{Hash, Language, PurposeId, SiteId, VendorId, canonical};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The format of notices this code makes. A reader refuses others.
pub const FORMAT: u8 = 1;

/// Everything the visitor is shown on one site. Immutable once published: a
/// changed notice is another notice, with another hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Always [`FORMAT`].
    pub format: u8,
    /// The site it is shown on.
    pub site: SiteId,
    /// The controller of the site (GDPR, article 4, 7).
    pub controller: Controller,
    /// The authority to which the visitor may complain (GDPR, article 77).
    pub authority: Authority,
    /// The languages of its texts; the first is the site's main one.
    pub languages: Vec<Language>,
    /// The categories in use, in the order of [`Category::ALL`].
    pub categories: Vec<NoticeCategory>,
    /// The vendors, sorted by id: the order of the consent cookie's bits.
    pub vendors: Vec<Vendor>,
    /// Every purpose that a vendor or cookie names.
    pub purposes: Purposes,
    /// How long choice and proof are kept.
    pub lifetimes: Lifetimes,
    /// Every text of the banner in every language.
    pub texts: BTreeMap<Language, Texts>,
    /// Its colours.
    pub theme: Theme,
    /// The signals of a browser that are a refusal here, for which it has no question and a small notice instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusal_signals: Vec<RefusalSignal>,
}

/// The controller of a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Controller {
    /// The legal name.
    pub name: String,
    /// The postal address.
    pub address: String,
    /// The e-mail address of the data protection officer.
    pub dpo_email: String,
    /// The site's own privacy policy, by language.
    pub policy_url: BTreeMap<Language, String>,
}

/// A supervisory authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authority {
    /// Its name, in its own spelling.
    pub name: String,
    /// Its address on the web.
    pub url: String,
}

/// A category as this site uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeCategory {
    /// Which one.
    pub id: Category,
    /// Whether it needs no consent here; essential never does.
    pub exempt: bool,
}

/// The colours of the banner, light and dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// For a visitor who prefers light.
    pub light: Palette,
    /// For a visitor who prefers dark.
    pub dark: Palette,
}

/// The colours of one mode. Accepting and refusing have the same
/// colours in every notice (deliberation 2020-092, article 2; invariant 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Palette {
    /// The background.
    pub background: Color,
    /// Texts and outlines.
    pub text: Color,
    /// The buttons "Refuse all" and "Allow all", and links.
    pub button: Color,
    /// The text on those buttons.
    pub button_text: Color,
}

impl Notice {
    /// The SHA-256 of the canonical JSON. A record names its notice by it.
    pub fn notice_hash(&self) -> Hash {
        Hash::of(&canonical::to_vec(self))
    }

    /// The SHA-256 of what consent depends on: controller, categories, vendors
    /// and purposes. When it changes, visitors are asked again.
    pub fn terms_hash(&self) -> Hash {
        Hash::of(&canonical::to_vec(&Terms::of(self)))
    }

    /// The vendor with that id, if the notice names it.
    pub fn vendor(&self, id: &VendorId) -> Option<&Vendor> {
        let at = self.vendors.binary_search_by(|vendor| vendor.id.cmp(id)).ok()?;
        self.vendors.get(at)
    }

    /// The category, if the site uses it.
    pub fn category(&self, id: Category) -> Option<NoticeCategory> {
        self.categories.iter().copied().find(|category| category.id == id)
    }

    /// Whether the category is in use here and needs no consent.
    pub fn is_exempt(&self, id: Category) -> bool {
        self.category(id).is_some_and(|category| category.exempt)
    }

    /// The site's main language.
    ///
    /// # Panics
    /// When the notice has no language, which no site file can produce.
    pub fn main_language(&self) -> Language {
        *self.languages.first().expect("a site file names at least one language")
    }
}

/// A notice with its hashes, computed once: every record needs them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedNotice {
    notice: Notice,
    notice_hash: Hash,
    terms_hash: Hash,
}

impl PublishedNotice {
    /// Hashes the notice.
    pub fn new(notice: Notice) -> PublishedNotice {
        PublishedNotice { notice_hash: notice.notice_hash(), terms_hash: notice.terms_hash(), notice }
    }

    /// [`Notice::notice_hash`].
    pub fn notice_hash(&self) -> Hash {
        self.notice_hash
    }

    /// [`Notice::terms_hash`].
    pub fn terms_hash(&self) -> Hash {
        self.terms_hash
    }
}

impl std::ops::Deref for PublishedNotice {
    type Target = Notice;

    fn deref(&self) -> &Notice {
        &self.notice
    }
}

/// The part of a notice that consent depends on.
#[derive(Serialize)]
struct Terms<'a> {
    controller: &'a str,
    categories: &'a [NoticeCategory],
    vendors: Vec<VendorTerms<'a>>,
}

#[derive(Serialize)]
struct VendorTerms<'a> {
    id: &'a VendorId,
    company: &'a str,
    category: Category,
    purposes: &'a [PurposeId],
}

impl<'a> Terms<'a> {
    fn of(notice: &'a Notice) -> Terms<'a> {
        let terms = |vendor: &'a Vendor| VendorTerms {
            id: &vendor.id,
            company: &vendor.company,
            category: vendor.category,
            purposes: &vendor.purposes,
        };
        Terms {
            controller: &notice.controller.name,
            categories: &notice.categories,
            vendors: notice.vendors.iter().map(terms).collect(),
        }
    }
}
