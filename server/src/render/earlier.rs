//! What earlier notices show, for pages that were loaded before a notice changed: rendered when it is
//! first asked for, and kept while it is asked for.

use super::body::Body;
use super::pages::Pages;
use super::recent::Recent;
use crate::store::{NoticeStore, StoreError, notice_of_site};
use constat_shared::{Hash, Language, SiteId, canonical};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The most bodies of each kind that are kept.
const COUNT_MAX: usize = 64;

/// The most bytes of each kind that are kept.
const BYTES_MAX: usize = 16 * 1024 * 1024;

/// What was found for a notice and a language.
pub enum Earlier {
    /// The notice in that language.
    Pages(Arc<Pages>),
    /// The site never published a notice of that hash.
    NoticeUnknown,
    /// The notice is not in that language.
    LanguageUnknown,
}

/// What a notice shows, with the site that published it.
type PagesOfSite = (SiteId, Arc<Pages>);

/// The notices that were asked for lately. A notice never changes, so that nothing kept is ever wrong.
pub struct EarlierNotices {
    pages: Mutex<Recent<(Hash, Language), PagesOfSite, COUNT_MAX>>,
    whole: Mutex<Recent<Hash, Body, COUNT_MAX>>,
    /// Held while one is rendered: others who ask for the same one wait, and then find it.
    making: Mutex<()>,
}

impl EarlierNotices {
    /// None yet.
    pub fn new() -> EarlierNotices {
        EarlierNotices {
            pages: Mutex::new(Recent::new(BYTES_MAX)),
            whole: Mutex::new(Recent::new(BYTES_MAX)),
            making: Mutex::new(()),
        }
    }

    /// The pages of a notice that the site published, now or before, if they are kept.
    pub fn kept(&self, site: &SiteId, hash: Hash, language: Language) -> Option<Arc<Pages>> {
        let (of, pages) = lock(&self.pages).get(&(hash, language))?;
        (of == *site).then_some(pages)
    }

    /// The pages of a notice that the site published, now or before.
    ///
    /// # Errors
    /// When the store fails.
    pub fn pages(
        &self,
        store: &dyn NoticeStore,
        site: &SiteId,
        hash: Hash,
        language: Language,
    ) -> Result<Earlier, StoreError> {
        let Some(notice) = notice_of_site(store, site, hash)? else { return Ok(Earlier::NoticeUnknown) };
        let _making = lock(&self.making);
        if let Some(pages) = self.kept(site, hash, language) {
            return Ok(Earlier::Pages(pages));
        }
        let Some(pages) = Pages::new(&notice, language, Body::immutable_plain) else {
            return Ok(Earlier::LanguageUnknown);
        };
        let (bytes, pages) = (pages.bytes(), Arc::new(pages));
        lock(&self.pages).put((hash, language), (site.clone(), Arc::clone(&pages)), bytes);
        Ok(Earlier::Pages(pages))
    }

    /// A whole notice as canonical JSON, if it is kept.
    pub fn kept_whole(&self, hash: Hash) -> Option<Body> {
        lock(&self.whole).get(&hash)
    }

    /// A whole notice as canonical JSON; none when no notice of that hash was published.
    ///
    /// # Errors
    /// When the store fails.
    pub fn whole(&self, store: &dyn NoticeStore, hash: Hash) -> Result<Option<Body>, StoreError> {
        let Some(notice) = store.notice(&hash)? else { return Ok(None) };
        let _making = lock(&self.making);
        if let Some(body) = self.kept_whole(hash) {
            return Ok(Some(body));
        }
        let body = Body::immutable_plain("application/json", canonical::to_vec(&notice));
        lock(&self.whole).put(hash, body.clone(), body.bytes());
        Ok(Some(body))
    }
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
