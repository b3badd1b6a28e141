//! The notice: everything the visitor is shown on one site.

use super::category::Category;
use super::color::Color;
use super::lifetime::Lifetimes;
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
    /// Who answers for the site (GDPR, article 4, 7).
    pub controller: Controller,
    /// Where the visitor may complain (GDPR, article 77).
    pub authority: Authority,
    /// The languages it speaks; the first is the site's main one.
    pub languages: Vec<Language>,
    /// The categories in use, in the order of [`Category::ALL`].
    pub categories: Vec<NoticeCategory>,
    /// The vendors, by id. Their order is the order of the consent cookie's bits.
    pub vendors: Vec<Vendor>,
    /// Every purpose a vendor or cookie names.
    pub purposes: Purposes,
    /// How long choice and proof are kept.
    pub lifetimes: Lifetimes,
    /// Every text of the banner in every language.
    pub texts: BTreeMap<Language, Texts>,
    /// Its colours.
    pub theme: Theme,
}

/// Who answers for the site.
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
    /// Its name, as it writes it.
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

/// The colours of the banner, by day and by night.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// For a visitor who prefers light.
    pub light: Palette,
    /// For a visitor who prefers dark.
    pub dark: Palette,
}

/// The colours of one mode. Accepting and refusing look the same; a notice
/// cannot say otherwise (deliberation 2020-092, article 2; invariant 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Palette {
    /// Behind everything.
    pub background: Color,
    /// Of texts and outlines.
    pub text: Color,
    /// Of "Refuse all" and "Allow all", and of links.
    pub button: Color,
    /// Of the words on them.
    pub button_text: Color,
}

impl Notice {
    /// The SHA-256 of the canonical JSON: what a record says was shown.
    pub fn notice_hash(&self) -> Hash {
        Hash::of(&canonical::to_vec(self))
    }

    /// The SHA-256 of what consent depends on: controller, categories, vendors
    /// and purposes. When it changes, visitors are asked again.
    pub fn terms_hash(&self) -> Hash {
        Hash::of(&canonical::to_vec(&Terms::of(self)))
    }

    /// The vendor of that id, if the notice names it.
    pub fn vendor(&self, id: &VendorId) -> Option<&Vendor> {
        let at = self.vendors.binary_search_by(|vendor| vendor.id.cmp(id)).ok()?;
        self.vendors.get(at)
    }

    /// The category as the site uses it, if it does.
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
    /// When the notice has none, which no site file can produce.
    pub fn main_language(&self) -> Language {
        *self.languages.first().expect("a site file names at least one language")
    }
}

/// A notice with its hashes, worked out once: it is on every record's way.
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

/// What consent depends on, and nothing else.
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
