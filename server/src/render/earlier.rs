//! What an earlier notice of a site shows, rendered for one answer: for a page
//! that was loaded before the notice changed.

use super::body::Body;
use super::pages::Pages;
use crate::store::{NoticeStore, StoreError, notice_of_site};
use constat_shared::{Hash, Language, SiteId};

/// What was found for a notice and a language.
pub enum Earlier {
    /// The notice in that language.
    Pages(Box<Pages>),
    /// The site never published a notice of that hash.
    NoticeUnknown,
    /// The notice is not in that language.
    LanguageUnknown,
}

/// The pages of a notice that the site published, now or before.
///
/// # Errors
/// When the store fails.
pub fn earlier(
    store: &dyn NoticeStore,
    site: &SiteId,
    hash: Hash,
    language: Language,
) -> Result<Earlier, StoreError> {
    let Some(notice) = notice_of_site(store, site, hash)? else { return Ok(Earlier::NoticeUnknown) };
    let pages = Pages::new(&notice, language, Body::immutable_plain);
    Ok(pages.map_or(Earlier::LanguageUnknown, |pages| Earlier::Pages(Box::new(pages))))
}
