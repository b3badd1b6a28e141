//! Makes the evidence bundle of one record. `shared/src/proof/bundle.rs` defines
//! and checks it.

use super::keys::Keys;
use super::published;
use crate::clock;
use crate::failure::Failure;
use crate::store::{CommittedRecord, LogStore, NoticeStore, RecordStore};
use constat_shared::proof::{FORMAT, Logged, Stamped, statement};
use constat_shared::{
    ConsentId, EventId, Evidence, Hash, Jwk, LogEntry, LogId, Month, Record, SiteId, TreeHead,
};

/// The bundle of the newest record of a consent id, or of the event that is
/// named, with that event's id. It has passed the verifier.
///
/// # Errors
/// A sentence: when there is no such record, or the store has lost what proves it.
pub fn prove<S: RecordStore + NoticeStore + LogStore + ?Sized>(
    store: &S,
    keys: &Keys,
    site: &SiteId,
    consent_id: &ConsentId,
    event_id: Option<EventId>,
) -> Result<(EventId, Vec<u8>), Failure> {
    let event_id = match event_id {
        Some(event_id) => event_id,
        None => store.history(site, consent_id)?.last().ok_or_else(none)?.event_id,
    };
    let (entry, leaf_index) = store.find(site, consent_id, &event_id)?.ok_or_else(none)?;
    let bytes = bundle(store, keys, entry, leaf_index)?.to_vec();
    // The command hands out nothing that the verifier would refuse.
    Evidence::verify(&bytes)
        .map_err(|error| Failure::new(format!("the record cannot be proven: {error}")))?;
    Ok((event_id, bytes))
}

/// The bundle of an event, whether it is proven or not; `None` when there is no such record.
///
/// # Errors
/// A sentence: when the store fails, or has lost what a bundle is made of.
pub fn evidence<S: RecordStore + NoticeStore + LogStore + ?Sized>(
    store: &S,
    keys: &Keys,
    site: &SiteId,
    consent_id: &ConsentId,
    event_id: &EventId,
) -> Result<Option<Evidence>, Failure> {
    let found = store.find(site, consent_id, event_id)?;
    found.map(|(entry, leaf_index)| bundle(store, keys, entry, leaf_index)).transpose()
}

/// The bundle of a record, which the verifier has not seen yet.
pub(super) fn bundle<S: NoticeStore + LogStore + ?Sized>(
    store: &S,
    keys: &Keys,
    entry: CommittedRecord,
    leaf_index: u64,
) -> Result<Evidence, Failure> {
    let (log, record) = (entry.log, entry.record);
    let (head, inclusion_proof) = placed(store, &log, leaf_index)?;
    let notice = store.notice(&record.notice_hash)?;
    let notice = notice.ok_or_else(|| Failure::new("the store has lost the record's notice"))?;
    Ok(Evidence {
        format: FORMAT,
        statement: statement(&record),
        checkpoint: head.sign(&log, keys.signing()),
        commitment_key: entry.key,
        notice,
        leaf_index,
        inclusion_proof,
        public_key: Jwk::of(&keys.signing().verifying_key()),
        serving: serving(store, keys, &record)?,
        snapshot: snapshot(store, keys, &record)?,
        timestamp: timestamp(store, keys, &log, leaf_index, head)?,
        log,
        record,
    })
}

/// What the server had last written down when the record was taken.
fn serving<S: LogStore + ?Sized>(store: &S, keys: &Keys, record: &Record) -> Result<Option<Logged>, Failure> {
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
) -> Result<Option<Logged>, Failure> {
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
) -> Result<Option<Stamped>, Failure> {
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
) -> Result<Logged, Failure> {
    let (head, inclusion_proof) = placed(store, &log, leaf_index)?;
    let checkpoint = head.sign(&log, keys.signing());
    Ok(Logged { entry, log, leaf_index, inclusion_proof, checkpoint })
}

/// The head of a log as it is now, and the proof that a leaf is in it.
fn placed<S: LogStore + ?Sized>(
    store: &S,
    log: &LogId,
    leaf_index: u64,
) -> Result<(TreeHead, Vec<Hash>), Failure> {
    let lost = || Failure::new(format!("the log {} has lost a leaf: run `constat audit`", log.origin()));
    let head = store.head(log)?.ok_or_else(lost)?;
    let proof = store.inclusion_proof(log, leaf_index, head.size)?.ok_or_else(lost)?;
    Ok((head, proof))
}

fn none() -> Failure {
    Failure::new("there is no such record: it has expired, was erased, or is another site's")
}
