//! The audit of the whole trail: every entry, every link, every signed head.

use super::action::Action;
use super::entry::{self, ORIGIN, START};
use crate::access::{account, api_token};
use crate::failure::Failure;
use crate::store::{AccountStore, KeyStore, TRAIL_PAGE_MAX, TrailEntry, TrailSegment, TrailStore};
use constat_shared::{Hash, Month, Timestamp, TreeHead};
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
}

/// Checks the whole trail of a store: that no entry was changed, moved, added or
/// removed, that every month ends with a head signed by a key of the store, and that
/// nothing is missing at the end.
///
/// # Errors
/// A sentence with the first difference.
pub fn audit<S: TrailStore + KeyStore + AccountStore + ?Sized>(
    store: &S,
    now: Timestamp,
) -> Result<TrailAudit, Failure> {
    let keys: Vec<_> = store.keys()?.iter().filter_map(|jwk| jwk.key()).collect();
    let mut walk = Walk {
        audit: TrailAudit::default(),
        next: 0,
        link: Hash::from_bytes(START),
        at: None,
        segment_count: 0,
    };
    // What is appended meanwhile is checked in the next round.
    loop {
        let start = walk.next;
        walk.segments(store, &store.trail_segments()?, &keys)?;
        if store.trail(walk.next, 1)?.is_empty() {
            break;
        }
        if walk.next == start {
            return Err(differs(format!("entry {start} has no signed head after it")));
        }
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
    ) -> Result<(), Failure> {
        if !segments.windows(2).all(|pair| pair[0].month < pair[1].month) {
            return Err(differs("its months are not in their order".to_owned()));
        }
        for segment in segments.iter().skip(self.segment_count.saturating_sub(1)) {
            let month = segment.month;
            let is_new = segments.get(self.segment_count).is_some_and(|next| next.month == month);
            if is_new {
                self.segment_count += 1;
                if segment.first != self.next {
                    let words = format!(
                        "the entries of {month} begin with {}, not with {}",
                        segment.first, self.next
                    );
                    return Err(differs(words));
                }
            }
            let head = open(segment, keys)?;
            if segment.end != head.size {
                let words =
                    format!("{month} ends before {}, and its signed head before {}", segment.end, head.size);
                return Err(differs(words));
            }
            if segment.is_dropped {
                self.skip(segment, head)?;
            } else {
                self.entries(store, month, head)?;
            }
        }
        if segments.len() < self.segment_count {
            return Err(differs("a month was removed from its end meanwhile".to_owned()));
        }
        Ok(())
    }

    /// Takes the word of the signed head for entries that are not kept any more.
    fn skip(&mut self, segment: &TrailSegment, head: TreeHead) -> Result<(), Failure> {
        if head.size <= segment.first {
            return Err(differs(format!("the head of {} covers no entry", segment.month)));
        }
        (self.next, self.link) = (head.size, head.root);
        self.audit.dropped_months += 1;
        Ok(())
    }

    /// Checks the entries of a month, or those that were added to it since.
    fn entries<S: TrailStore + ?Sized>(
        &mut self,
        store: &S,
        month: Month,
        head: TreeHead,
    ) -> Result<(), Failure> {
        while self.next < head.size {
            let left = usize::try_from(head.size - self.next).unwrap_or(TRAIL_PAGE_MAX);
            let page = store.trail(self.next, left.min(TRAIL_PAGE_MAX))?;
            if page.is_empty() {
                let words = format!("entry {} and all after it are missing", self.next);
                return Err(differs(words));
            }
            for entry in &page {
                self.entry(entry, month)?;
            }
        }
        if head.size != self.next || head.root != self.link {
            return Err(differs(format!("the signed head of {month} does not match its entries")));
        }
        Ok(())
    }

    fn entry(&mut self, found: &TrailEntry, month: Month) -> Result<(), Failure> {
        let index = self.next;
        let wrong = |words: &str| differs(format!("entry {index} {words}"));
        if found.index != index {
            return Err(wrong(&format!("is missing; {} comes after the one before it", found.index)));
        }
        if found.link != entry::link(found, self.link) {
            return Err(wrong("was changed, or is not the one that followed the entry before it"));
        }
        if Month::of(found.at) != month || self.at.is_some_and(|last| found.at < last) {
            return Err(wrong(&format!("is dated {}, which is not its place", found.at)));
        }
        match &found.key {
            Some(key) => {
                let target = found.target.as_deref();
                if entry::commitment(key, target, found.consent_id.as_ref()) != found.commitment {
                    return Err(wrong("names another target than it did"));
                }
            }
            None => {
                let may_be_forgotten = Action::parse(&found.action).is_some_and(Action::names_consent_id);
                if found.target.is_some() || found.consent_id.is_some() || !may_be_forgotten {
                    return Err(wrong("has lost the key to its target"));
                }
                self.audit.forgotten_count += 1;
            }
        }
        (self.next, self.link, self.at) = (index + 1, found.link, Some(found.at));
        self.audit.entry_count += 1;
        Ok(())
    }
}

/// The head of a month, if a key of the store signed it.
fn open(segment: &TrailSegment, keys: &[VerifyingKey]) -> Result<TreeHead, Failure> {
    let opened = keys.iter().find_map(|key| segment.head.open_as(ORIGIN, key).ok());
    opened.ok_or_else(|| {
        differs(format!("the head of {} is not signed by any key of the store", segment.month))
    })
}

/// Checks that the last entry is not older than what must have an entry: then it would
/// have been the last, and the head after it, too.
fn check_tail<S: AccountStore + ?Sized>(
    store: &S,
    last: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), Failure> {
    let accounts = account::all(store, now)?.into_iter().flat_map(|account| {
        [Some(account.made_at), account.welcomed_at, account.last_sign_in, account.removed_at]
    });
    let tokens = api_token::all(store, now)?.into_iter().map(|token| Some(token.made_at));
    let Some(newest) = accounts.chain(tokens).flatten().max() else { return Ok(()) };
    match last {
        Some(last) if newest.unix_ms() - last.unix_ms() <= TOLERANCE_MS => Ok(()),
        Some(last) => Err(differs(format!(
            "its last entries are missing: it ends at {last}, and accounts or tokens changed until {newest}"
        ))),
        None => Err(differs(format!("it is missing, and accounts or tokens changed until {newest}"))),
    }
}

fn differs(words: String) -> Failure {
    Failure::new(format!("audit trail: {words}"))
}
