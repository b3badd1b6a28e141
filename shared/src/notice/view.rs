//! A notice in one language, as one visitor sees it.

use super::category::Category;
use super::lifetime::Lifetimes;
use super::notice::{Authority, Controller, Notice, NoticeCategory};
use super::texts::{TextKey, Texts};
use super::vendor::{Cookie, PurposeText, Storage, Transfer, Vendor};
use crate::values::{Hash, Language, PurposeId, SiteId, VendorId};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A notice in one language, with all that the banner needs but the colours,
/// which the style holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeView {
    /// The site.
    pub site: SiteId,
    /// The language of every text in it.
    pub language: Language,
    /// The hash of the whole notice.
    pub notice_hash: Hash,
    /// The hash of what consent depends on.
    pub terms_hash: Hash,
    /// How long choice and proof are kept.
    pub lifetimes: Lifetimes,
    /// The controller of the site.
    pub controller: ControllerView,
    /// The authority to which the visitor may complain.
    pub authority: Authority,
    /// The texts.
    pub texts: Texts,
    /// The categories in use with their vendors.
    pub categories: Vec<CategoryView>,
}

/// The controller of a site, in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControllerView {
    /// The legal name.
    pub name: String,
    /// The postal address.
    pub address: String,
    /// The e-mail address of the data protection officer.
    pub dpo_email: String,
    /// The site's own privacy policy.
    pub policy_url: String,
}

/// A category with its vendors, in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryView {
    /// Which one.
    pub id: Category,
    /// Whether it needs no consent.
    pub exempt: bool,
    /// Its vendors, sorted by id.
    pub vendors: Vec<VendorView>,
}

/// A vendor with all its declared facts, in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorView {
    /// The name in `data-vendor` and in records.
    pub id: VendorId,
    /// The name of the service.
    pub name: String,
    /// The company responsible for it.
    pub company: String,
    /// Its privacy policy.
    pub policy_url: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// The legal ground of the transfer.
    pub transfer: Transfer,
    /// The purposes it processes data for.
    pub purposes: Vec<PurposeText>,
    /// What it stores in the browser.
    pub cookies: Vec<CookieView>,
}

/// A cookie in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CookieView {
    /// The name; a `*` at the end stands for any ending.
    pub name: String,
    /// Its lifetime in days, rounded up; 0 for the browser session.
    pub duration_days: u16,
    /// The title of its purpose.
    pub purpose: String,
    /// Its kind of storage.
    pub storage: Storage,
    /// Whether it is set on the site's own domain.
    pub first_party: bool,
}

impl Notice {
    /// The notice in one language; nothing when it has no texts in it.
    pub fn view(&self, language: Language) -> Option<NoticeView> {
        let mut texts = self.texts.get(&language)?.clone();
        let essential = TextKey::CategoryEssentialDescription;
        for key in [essential, TextKey::SignalText] {
            texts.set(key, self.text(language, key)?.into_owned());
        }
        let controller = ControllerView::of(&self.controller, language)?;
        Some(NoticeView {
            site: self.site.clone(),
            language,
            notice_hash: self.notice_hash(),
            terms_hash: self.terms_hash(),
            lifetimes: self.lifetimes,
            controller,
            authority: self.authority.clone(),
            texts,
            categories: self.category_views(language)?,
        })
    }

    /// A text as it is shown: the description of the essential category with the name of the consent cookie
    /// in place of `{cookie}` (a notice of an earlier version has the name itself), and the text about signals
    /// with those that the site honours in place of `{signal}`.
    pub fn text(&self, language: Language, key: TextKey) -> Option<Cow<'_, str>> {
        let texts = self.texts.get(&language)?;
        Some(match key {
            TextKey::CategoryEssentialDescription => {
                Cow::Owned(texts.fill(key, "{cookie}", &self.site.cookie_name()))
            }
            TextKey::SignalText => {
                let signals: Vec<_> = self.refusal_signals.iter().map(|signal| signal.title()).collect();
                // A browser need not send each of them.
                Cow::Owned(texts.fill(key, "{signal}", &signals.join(language.or())))
            }
            _ => Cow::Borrowed(texts.get(key)),
        })
    }

    fn category_views(&self, language: Language) -> Option<Vec<CategoryView>> {
        let view = |category: &NoticeCategory| {
            let vendors = self.vendors.iter().filter(|vendor| vendor.category == category.id);
            Some(CategoryView {
                id: category.id,
                exempt: category.exempt,
                vendors: vendors.map(|vendor| self.vendor_view(vendor, language)).collect::<Option<_>>()?,
            })
        };
        self.categories.iter().map(view).collect()
    }

    fn vendor_view(&self, vendor: &Vendor, language: Language) -> Option<VendorView> {
        let purpose = |id: &PurposeId| self.purposes.get(id)?.get(&language).cloned();
        let cookie = |cookie: &Cookie| {
            Some(CookieView {
                name: cookie.name.clone(),
                duration_days: cookie.duration_days,
                purpose: purpose(&cookie.purpose)?.title,
                storage: cookie.storage,
                first_party: cookie.first_party,
            })
        };
        Some(VendorView {
            id: vendor.id.clone(),
            name: vendor.name.clone(),
            company: vendor.company.clone(),
            policy_url: vendor.policy_url.clone(),
            country: vendor.country.clone(),
            transfer: vendor.transfer,
            purposes: vendor.purposes.iter().map(purpose).collect::<Option<_>>()?,
            cookies: vendor.cookies.iter().map(cookie).collect::<Option<_>>()?,
        })
    }
}

impl ControllerView {
    fn of(controller: &Controller, language: Language) -> Option<ControllerView> {
        Some(ControllerView {
            name: controller.name.clone(),
            address: controller.address.clone(),
            dpo_email: controller.dpo_email.clone(),
            policy_url: controller.policy_url.get(&language)?.clone(),
        })
    }
}

impl NoticeView {
    /// The banner's text, which names exactly the purposes that this site asks consent for.
    pub fn intro(&self) -> String {
        let asked = self.categories.iter().filter(|category| !category.exempt);
        let purposes = asked.filter_map(|category| match category.id {
            Category::Essential => None,
            Category::Functional => Some(self.texts.get(TextKey::IntroFunctional)),
            Category::Audience => Some(self.texts.get(TextKey::IntroAudience)),
            Category::Advertising => Some(self.texts.get(TextKey::IntroAdvertising)),
            Category::ThirdParty => Some(self.texts.get(TextKey::IntroThirdParty)),
        });
        let purposes: Vec<_> = purposes.collect();
        self.texts.fill(TextKey::Intro, "{purposes}", &purposes.join(", "))
    }

    /// Whether a category needs consent. Otherwise the visitor has nothing to decide.
    pub fn asks(&self) -> bool {
        self.categories.iter().any(|category| !category.exempt)
    }

    /// The number of vendors in the notice.
    pub fn vendor_count(&self) -> usize {
        self.categories.iter().map(|category| category.vendors.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notice::sample::notice;

    #[test]
    fn the_essential_category_names_the_cookie_of_its_site_and_an_earlier_notice_keeps_its_words() {
        let key = TextKey::CategoryEssentialDescription;
        let mut notice = notice(1);
        for (text, expected) in [
            ("The cookie “{cookie}” keeps your choice.", "The cookie “constat-boreale” keeps your choice."),
            ("The cookie “constat” keeps your choice.", "The cookie “constat” keeps your choice."),
        ] {
            notice.texts.get_mut(&Language::Fr).unwrap().set(key, text.to_owned());
            let hash = notice.notice_hash();
            let view = notice.view(Language::Fr).unwrap();
            assert_eq!(view.texts.get(key), expected);
            assert_eq!((view.notice_hash, notice.notice_hash()), (hash, hash));
            assert_eq!(notice.texts[&Language::Fr].get(key), text);
        }
    }
}
