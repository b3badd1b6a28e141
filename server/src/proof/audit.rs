//! The audit of a log: its leaves against the records, its head against the last checkpoint.

use crate::failure::{Failure, failed};
use crate::store::{Audit, KeyStore, LogDifference, LogStore, StoreError};
use constat_shared::log::merkle::verify_consistency;
use constat_shared::{LogId, TreeHead};

/// Why a log did not pass.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// It differs from what is stored.
    #[error("{}: {difference}", .log.origin())]
    Differs {
        /// The log.
        log: LogId,
        /// The first difference.
        difference: LogDifference,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Failure {
        failed(error)
    }
}

/// Works a log out from the store and compares it with what is stored and with
/// the checkpoint that was kept last; returns what it found and the log's head.
///
/// # Errors
/// The first difference; when the store fails.
pub fn audit<S: LogStore + KeyStore + ?Sized>(
    store: &S,
    log: &LogId,
) -> Result<(Audit, TreeHead), AuditError> {
    let differs = |difference| AuditError::Differs { log: log.clone(), difference };
    let audit = store.audit(log)?;
    if let Some(difference) = &audit.difference {
        return Err(differs(difference.clone()));
    }
    let head = audit.head.ok_or_else(|| differs(LogDifference::Empty))?;
    if let Some(note) = store.checkpoint(log)? {
        let keys = store.keys()?;
        let opened = keys.iter().filter_map(|jwk| note.open(log, &jwk.key()?).ok()).next();
        let kept = opened.ok_or_else(|| differs(LogDifference::CheckpointUnsigned))?;
        let proof = store.consistency_proof(log, kept.size, head.size)?.unwrap_or_default();
        if !verify_consistency(kept.size, kept.root, head.size, head.root, &proof) {
            return Err(differs(LogDifference::CheckpointDiffers { size: kept.size }));
        }
    }
    Ok((audit, head))
}
