//! Verifies a stored record: its bundle is made, and checked by the code of `constat verify`.

use super::bundle::bundle;
use super::keys::Keys;
use crate::failure::Failure;
use crate::store::{CommittedRecord, KeyStore, LogStore, NoticeStore, RecordStore};
use constat_shared::proof::{CheckedStep, GivenFiles, Verification};
use constat_shared::{EvidenceError, KeySet, LogEntry, Record};

/// Every check of a record, those that failed first, and what the log says was served with its notice.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The record.
    pub record: Record,
    /// The checks.
    pub steps: Vec<CheckedStep>,
    /// The entry of the served files in the bundle.
    pub serving: Option<LogEntry>,
}

/// Verifies a record as it is stored now, with the published keys.
///
/// # Errors
/// When the store fails.
pub fn checked<S>(store: &S, keys: &Keys, record: Record) -> Result<Checked, Failure>
where
    S: RecordStore + NoticeStore + LogStore + KeyStore + ?Sized,
{
    let failed = |error| Ok((vec![CheckedStep::failed(error)], None));
    let found = store.find(&record.site, &record.consent_id, &record.event_id)?;
    let result: Result<_, Failure> = match found {
        // It was deleted, or what finds it was changed.
        None => failed(EvidenceError::Inclusion),
        Some((entry, leaf_index)) if !is_placed(store, &entry, leaf_index)? => {
            failed(EvidenceError::Inclusion)
        }
        Some((entry, _)) if store.notice(&entry.record.notice_hash)?.is_none() => {
            failed(EvidenceError::Notice)
        }
        Some((entry, leaf_index)) => {
            let evidence = bundle(store, keys, entry, leaf_index)?;
            let serving = evidence.serving.as_ref().map(|logged| logged.entry.clone());
            let given = GivenFiles { keys: Some(KeySet { keys: store.keys()? }), ..GivenFiles::default() };
            match Verification::read(&evidence.to_vec()) {
                Ok(verification) => Ok((verification.steps(&given), serving)),
                Err(error) => failed(error),
            }
        }
    };
    let (steps, serving) = result?;
    Ok(Checked { record, steps, serving })
}

/// Whether its log has a leaf at that place.
fn is_placed<S: LogStore + ?Sized>(
    store: &S,
    entry: &CommittedRecord,
    leaf_index: u64,
) -> Result<bool, Failure> {
    let Some(head) = store.head(&entry.log)? else { return Ok(false) };
    Ok(store.inclusion_proof(&entry.log, leaf_index, head.size)?.is_some())
}
