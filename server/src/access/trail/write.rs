//! Appends to the trail.

use super::entry::{self, ORIGIN, START};
use super::note::Note;
use crate::access::error::AccessError;
use crate::access::random;
use crate::proof::keys::Keys;
use crate::store::{Store, StoreError, TrailEntry, TrailStore};
use constat_shared::{CommitmentKey, Hash, Timestamp, TreeHead};
use std::sync::{Arc, Mutex, PoisonError};

/// How often an entry is tried again when another process's came first.
const ATTEMPTS_MAX: usize = 50;

/// The audit trail of a store, with the key that signs its heads.
pub struct Trail {
    store: Arc<dyn Store>,
    keys: Arc<Keys>,
    /// One entry of this process at a time, so that only other processes come in between.
    turn: Mutex<()>,
}

/// Where a trail ends.
struct End {
    size: u64,
    link: Hash,
    at: Option<Timestamp>,
}

impl Trail {
    /// The trail of a store.
    pub fn new(store: Arc<dyn Store>, keys: Arc<Keys>) -> Trail {
        Trail { store, keys, turn: Mutex::new(()) }
    }

    /// Appends an entry and signs the head that ends with it, durably. It is dated `now`,
    /// or as the entry before it when the clock was set back meanwhile.
    ///
    /// # Errors
    /// When the store fails, or the system gives no random numbers.
    pub fn note(&self, note: Note, now: Timestamp) -> Result<(), AccessError> {
        let key = CommitmentKey::from_bytes(random::bytes()?);
        let commitment = entry::commitment(&key, note.target.as_deref(), note.consent_id.as_ref());
        let mut entry = TrailEntry {
            index: 0,
            at: now,
            who: note.who,
            action: note.action.as_str().to_owned(),
            site: note.site,
            target: note.target,
            consent_id: note.consent_id,
            key: Some(key),
            commitment,
            link: Hash::from_bytes(START),
        };
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..ATTEMPTS_MAX {
            let end = end(&*self.store)?;
            entry.index = end.size;
            entry.at = end.at.map_or(now, |last| last.max(now));
            entry.link = entry::link(&entry, end.link);
            let head = TreeHead { size: end.size + 1, root: entry.link };
            if self.store.append_to_trail(&entry, &head.sign_as(ORIGIN, self.keys.signing()))? {
                return Ok(());
            }
        }
        let words = format!("other entries of the audit trail came first {ATTEMPTS_MAX} times");
        Err(StoreError::Engine(words).into())
    }
}

/// Where the trail of a store ends, by what the store says of its last month. After
/// entries were deleted behind the program's back it goes on behind the gap, and after a
/// head was changed with another link: an audit finds both.
fn end(store: &(impl TrailStore + ?Sized)) -> Result<End, StoreError> {
    let start = Hash::from_bytes(START);
    let Some(last) = store.trail_segments()?.pop() else {
        return Ok(End { size: 0, link: start, at: None });
    };
    let entry = store.trail(last.end.saturating_sub(1), 1)?.pop();
    let head = last.head.read_as(ORIGIN).ok();
    let link = head.map(|head| head.root).or(entry.as_ref().map(|entry| entry.link));
    Ok(End { size: last.end, link: link.unwrap_or(start), at: entry.map(|entry| entry.at) })
}
