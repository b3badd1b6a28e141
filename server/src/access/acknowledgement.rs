//! That a data protection officer has seen a notice.

use super::access::Access;
use super::document::{self, Kept};
use super::error::AccessError;
use super::permission::Permission;
use super::principal::Principal;
use super::trail::{Action, Note};
use crate::store::DocumentKind;
use constat_shared::{Hash, SiteId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Who has acknowledged a notice, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// The site of the notice.
    pub site: SiteId,
    /// Who.
    pub who: String,
    /// When.
    pub at: Timestamp,
}

impl Kept for Acknowledgement {
    const KIND: DocumentKind = DocumentKind::Acknowledgement;

    fn ends_at(&self) -> Option<Timestamp> {
        None
    }
}

/// Acknowledges a notice of a site. The first one counts; returns it. Whether there is such a
/// notice is the caller's to check.
///
/// # Errors
/// When the permission is missing, or the site is another; when the store fails.
pub fn acknowledge(
    access: &Access,
    by: &Principal,
    site: &SiteId,
    notice: &Hash,
    now: Timestamp,
) -> Result<Acknowledgement, AccessError> {
    by.require(Permission::NoticesAcknowledge, site)?;
    let new = Acknowledgement { site: site.clone(), who: by.name().to_owned(), at: now };
    let id = notice.to_string();
    if document::insert(access.store(), &id, &new, now)? {
        access.note(Note::of(Action::NoticeAcknowledged).by(by).on(Some(site)).to(notice), now)?;
        return Ok(new);
    }
    Ok(document::read(access.store(), &id, now)?.unwrap_or(new))
}

/// Every acknowledgement of a site, by the hash of its notice.
///
/// # Errors
/// When the store fails.
pub fn of_site(
    access: &Access,
    site: &SiteId,
    now: Timestamp,
) -> Result<BTreeMap<String, Acknowledgement>, AccessError> {
    let all = document::list::<Acknowledgement>(access.store(), now)?;
    Ok(all.into_iter().filter(|(_, one)| one.site == *site).collect())
}
