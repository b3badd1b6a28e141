//! What the address of a request names.

use crate::http::console::state::Console;
use crate::http::problem::{self, ApiError};
use crate::render::site::ServedSite;
use actix_web::web::Path;
use actix_web::{FromRequest, HttpRequest};
use constat_shared::{Code, Hash, SiteId};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The variable parts of the address. Not an argument of a handler: it would be refused before the
/// permission is.
///
/// # Errors
/// 404, for what is no text.
pub async fn parts<T: DeserializeOwned + 'static>(request: &HttpRequest) -> Result<T, ApiError> {
    match Path::<T>::extract(request).await {
        Ok(path) => Ok(path.into_inner()),
        Err(_) => Err(problem::not_found().await),
    }
}

/// The site of that id.
///
/// # Errors
/// 404, when no such site is served.
pub fn site(console: &Console, id: &str) -> Result<Arc<ServedSite>, ApiError> {
    let found = SiteId::parse(id).ok().and_then(|id| console.app.sites.get(&id));
    found.ok_or_else(|| ApiError::new(Code::SiteUnknown, "Take the site's id from GET /v1/admin/sites."))
}

/// The notice hash of that text.
///
/// # Errors
/// As [`notice_unknown`].
pub fn notice_hash(text: &str) -> Result<Hash, ApiError> {
    Hash::parse(text).map_err(|_| notice_unknown())
}

/// The site never had a notice of that hash.
pub fn notice_unknown() -> ApiError {
    ApiError::new(Code::NoticeUnknown, "Take the hash from the list of the site's notices.")
}
