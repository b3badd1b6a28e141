//! What `constat prove` writes.

use super::checked::Checker;
use super::keys::Keys;
use crate::failure::Failure;
use crate::store::Store;
use constat_shared::proof::{StepInWords, StepResult};
use constat_shared::{ConsentId, EventId, Language, SiteId};

/// The bundle of the newest record of a consent id, or of the event that is
/// named, with that event's id. It has passed the verifier.
///
/// # Errors
/// A sentence: when there is no such record, or it is not proven, with the first check that failed.
pub fn prove(
    store: &dyn Store,
    keys: &Keys,
    site: &SiteId,
    consent_id: &ConsentId,
    event_id: Option<EventId>,
) -> Result<(EventId, Vec<u8>), Failure> {
    let stored = match event_id {
        Some(event_id) => store.find(site, consent_id, &event_id)?,
        None => store.answers(site, consent_id)?.pop(),
    };
    let none = || Failure::new("there is no such record: it has expired, was erased, or is another site's");
    let checked = Checker::new(store, keys)?.check(site, consent_id, stored.ok_or_else(none)?)?;
    // The command hands out nothing that the verifier would refuse.
    if let Some(step) = checked.steps.iter().find(|step| step.result == StepResult::Failed) {
        let StepInWords { step, detail, .. } = step.in_words(Language::En);
        return Err(Failure::new(format!("the record cannot be proven: {step}: {detail}")));
    }
    let event_id = checked.record.as_ref().ok().map(|record| record.event_id);
    event_id.zip(checked.bundle).ok_or_else(none)
}
