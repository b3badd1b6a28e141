//! What the last audits of a site's logs have found.

use super::access::Access;
use super::document::{self, Kept};
use super::error::AccessError;
use super::principal::Principal;
use super::trail::{Action, Note};
use crate::store::DocumentKind;
use constat_shared::{SiteId, Timestamp};
use serde::{Deserialize, Serialize};

/// The most audits of a site that are remembered: the newest.
const AUDITS_MAX: usize = 20;
/// The most characters of what was found.
const FINDING_CHARS_MAX: usize = 500;

/// An audit of all logs of a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audited {
    /// When it ended.
    pub at: Timestamp,
    /// Who asked for it.
    pub by: String,
    /// How many leaves, or entries of the trail, were examined.
    pub leaf_count: u64,
    /// The first difference, as a sentence; `None` when all was well.
    pub finding: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Audits {
    /// Oldest first.
    audits: Vec<Audited>,
}

impl Kept for Audits {
    const KIND: DocumentKind = DocumentKind::Setting;

    fn ends_at(&self) -> Option<Timestamp> {
        None
    }
}

fn name(site: &SiteId) -> String {
    format!("audits:{site}")
}

/// The name of the audits of the trail: no site has an id with a colon.
const TRAIL: &str = "audits:trail:";

/// Remembers an audit, and notes it in the trail.
///
/// # Errors
/// When the store fails.
pub fn keep(
    access: &Access,
    by: &Principal,
    site: &SiteId,
    leaf_count: u64,
    finding: Option<String>,
    now: Timestamp,
) -> Result<(), AccessError> {
    let outcome = if finding.is_some() { "failed" } else { "passed" };
    put(access, &name(site), by, leaf_count, finding, now)?;
    access.note(Note::of(Action::LogAudited).by(by).on(Some(site)).to(outcome), now)
}

/// Remembers an audit of the trail itself, and notes it there.
///
/// # Errors
/// When the store fails.
pub fn keep_trail(
    access: &Access,
    by: &Principal,
    entry_count: u64,
    finding: Option<String>,
    now: Timestamp,
) -> Result<(), AccessError> {
    let outcome = if finding.is_some() { "failed" } else { "passed" };
    put(access, TRAIL, by, entry_count, finding, now)?;
    access.note(Note::of(Action::TrailAudited).by(by).to(outcome), now)
}

/// The last audit of the trail.
///
/// # Errors
/// When the store fails.
pub fn of_trail(access: &Access, now: Timestamp) -> Result<Option<Audited>, AccessError> {
    let kept: Option<Audits> = document::read(access.store(), TRAIL, now)?;
    Ok(kept.and_then(|kept| kept.audits.last().cloned()))
}

fn put(
    access: &Access,
    name: &str,
    by: &Principal,
    leaf_count: u64,
    finding: Option<String>,
    now: Timestamp,
) -> Result<(), AccessError> {
    let finding = finding.map(|finding| finding.chars().take(FINDING_CHARS_MAX).collect());
    let new = Audited { at: now, by: by.name().to_owned(), leaf_count, finding };
    document::insert(access.store(), name, &Audits::default(), now)?;
    document::change(access.store(), name, now, |kept: &mut Audits| {
        kept.audits.push(new.clone());
        let more = kept.audits.len().saturating_sub(AUDITS_MAX);
        kept.audits.drain(..more);
        Ok(())
    })?;
    Ok(())
}

/// The last audits of a site, newest first.
///
/// # Errors
/// When the store fails.
pub fn of_site(access: &Access, site: &SiteId, now: Timestamp) -> Result<Vec<Audited>, AccessError> {
    let kept: Option<Audits> = document::read(access.store(), &name(site), now)?;
    let mut audits = kept.unwrap_or_default().audits;
    audits.reverse();
    Ok(audits)
}
