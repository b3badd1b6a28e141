//! Appends to the trail.

use super::action::Action;
use super::command::Command;
use super::entry::{self, ORIGIN, START};
use super::newest_head::NewestHead;
use super::note::Note;
use crate::access::error::AccessError;
use crate::access::random;
use crate::failure::{Failure, failed};
use crate::proof::keys::Keys;
use crate::store::{Store, StoreError, TrailEntry, TrailStore};
use constat_shared::{CommitmentKey, Hash, SignedCheckpoint, Timestamp, TreeHead};
use std::sync::{Arc, Mutex, PoisonError};

/// How often an entry is tried again when another process's came first.
const ATTEMPTS_MAX: usize = 50;

/// The audit trail of a store, with the key that signs its heads.
pub struct Trail {
    store: Arc<dyn Store>,
    keys: Arc<Keys>,
    newest: NewestHead,
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
        let newest = NewestHead::of_folder(keys.folder());
        Trail { store, keys, newest, turn: Mutex::new(()) }
    }

    /// The newest head that was signed here, if one is kept.
    ///
    /// # Errors
    /// A sentence, when there is one that cannot be read.
    pub fn newest_head(&self) -> Result<Option<SignedCheckpoint>, Failure> {
        self.newest.read()
    }

    /// The newest head that was signed here, when the trail of the store does not go on from it: the store was
    /// set back, or somebody has deleted the end.
    ///
    /// # Errors
    /// A sentence, when the store fails or the head cannot be read.
    pub fn lost_head(&self) -> Result<Option<TreeHead>, Failure> {
        let newest = self.newest.read()?.and_then(|head| head.read_as(ORIGIN).ok());
        let Some(newest) = newest else { return Ok(None) };
        Ok((!goes_on_from(&*self.store, &end(&*self.store)?, newest)?).then_some(newest))
    }

    /// Notes that the entries after a backup that was put back are missing, and takes the trail as it is from
    /// now on. Returns the head that is lost; `None` when nothing is missing, and then nothing is noted.
    ///
    /// # Errors
    /// When the store fails, or the new head cannot be kept.
    pub fn accept_missing(&self, now: Timestamp) -> Result<Option<TreeHead>, Failure> {
        let Some(lost) = self.lost_head()? else { return Ok(None) };
        let note = Note::of(Action::MissingEntriesAccepted).by_command(Command::AcceptMissing);
        let note = note.to(format!("{} {}", lost.size, lost.root));
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let head = self.append(note, now).map_err(failed)?;
        self.newest.keep(&head)?;
        Ok(Some(lost))
    }

    /// Appends an entry and signs the head that ends with it, durably. It is dated `now`,
    /// or as the entry before it when the clock was set back meanwhile. The head is kept beside the keys too,
    /// unless the trail does not go on from the one that lies there.
    ///
    /// # Errors
    /// When the store fails, or the system gives no random numbers.
    pub fn note(&self, note: Note, now: Timestamp) -> Result<(), AccessError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        // Before the entry: what lies there then is in the store already, whoever else appends.
        let lost = self.lost_head();
        let head = self.append(note, now)?;
        let kept = match lost {
            Ok(None) => self.keep_newer(&head),
            Ok(Some(lost)) => Err(Failure::new(lost_words(lost))),
            Err(failure) => Err(failure),
        };
        // The entry is in the store: what was done stands.
        if let Err(error) = kept {
            tracing::error!(%error, "the newest head of the audit trail was not kept beside the keys");
        }
        Ok(())
    }

    /// Another program of the folder may have kept a newer one meanwhile.
    fn keep_newer(&self, head: &SignedCheckpoint) -> Result<(), Failure> {
        let size = |head: &SignedCheckpoint| head.read_as(ORIGIN).map_or(0, |head| head.size);
        let is_newer = self.newest.read()?.is_none_or(|kept| size(&kept) < size(head));
        if is_newer { self.newest.keep(head) } else { Ok(()) }
    }

    fn append(&self, note: Note, now: Timestamp) -> Result<SignedCheckpoint, AccessError> {
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
        for _ in 0..ATTEMPTS_MAX {
            let end = end(&*self.store)?;
            entry.index = end.size;
            entry.at = end.at.map_or(now, |last| last.max(now));
            entry.link = entry::link(&entry, end.link);
            let head = TreeHead { size: end.size + 1, root: entry.link };
            let head = head.sign_as(ORIGIN, self.keys.signing());
            if self.store.append_to_trail(&entry, &head)? {
                return Ok(head);
            }
        }
        let words = format!("other entries of the audit trail came first {ATTEMPTS_MAX} times");
        Err(StoreError::Engine(words).into())
    }
}

/// What to say of a head that the trail has lost.
pub fn lost_words(lost: TreeHead) -> String {
    format!(
        "the audit trail does not go on from its {} entries that were signed here: run `constat audit --trail`",
        lost.size
    )
}

/// Whether the trail that ends there has the entries of that head. Of entries that are not kept any longer
/// nothing is known.
fn goes_on_from(store: &(impl TrailStore + ?Sized), end: &End, newest: TreeHead) -> Result<bool, StoreError> {
    if newest.size >= end.size {
        return Ok(newest.size == end.size && newest.root == end.link);
    }
    let entry = store.trail(newest.size.saturating_sub(1), 1)?.pop();
    Ok(entry.is_none_or(|entry| entry.index + 1 != newest.size || entry.link == newest.root))
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
