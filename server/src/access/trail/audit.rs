//! The audit of the whole trail: every entry, every link, every signed head.

use super::action::Action;
use super::difference::{TrailDifference, TrailError};
use super::entry::{self, ORIGIN, START};
use crate::access::{account, api_token};
use crate::store::{AccountStore, KeyStore, TRAIL_PAGE_MAX, TrailEntry, TrailSegment, TrailStore};
use constat_shared::{Hash, Month, SignedCheckpoint, Timestamp, TreeHead};
use ed25519_dalek::VerifyingKey;

/// How much later than the last entry something may be that must have one, in
/// milliseconds: an entry is written just after what it notes.
const TOLERANCE_MS: i64 = 60_000;

/// What an audit has found in a trail that is whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrailAudit {
    /// How many entries were checked.
    pub entry_count: u64,
    /// How many of them name nothing any more, because the records they named were erased.
    pub forgotten_count: u64,
    /// The entries of how many months were dropped, because they are not kept for longer.
    pub dropped_months: u64,
    /// The head: how many entries there ever were, and the last link. `None` without any.
    pub head: Option<TreeHead>,
}

/// How far the audit has come.
struct Walk {
    audit: TrailAudit,
    next: u64,
    link: Hash,
    at: Option<Timestamp>,
    segment_count: usize,
    newest: Option<TreeHead>,
}

/// Checks the whole trail of a store: that no entry was changed, moved, added or
/// removed, that every month ends with a head signed by a key of the store, and that
/// nothing is missing at the end. `newest` is the newest head that was signed here, if one
/// is known: the trail has to go on from it.
///
/// # Errors
/// The first difference; when the store fails.
pub fn audit<S: TrailStore + KeyStore + AccountStore + ?Sized>(
    store: &S,
    newest: Option<&SignedCheckpoint>,
    now: Timestamp,
) -> Result<TrailAudit, TrailError> {
    let keys: Vec<_> = store.keys()?.iter().filter_map(|jwk| jwk.key()).collect();
    let opened = newest.map(|head| opened(head, &keys).ok_or(TrailDifference::NewestUnsigned));
    let mut walk = Walk {
        audit: TrailAudit::default(),
        next: 0,
        link: Hash::from_bytes(START),
        at: None,
        segment_count: 0,
        newest: opened.transpose()?,
    };
    // What is appended meanwhile is checked in the next round.
    loop {
        let start = walk.next;
        walk.segments(store, &store.trail_segments()?, &keys)?;
        if store.trail(walk.next, 1)?.is_empty() {
            break;
        }
        if walk.next == start {
            return Err(TrailDifference::HeadMissing { entry: start }.into());
        }
    }
    if let Some(newest) = walk.newest.filter(|newest| walk.next < newest.size) {
        return Err(TrailDifference::Cut { entries: walk.next, signed: newest.size }.into());
    }
    check_tail(store, walk.at, now)?;
    if walk.next > 0 {
        walk.audit.head = Some(TreeHead { size: walk.next, root: walk.link });
    }
    Ok(walk.audit)
}

impl Walk {
    fn segments<S: TrailStore + ?Sized>(
        &mut self,
        store: &S,
        segments: &[TrailSegment],
        keys: &[VerifyingKey],
    ) -> Result<(), TrailError> {
        if !segments.windows(2).all(|pair| pair[0].month < pair[1].month) {
            return Err(TrailDifference::MonthsMoved.into());
        }
        for segment in segments.iter().skip(self.segment_count.saturating_sub(1)) {
            let month = segment.month;
            let is_new = segments.get(self.segment_count).is_some_and(|next| next.month == month);
            if is_new {
                self.segment_count += 1;
                if segment.first != self.next {
                    let (first, expected) = (segment.first, self.next);
                    return Err(TrailDifference::MonthBegins { month, first, expected }.into());
                }
            }
            let head = open(segment, keys)?;
            if segment.end != head.size {
                let (end, signed) = (segment.end, head.size);
                return Err(TrailDifference::MonthEnds { month, end, signed }.into());
            }
            if segment.is_dropped {
                self.skip(segment, head)?;
            } else {
                self.entries(store, month, head)?;
            }
        }
        if segments.len() < self.segment_count {
            return Err(TrailDifference::MonthRemoved.into());
        }
        Ok(())
    }

    /// Takes the word of the signed head for entries that are not kept any more.
    fn skip(&mut self, segment: &TrailSegment, head: TreeHead) -> Result<(), TrailDifference> {
        if head.size <= segment.first {
            return Err(TrailDifference::HeadEmpty { month: segment.month });
        }
        (self.next, self.link) = (head.size, head.root);
        self.audit.dropped_months += 1;
        self.pass_newest()
    }

    /// Compares the link with the newest head that was signed here, where that head ends.
    fn pass_newest(&self) -> Result<(), TrailDifference> {
        match self.newest {
            Some(newest) if newest.size == self.next && newest.root != self.link => {
                Err(TrailDifference::Replaced { signed: newest.size })
            }
            _ => Ok(()),
        }
    }

    /// Checks the entries of a month, or those that were added to it since.
    fn entries<S: TrailStore + ?Sized>(
        &mut self,
        store: &S,
        month: Month,
        head: TreeHead,
    ) -> Result<(), TrailError> {
        while self.next < head.size {
            let left = usize::try_from(head.size - self.next).unwrap_or(TRAIL_PAGE_MAX);
            let page = store.trail(self.next, left.min(TRAIL_PAGE_MAX))?;
            if page.is_empty() {
                return Err(TrailDifference::EntriesMissing { entry: self.next }.into());
            }
            for entry in &page {
                self.entry(entry, month)?;
            }
        }
        if head.size != self.next || head.root != self.link {
            return Err(TrailDifference::HeadDiffers { month }.into());
        }
        Ok(())
    }

    fn entry(&mut self, found: &TrailEntry, month: Month) -> Result<(), TrailDifference> {
        let entry = self.next;
        if found.index != entry {
            return Err(TrailDifference::EntryMissing { entry, found: found.index });
        }
        if found.link != entry::link(found, self.link) {
            return Err(TrailDifference::EntryChanged { entry });
        }
        if Month::of(found.at) != month || self.at.is_some_and(|last| found.at < last) {
            return Err(TrailDifference::EntryMoved { entry, at: found.at });
        }
        match &found.key {
            Some(key) => {
                let target = found.target.as_deref();
                if entry::commitment(key, target, found.consent_id.as_ref()) != found.commitment {
                    return Err(TrailDifference::TargetChanged { entry });
                }
            }
            None => {
                let may_be_forgotten = Action::parse(&found.action).is_ok_and(Action::names_consent_id);
                if found.target.is_some() || found.consent_id.is_some() || !may_be_forgotten {
                    return Err(TrailDifference::TargetLost { entry });
                }
                self.audit.forgotten_count += 1;
            }
        }
        (self.next, self.link, self.at) = (entry + 1, found.link, Some(found.at));
        self.audit.entry_count += 1;
        self.pass_newest()
    }
}

/// The head of a month, if a key of the store signed it.
fn open(segment: &TrailSegment, keys: &[VerifyingKey]) -> Result<TreeHead, TrailDifference> {
    opened(&segment.head, keys).ok_or(TrailDifference::HeadUnsigned { month: segment.month })
}

/// A head that one of these keys signed.
fn opened(head: &SignedCheckpoint, keys: &[VerifyingKey]) -> Option<TreeHead> {
    keys.iter().find_map(|key| head.open_as(ORIGIN, key).ok())
}

/// Checks that the last entry is not older than what must have an entry: then it would
/// have been the last, and the head after it, too.
fn check_tail<S: AccountStore + ?Sized>(
    store: &S,
    last: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), TrailError> {
    let accounts = account::all(store, now)?.into_iter().flat_map(|account| {
        [Some(account.made_at), account.welcomed_at, account.last_sign_in, account.removed_at]
    });
    let tokens = api_token::all(store, now)?.into_iter().map(|token| Some(token.made_at));
    let Some(newest) = accounts.chain(tokens).flatten().max() else { return Ok(()) };
    match last {
        Some(last) if newest.unix_ms() - last.unix_ms() <= TOLERANCE_MS => Ok(()),
        Some(at) => Err(TrailDifference::EndMissing { at, newest }.into()),
        None => Err(TrailDifference::Missing { newest }.into()),
    }
}
