//! What the last audits of a site's logs have found.

use super::access::Access;
use super::document::{self, Kept};
use super::error::AccessError;
use super::principal::Principal;
use super::trail::{Action, Note};
use crate::store::DocumentKind;
use constat_shared::{LogId, SiteId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Display;

/// The most audits of a site that are remembered: the newest.
const AUDITS_MAX: usize = 20;
/// The most characters of what was found.
const FINDING_CHARS_MAX: usize = 500;

/// The target of the entry of an audit that found a difference.
pub const FAILED: &str = "failed";
/// The target of the entry of an audit that found none.
pub const PASSED: &str = "passed";

/// An audit of all logs of a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audited {
    /// When it ended.
    pub at: Timestamp,
    /// Who asked for it.
    pub by: String,
    /// How many leaves, or entries of the trail, were examined.
    pub leaf_count: u64,
    /// The first difference, as a sentence in English; `None` when all was well.
    pub finding: Option<String>,
    /// The same for other languages; `None` also for one that an earlier version kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
}

/// What an audit has found, without the words for it: those are the screen's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Which kind of difference.
    pub id: String,
    /// What it names, such as the number of a leaf.
    #[serde(flatten)]
    pub places: BTreeMap<String, Value>,
}

/// What an audit has found, in English and for other languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A sentence in English.
    pub words: String,
    /// The same for other languages.
    pub difference: Option<Difference>,
}

impl Finding {
    /// A difference, which is an object with an `id` as JSON.
    pub fn of(found: &(impl Display + Serialize)) -> Finding {
        let value = serde_json::to_value(found).unwrap_or_default();
        Finding { words: found.to_string(), difference: serde_json::from_value(value).ok() }
    }

    /// The same in a log.
    pub fn in_log(mut self, log: &LogId) -> Finding {
        self.words = format!("{}: {}", log.origin(), self.words);
        if let Some(difference) = &mut self.difference {
            difference.places.insert("log".to_owned(), log.name().into());
        }
        self
    }
}

/// That an audit did not come to its end, because the store failed.
#[derive(Debug, thiserror::Error, Serialize)]
#[serde(tag = "id", rename_all = "snake_case")]
pub enum Unfinished {
    /// It failed.
    #[error("the store failed before the audit had ended")]
    StoreFailed,
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
    finding: Option<Finding>,
    now: Timestamp,
) -> Result<(), AccessError> {
    let outcome = if finding.is_some() { FAILED } else { PASSED };
    put(access, &name(site), by, leaf_count, finding, now)?;
    access.note(Note::of(Action::LogAudited).by(by).on(Some(site)).to(outcome), now)
}

/// Remembers an audit of the trail itself, and notes it there; returns what is remembered.
///
/// # Errors
/// When the store fails.
pub fn keep_trail(
    access: &Access,
    by: &Principal,
    entry_count: u64,
    finding: Option<Finding>,
    now: Timestamp,
) -> Result<Audited, AccessError> {
    let outcome = if finding.is_some() { FAILED } else { PASSED };
    let kept = put(access, TRAIL, by, entry_count, finding, now)?;
    access.note(Note::of(Action::TrailAudited).by(by).to(outcome), now)?;
    Ok(kept)
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
    finding: Option<Finding>,
    now: Timestamp,
) -> Result<Audited, AccessError> {
    let cut = |words: &String| words.chars().take(FINDING_CHARS_MAX).collect();
    let new = Audited {
        at: now,
        by: by.name().to_owned(),
        leaf_count,
        finding: finding.as_ref().map(|finding| cut(&finding.words)),
        difference: finding.and_then(|finding| finding.difference),
    };
    document::insert(access.store(), name, &Audits::default(), now)?;
    document::change(access.store(), name, now, |kept: &mut Audits| {
        kept.audits.push(new.clone());
        let more = kept.audits.len().saturating_sub(AUDITS_MAX);
        kept.audits.drain(..more);
        Ok(())
    })?;
    Ok(new)
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
