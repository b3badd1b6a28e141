//! A log's signed head and its proofs, and when a log has been kept long enough.

use crate::store::{LogStore, StoreError};
use constat_shared::{Hash, LogId, Month, Months, SignedCheckpoint, Timestamp};
use ed25519_dalek::SigningKey;

/// The checkpoint kept last when it still covers the whole log, else a new one, which is then kept.
///
/// # Errors
/// When the store fails.
pub fn newest_checkpoint(
    store: &dyn LogStore,
    key: &SigningKey,
    log: &LogId,
) -> Result<Option<SignedCheckpoint>, StoreError> {
    // A log that was dropped has only its last head.
    let Some(head) = store.head(log)? else { return store.checkpoint(log) };
    if let Some(note) = store.checkpoint(log)? {
        let kept = note.open(log, &key.verifying_key());
        if kept.is_ok_and(|kept| kept.size == head.size) {
            return Ok(Some(note));
        }
    }
    let note = head.sign(log, key);
    store.keep_checkpoint(log, &note)?;
    Ok(Some(note))
}

/// The proof that the leaf at `leaf_index` is in the log of `size` leaves, or of
/// its size now, with that size; nothing when the log has no such leaf.
///
/// # Errors
/// When the store fails.
pub fn inclusion_proof(
    store: &dyn LogStore,
    log: &LogId,
    leaf_index: u64,
    size: Option<u64>,
) -> Result<Option<(u64, Vec<Hash>)>, StoreError> {
    let Some(head) = store.head(log)? else { return Ok(None) };
    let size = size.unwrap_or(head.size);
    Ok(store.inclusion_proof(log, leaf_index, size)?.map(|proof| (size, proof)))
}

/// The proof that the log of `from` leaves is the beginning of the log of `to`
/// leaves; nothing when the log is smaller.
///
/// # Errors
/// When the store fails.
pub fn consistency_proof(
    store: &dyn LogStore,
    log: &LogId,
    from: u64,
    to: u64,
) -> Result<Option<Vec<Hash>>, StoreError> {
    store.consistency_proof(log, from, to)
}

/// How many months after its own a log is kept: as long as the longest proof,
/// and one month more, because the records of a month's first hour may rest on
/// what the log of the month before names as served.
pub const LOG_MONTHS: u8 = Months::MAX.get() + 1;

/// Whether a log has been kept long enough: no record is left that it could prove.
pub fn is_over(log: &LogId, now: Timestamp) -> bool {
    log.month.months_until(Month::of(now)) > i32::from(LOG_MONTHS)
}
