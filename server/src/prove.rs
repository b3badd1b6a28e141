//! `constat prove`: one record's evidence bundle, also while the server runs.

use crate::cli::ProveArgs;
use crate::failure::Failure;
use crate::keys::Keys;
use crate::store::{Entry, Store, open_store};
use crate::{clock, serving};
use constat_shared::evidence::{self, Evidence, FORMAT, Logged, Stamped};
use constat_shared::log::checkpoint::Checkpoint;
use constat_shared::receipt::Jwk;
use constat_shared::{Hash, LogEntry, LogId, Month, Record};

/// Writes the bundle of the newest record of a consent id, or of the one named.
pub fn run(args: &ProveArgs) -> Result<(), Failure> {
    let store = open_store(&args.key.data)?;
    let event_id = match args.event {
        Some(event_id) => event_id,
        None => {
            let history = store.history(&args.site, &args.consent_id)?;
            history.last().ok_or_else(none)?.event_id
        }
    };
    let (entry, leaf_index) = store.find(&args.site, &args.consent_id, &event_id)?.ok_or_else(none)?;
    let bundle = bundle(&*store, &Keys::open(&args.key, &*store)?, entry, leaf_index)?;
    let bytes = bundle.to_vec();
    // What the verifier would refuse is not handed out.
    Evidence::verify(&bytes)
        .map_err(|error| Failure::new(format!("the record cannot be proven: {error}")))?;
    std::fs::write(&args.output, bytes)
        .map_err(|error| Failure::new(format!("{} cannot be written: {error}", args.output.display())))?;
    println!("{}: evidence of event {event_id}; check it with `constat verify`", args.output.display());
    Ok(())
}

fn bundle(store: &dyn Store, keys: &Keys, entry: Entry, leaf_index: u64) -> Result<Evidence, Failure> {
    let (log, record) = (entry.log, entry.record);
    let (head, inclusion_proof) = placed(store, &log, leaf_index)?;
    let notice = store.notice(&record.notice_hash)?;
    let notice = notice.ok_or_else(|| Failure::new("the store has lost the record's notice"))?;
    Ok(Evidence {
        format: FORMAT,
        statement: evidence::statement(&record),
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
fn serving(store: &dyn Store, keys: &Keys, record: &Record) -> Result<Option<Logged>, Failure> {
    let wanted = |entry: &LogEntry| match entry {
        LogEntry::Serving(serving) => {
            serving.notice_hash == record.notice_hash && serving.serving_at <= record.recorded_at
        }
        _ => false,
    };
    let found = serving::find(store, &record.site, Month::of(record.recorded_at), wanted)?;
    found.map(|(log, place, entry)| logged(store, keys, log, place, entry)).transpose()
}

/// The pictures of the record's notice, whenever they were taken.
fn snapshot(store: &dyn Store, keys: &Keys, record: &Record) -> Result<Option<Logged>, Failure> {
    let newest = Month::of(clock::now());
    let found = serving::find_snapshot(store, &record.site, newest, &record.notice_hash)?;
    found.map(|(log, place, entry)| logged(store, keys, log, place, entry)).transpose()
}

/// The first word of an outside clock about a head of the log that holds the record.
fn timestamp(
    store: &dyn Store,
    keys: &Keys,
    of: &LogId,
    leaf_index: u64,
    head: Checkpoint,
) -> Result<Option<Stamped>, Failure> {
    for log in store.logs()?.into_iter().filter(|log| log.site == of.site && log.month >= of.month) {
        for (place, entry) in store.entries(&log)? {
            let LogEntry::Timestamp(token) = &entry else { continue };
            let stamped = Checkpoint::read(&token.checkpoint, of).ok();
            let Some(stamped) = stamped.filter(|stamped| stamped.size > leaf_index) else { continue };
            let proof = store.consistency_proof(of, stamped.size, head.size)?;
            let consistency_proof = proof.unwrap_or_default();
            return Ok(Some(Stamped { logged: logged(store, keys, log, place, entry)?, consistency_proof }));
        }
    }
    Ok(None)
}

/// An entry with the proof that it is in its log, as that is now.
fn logged(
    store: &dyn Store,
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
fn placed(store: &dyn Store, log: &LogId, leaf_index: u64) -> Result<(Checkpoint, Vec<Hash>), Failure> {
    let lost = || Failure::new(format!("the log {} has lost a leaf: run `constat audit`", log.origin()));
    let head = store.head(log)?.ok_or_else(lost)?;
    let proof = store.inclusion_proof(log, leaf_index, head.size)?.ok_or_else(lost)?;
    Ok((head, proof))
}

fn none() -> Failure {
    Failure::new("there is no such record: it has expired, was erased, or is another site's")
}
