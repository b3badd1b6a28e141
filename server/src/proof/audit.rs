//! The audit of a log: its leaves against the records, its head against the last checkpoint.

use crate::failure::Failure;
use crate::store::{Audit, KeyStore, LogStore};
use constat_shared::log::merkle::verify_consistency;
use constat_shared::{LogId, TreeHead};

/// Works a log out from the store and compares it with what is stored and with
/// the checkpoint that was kept last; returns what it found and the log's head.
///
/// # Errors
/// A sentence with the first difference.
pub fn audit<S: LogStore + KeyStore + ?Sized>(store: &S, log: &LogId) -> Result<(Audit, TreeHead), Failure> {
    let audit = store.audit(log)?;
    if let Some(difference) = &audit.difference {
        return Err(Failure::new(format!("{}: {difference}", log.origin())));
    }
    let Some(head) = audit.head else { return Err(Failure::new(format!("{} is empty", log.origin()))) };
    if let Some(note) = store.checkpoint(log)? {
        let keys = store.keys()?;
        let opened = keys.iter().filter_map(|jwk| note.open(log, &jwk.key()?).ok()).next();
        let kept = opened
            .ok_or_else(|| Failure::new("the checkpoint kept last is not signed by any key of the store"))?;
        let proof = store.consistency_proof(log, kept.size, head.size)?.unwrap_or_default();
        if !verify_consistency(kept.size, kept.root, head.size, head.root, &proof) {
            let words =
                format!("the log does not begin with the {} leaves of the checkpoint kept last", kept.size);
            return Err(Failure::new(words));
        }
    }
    Ok((audit, head))
}
