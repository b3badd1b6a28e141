//! Makes the evidence bundle of one record. `shared/src/proof/bundle.rs` defines
//! and checks it.

use super::keys::Keys;
use super::published;
use crate::clock;
use crate::store::{AtStep, LogStore, PlacedRecord, StoreError, at_step, divide};
use constat_shared::proof::{FORMAT, Logged, Stamped, Step, statement};
use constat_shared::{Evidence, Jwk, LogEntry, LogId, Month, Notice, Record, TreeHead};

/// The bundle of a record, which the verifier has not seen yet; or the check for which something is
/// missing or cannot be read. `notice` is the one that the record names.
///
/// # Errors
/// When the store fails.
pub(super) fn bundle<S: LogStore + ?Sized>(
    store: &S,
    keys: &Keys,
    placed: PlacedRecord,
    notice: Option<&Notice>,
) -> Result<Result<Evidence, Step>, StoreError> {
    divide(evidence(store, keys, placed, notice), |step, _| step)
}

fn evidence<S: LogStore + ?Sized>(
    store: &S,
    keys: &Keys,
    placed: PlacedRecord,
    notice: Option<&Notice>,
) -> Result<Evidence, AtStep> {
    let PlacedRecord { leaf_index, entry } = placed;
    let (log, record) = (entry.log, entry.record);
    let missing = || StoreError::Unreadable("the notice is missing".to_owned());
    let notice = at_step(Step::Notice, notice.ok_or_else(missing))?.clone();
    let head = at_step(Step::InclusionProof, head(store, &log))?;
    let proof = at_step(Step::InclusionProof, store.inclusion_proof(&log, leaf_index, head.size))?;
    Ok(Evidence {
        format: FORMAT,
        statement: statement(&record),
        checkpoint: head.sign(&log, keys.signing()),
        commitment_key: entry.key,
        notice,
        leaf_index,
        // A leaf that the log does not have has no proof; the verifier says so.
        inclusion_proof: proof.unwrap_or_default(),
        public_key: Jwk::of(&keys.signing().verifying_key()),
        serving: at_step(Step::Serving, serving(store, keys, &record))?,
        snapshot: at_step(Step::Snapshot, snapshot(store, keys, &record))?,
        timestamp: at_step(Step::Timestamp, timestamp(store, keys, &log, leaf_index, head))?,
        log,
        record,
    })
}

/// What the server had last written down when the record was taken.
fn serving<S: LogStore + ?Sized>(
    store: &S,
    keys: &Keys,
    record: &Record,
) -> Result<Option<Logged>, StoreError> {
    let wanted = |entry: &LogEntry| match entry {
        LogEntry::Serving(serving) => {
            serving.notice_hash == record.notice_hash && serving.serving_at <= record.recorded_at
        }
        _ => false,
    };
    let found = published::find(store, &record.site, Month::of(record.recorded_at), wanted)?;
    found.map(|(log, leaf_index, entry)| logged(store, keys, log, leaf_index, entry)).transpose()
}

/// The pictures of the record's notice, whenever they were taken.
fn snapshot<S: LogStore + ?Sized>(
    store: &S,
    keys: &Keys,
    record: &Record,
) -> Result<Option<Logged>, StoreError> {
    let newest = Month::of(clock::now());
    let found = published::find_snapshot(store, &record.site, newest, &record.notice_hash)?;
    found.map(|(log, leaf_index, entry)| logged(store, keys, log, leaf_index, entry)).transpose()
}

/// The first time-stamp over a head of the log that holds the record.
fn timestamp<S: LogStore + ?Sized>(
    store: &S,
    keys: &Keys,
    of: &LogId,
    leaf_index: u64,
    head: TreeHead,
) -> Result<Option<Stamped>, StoreError> {
    for log in store.logs()?.into_iter().filter(|log| log.site == of.site && log.month >= of.month) {
        for (entry_index, entry) in store.entries_but_purges(&log)? {
            let LogEntry::Timestamp(token) = &entry else { continue };
            let stamped = token.checkpoint.read(of).ok();
            let Some(stamped) = stamped.filter(|stamped| stamped.size > leaf_index) else { continue };
            let proof = store.consistency_proof(of, stamped.size, head.size)?;
            let consistency_proof = proof.unwrap_or_default();
            return Ok(Some(Stamped {
                logged: logged(store, keys, log, entry_index, entry)?,
                consistency_proof,
            }));
        }
    }
    Ok(None)
}

/// An entry with the proof that it is in its log, as that is now.
pub(super) fn logged<S: LogStore + ?Sized>(
    store: &S,
    keys: &Keys,
    log: LogId,
    leaf_index: u64,
    entry: LogEntry,
) -> Result<Logged, StoreError> {
    let head = head(store, &log)?;
    let inclusion_proof = store.inclusion_proof(&log, leaf_index, head.size)?.ok_or_else(|| lost(&log))?;
    let checkpoint = head.sign(&log, keys.signing());
    Ok(Logged { entry, log, leaf_index, inclusion_proof, checkpoint })
}

/// The head of a log as it is now.
fn head<S: LogStore + ?Sized>(store: &S, log: &LogId) -> Result<TreeHead, StoreError> {
    store.head(log)?.ok_or_else(|| lost(log))
}

fn lost(log: &LogId) -> StoreError {
    StoreError::Unreadable(format!("the log {} has lost a leaf: run `constat audit`", log.origin()))
}
