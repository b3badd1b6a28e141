//! `constat prove`: one record's evidence bundle, also while the server runs.

use crate::Failure;
use crate::config::ProveArgs;
use crate::keys::Keys;
use crate::records::open_store;
use crate::store::{Entry, Store};
use constat_shared::evidence::{self, Evidence, FORMAT};
use constat_shared::receipt::Jwk;
use std::fmt::Display;

/// Writes the bundle of the newest record of a consent id, or of the one named.
pub fn run(args: &ProveArgs) -> Result<(), Failure> {
    let store = open_store(&args.data.data)?;
    let event_id = match args.event {
        Some(event_id) => event_id,
        None => {
            let history = store.history(&args.site, &args.consent_id).map_err(failed)?;
            history.last().ok_or_else(none)?.event_id
        }
    };
    let (entry, leaf_index) = store.find(&args.site, &event_id).map_err(failed)?.ok_or_else(none)?;
    if entry.record.consent_id != args.consent_id {
        return Err(none());
    }
    let bundle = bundle(&store, &Keys::open(&args.data.data)?, entry, leaf_index)?;
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
    let log = entry.log();
    let lost = || Failure::new("the log has lost the record's leaf: run `constat audit`");
    let head = store.head(&log).map_err(failed)?.ok_or_else(lost)?;
    let proof = store.inclusion_proof(&log, leaf_index, head.size).map_err(failed)?.ok_or_else(lost)?;
    let notice = store.notice(&entry.record.notice_hash).map_err(failed)?;
    let notice = notice.ok_or_else(|| Failure::new("the store has lost the record's notice"))?;
    Ok(Evidence {
        format: FORMAT,
        statement: evidence::statement(&entry.record),
        checkpoint: head.sign(&log, keys.signing()),
        record: entry.record,
        commitment_key: entry.key,
        notice,
        log,
        leaf_index,
        inclusion_proof: proof,
        public_key: Jwk::of(&keys.signing().verifying_key()),
    })
}

fn none() -> Failure {
    Failure::new("there is no such record: it has expired, was erased, or is another site's")
}

fn failed(error: impl Display) -> Failure {
    Failure::new(error.to_string())
}
