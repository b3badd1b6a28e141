//! What is kept of an API token.

use super::document::{self, Kept};
use super::permission::Permission;
use super::site_scope::SiteScope;
use crate::store::{AccountStore, DocumentKind, StoreError};
use constat_shared::Timestamp;
use serde::{Deserialize, Serialize};

/// For how long a token is listed after its end, in milliseconds: 90 days.
const LISTED_MS: i64 = 90 * 24 * 3_600_000;

/// An API token, without the token itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiToken {
    /// Its id, a UUIDv7.
    pub jti: String,
    /// What its maker calls it.
    pub name: String,
    /// What it permits.
    pub scope: Vec<Permission>,
    /// On which sites.
    pub sites: Vec<SiteScope>,
    /// Who made it: an e-mail address, or a command.
    pub made_by: String,
    /// The id of the maker's account, without whom it permits nothing; `None` when a
    /// command made it.
    #[serde(default)]
    pub account_id: Option<String>,
    /// When it was made.
    pub made_at: Timestamp,
    /// Until when it is one.
    pub expires_at: Timestamp,
    /// When it was revoked.
    #[serde(default)]
    pub revoked_at: Option<Timestamp>,
    /// When it was used last, to the minute.
    #[serde(default)]
    pub last_used_at: Option<Timestamp>,
}

impl Kept for ApiToken {
    const KIND: DocumentKind = DocumentKind::Token;

    fn ends_at(&self) -> Option<Timestamp> {
        let end = self.revoked_at.map_or(self.expires_at, |revoked| revoked.min(self.expires_at));
        Some(Timestamp::from_unix_ms(end.unix_ms().saturating_add(LISTED_MS)))
    }
}

impl ApiToken {
    /// Whether it is neither revoked nor past its end.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

/// Every token that is listed, also those that ended lately.
///
/// # Errors
/// When the store fails.
pub fn all(store: &(impl AccountStore + ?Sized), now: Timestamp) -> Result<Vec<ApiToken>, StoreError> {
    Ok(document::list(store, now)?.into_iter().map(|(_, token)| token).collect())
}
