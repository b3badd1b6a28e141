//! What the routes depend on.

use crate::assets::Assets;
use crate::keys::Keys;
use crate::served::Sites;
use crate::store::{Store, StoreError};
use crate::writer::Writer;
use constat_shared::{Hash, PublishedNotice, SiteId};
use std::sync::Arc;

/// One value, handed to every route.
pub struct App {
    /// The sites being served.
    pub sites: Sites,
    /// Where records are read from.
    pub store: Arc<dyn Store>,
    /// The way records are written.
    pub writer: Writer,
    /// What signs receipts and checkpoints.
    pub keys: Keys,
    /// The widget's files.
    pub assets: Assets,
}

impl App {
    /// A notice of that hash that was published for that site, now or before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn published(&self, site: &SiteId, hash: Hash) -> Result<Option<PublishedNotice>, StoreError> {
        let store = Arc::clone(&self.store);
        let notice = actix_web::web::block(move || store.notice(&hash)).await;
        let notice = notice.map_err(|error| StoreError::Engine(error.to_string()))??;
        Ok(notice.filter(|notice| notice.site == *site).map(PublishedNotice::new))
    }
}
