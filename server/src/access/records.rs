//! The records of visitors, for those who may find, see and erase them. Every look is in the trail.

use super::access::Access;
use super::error::{AccessError, Refusal};
use super::permission::Permission;
use super::principal::{Decision, Principal};
use super::trail::{Action, Note};
use crate::consent::history::{self, sites};
use crate::consent::search::{self, Answer, Question};
use crate::consent::sought::Sought;
use crate::proof::keys::Keys;
use crate::proof::purge_proof;
use crate::store::{Holder, Store, StoreError, StoredRecord, event_id_of};
use constat_shared::log::PurgeReason;
use constat_shared::proof::PurgeProof;
use constat_shared::{ConsentId, Language, LogEntry, LogId, Month, SiteId, Timestamp, names};

/// The most answers of a consent id that are shown and verified at once: the newest.
pub const SHOWN_MAX: usize = 100;

names! {
    /// Why records are erased. The log says only how many there were.
    ErasureReason;
    /// The person asked for it (GDPR, article 17, paragraph 1).
    PersonAsked = "person_asked";
    /// An authority or a court ordered it.
    Ordered = "ordered";
    /// They were collected unlawfully.
    Unlawful = "unlawful";
    /// A test, or an answer that nobody gave.
    NotReal = "not_real";
}

/// What an erasure did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erased {
    /// How many records are gone.
    pub count: u64,
    /// The log and the leaf of the entry that says so; `None` when it is written later.
    pub purge: Option<(LogId, u64)>,
}

/// One page of what is looked for on a site. A page with records is noted.
///
/// # Errors
/// When it is not allowed, or the store fails.
pub fn search(
    access: &Access,
    by: &Principal,
    site: &SiteId,
    question: &Question,
    now: Timestamp,
) -> Result<Answer, AccessError> {
    by.require(Permission::RecordsRead, site)?;
    let store = access.store();
    let mut others = Vec::new();
    // Only a whole id is looked for elsewhere too.
    if matches!(question.sought, Sought::Id(..)) {
        others.extend(sites(store)?);
        others.retain(|site| by.may(Permission::RecordsRead, site) == Decision::Allowed);
    }
    let answer = search::search(store, site, question, &others, now)?;
    if !answer.is_empty() {
        let note = Note::of(Action::RecordsViewed).by(by).on(Some(site));
        access.note(answer.consent_id.map_or(note.clone(), |id| note.about(id)), now)?;
    }
    Ok(answer)
}

/// Whether a consent id has records on a site. Says nothing of them, and is not noted.
///
/// # Errors
/// When the store fails.
pub fn exist(access: &Access, site: &SiteId, consent_id: &ConsentId) -> Result<bool, StoreError> {
    Ok(access.store().is_holder(site, consent_id, Holder::Unknown)?.is_some())
}

/// The answers of a consent id on a site, oldest first, each as it is stored. The look is noted.
///
/// # Errors
/// When it is not allowed, there are none, or the store fails.
pub fn timeline(
    access: &Access,
    by: &Principal,
    site: &SiteId,
    consent_id: &ConsentId,
    now: Timestamp,
) -> Result<Vec<StoredRecord>, AccessError> {
    by.require(Permission::RecordsRead, site)?;
    let records = access.store().answers(site, consent_id)?;
    if records.is_empty() {
        return Err(Refusal::RecordsUnknown.into());
    }
    access.note(Note::of(Action::RecordsViewed).by(by).on(Some(site)).about(*consent_id), now)?;
    Ok(records)
}

/// Erases the records of a consent id on a site (GDPR, article 17). It is noted before, so
/// that no erasure is missing in the trail; the note says why, and not whose.
///
/// # Errors
/// When it is not allowed, there are none, or the store fails.
pub fn erase(
    access: &Access,
    by: &Principal,
    site: &SiteId,
    consent_id: &ConsentId,
    reason: ErasureReason,
    now: Timestamp,
) -> Result<Erased, AccessError> {
    by.require(Permission::RecordsErase, site)?;
    let store = access.store();
    let answers = store.answers(site, consent_id)?.into_iter().rev();
    let newest = answers.filter_map(|answer| event_id_of(&answer)).next().ok_or(Refusal::RecordsUnknown)?;
    access.note(Note::of(Action::RecordsErased).by(by).on(Some(site)).to(reason.as_str()), now)?;
    // Whoever may erase stands in for the holder, as a receipt of the newest answer does.
    let holder = Holder::Receipt(newest);
    let erasure = history::erase(store, site, consent_id, holder, now)?;
    let count = erasure.map(|erasure| erasure.erased_count).filter(|count| *count > 0);
    let count = count.ok_or(Refusal::RecordsUnknown)?;
    Ok(Erased { count, purge: purge(store, site, consent_id, now)? })
}

/// The proof that an erasure stands in a log, with a statement in a language.
///
/// # Errors
/// When there is no such entry, its leaf is lost, or the store fails.
pub fn purge_proof(
    access: &Access,
    keys: &Keys,
    log: LogId,
    leaf_index: u64,
    language: Language,
) -> Result<PurgeProof, AccessError> {
    let made = purge_proof::purge_proof(access.store(), keys, log, leaf_index, language);
    let made = made.map_err(|failure| StoreError::Engine(failure.to_string()))?;
    Ok(made.ok_or(Refusal::PurgeUnknown)?)
}

/// The entry of an erasure of that moment.
fn purge(
    store: &dyn Store,
    site: &SiteId,
    consent_id: &ConsentId,
    now: Timestamp,
) -> Result<Option<(LogId, u64)>, AccessError> {
    let shard = store.shards(site)?.of(consent_id);
    let log = LogId { site: site.clone(), month: Month::of(now), shard };
    let is_it = |entry: &LogEntry| match entry {
        LogEntry::Purge(purge) => purge.reason == PurgeReason::Erased && purge.purged_at == now,
        _ => false,
    };
    let entries = store.operator_entries(&log)?;
    Ok(entries.iter().rfind(|(_, entry)| is_it(entry)).map(|(leaf_index, _)| (log, *leaf_index)))
}
