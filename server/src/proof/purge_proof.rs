//! Makes the proof of a purge entry. `shared/src/proof/purge_proof.rs` defines and checks it.

use super::bundle::logged;
use super::keys::Keys;
use crate::failure::Failure;
use crate::store::LogStore;
use constat_shared::proof::PurgeProof;
use constat_shared::{Jwk, Language, LogEntry, LogId};

/// The proof of the purge entry at a leaf of a log, with a statement in a language; `None`
/// when there is none.
///
/// # Errors
/// When the store fails, or its log has lost the leaf.
pub fn purge_proof<S: LogStore + ?Sized>(
    store: &S,
    keys: &Keys,
    log: LogId,
    leaf_index: u64,
    language: Language,
) -> Result<Option<PurgeProof>, Failure> {
    let entries = store.operator_entries(&log)?;
    let found = entries.into_iter().find(|(index, _)| *index == leaf_index);
    let Some((_, LogEntry::Purge(purge))) = found else { return Ok(None) };
    let logged = logged(store, keys, log, leaf_index, LogEntry::Purge(purge.clone()))?;
    let key = Jwk::of(&keys.signing().verifying_key());
    Ok(Some(PurgeProof::new(purge, language, logged, key)))
}
