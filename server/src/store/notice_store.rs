//! The part of a store that keeps published notices.

use super::error::StoreError;
use constat_shared::{Hash, Notice, PublishedNotice, SiteId, Timestamp};

/// A notice that was published, without its texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The notice.
    pub notice_hash: Hash,
    /// The hash of what consent depends on.
    pub terms_hash: Hash,
    /// When it was published first.
    pub at: Timestamp,
}

/// Keeps every notice that was ever published. Calls block, and any thread may make them.
pub trait NoticeStore: Send + Sync {
    /// Keeps a notice by its hash, durably; publishing it again changes nothing.
    fn publish(&self, notice: &PublishedNotice, at: Timestamp) -> Result<(), StoreError>;

    /// The notice of that hash, however old it is; `None` when it was never published.
    fn notice(&self, hash: &Hash) -> Result<Option<Notice>, StoreError>;

    /// When a notice was published; `None` when it never was.
    fn published_at(&self, notice_hash: &Hash) -> Result<Option<Timestamp>, StoreError>;

    /// The notices of a site, oldest first. No notice is read for it, however many there are.
    fn publications(&self, site: &SiteId) -> Result<Vec<Publication>, StoreError>;

    /// The site and hash of every notice that was published, oldest first.
    fn notices(&self) -> Result<Vec<(SiteId, Hash)>, StoreError>;
}

/// The notice of that hash, if it was ever published for that site.
///
/// # Errors
/// When the store fails.
pub fn notice_of_site(
    store: &dyn NoticeStore,
    site: &SiteId,
    hash: Hash,
) -> Result<Option<PublishedNotice>, StoreError> {
    let notice = store.notice(&hash)?;
    Ok(notice.filter(|notice| notice.site == *site).map(PublishedNotice::new))
}
