//! Random sequences on what the console keeps, and a model of it in memory.

use super::random_values::{Checked, Moment, VISITORS, moments, ok, visitor_id};
use super::trail_store::{trail_entry, trail_head};
use crate::store::{Document, DocumentKind, Store, TrailEntry, TrailSegment};
use constat_shared::{Month, Timestamp};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The most steps of a sequence.
const STEPS_MAX: usize = 16;
const KINDS: [DocumentKind; 2] = [DocumentKind::Account, DocumentKind::Link];
const IDS: u8 = 2;

/// A call to the store.
#[derive(Clone, Debug)]
pub enum ConsoleStep {
    /// A version that is `ahead` of the one that follows.
    Put {
        kind: DocumentKind,
        id: u8,
        ahead: i8,
        ends_at: Option<Moment>,
    },
    Remove {
        kind: DocumentKind,
        id: u8,
    },
    ExpireDocuments(Moment),
    /// An entry that is `ahead` of the end of the trail.
    Append {
        at: Moment,
        visitor: Option<u8>,
        ahead: i8,
    },
    Forget {
        visitor: u8,
    },
    DropMonth(Moment),
}

/// Mostly what follows.
fn ahead() -> impl Strategy<Value = i8> {
    prop_oneof![6 => Just(0), 1 => Just(-1), 1 => Just(1)]
}

pub fn console_steps() -> impl Strategy<Value = Vec<ConsoleStep>> {
    let (kinds, visitors) = (|| prop::sample::select(KINDS.to_vec()), || 0..VISITORS as u8);
    let step = prop_oneof![
        4 => (kinds(), 0..IDS, ahead(), prop::option::of(moments()))
            .prop_map(|(kind, id, ahead, ends_at)| ConsoleStep::Put { kind, id, ahead, ends_at }),
        1 => (kinds(), 0..IDS).prop_map(|(kind, id)| ConsoleStep::Remove { kind, id }),
        1 => moments().prop_map(ConsoleStep::ExpireDocuments),
        6 => (moments(), prop::option::of(visitors()), ahead())
            .prop_map(|(at, visitor, ahead)| ConsoleStep::Append { at, visitor, ahead }),
        2 => visitors().prop_map(|visitor| ConsoleStep::Forget { visitor }),
        1 => moments().prop_map(ConsoleStep::DropMonth),
    ];
    prop::collection::vec(step, 1..=STEPS_MAX)
}

/// The state that a store should have.
#[derive(Default)]
pub struct ConsoleModel {
    documents: BTreeMap<(DocumentKind, String), Document>,
    /// Every entry, also those of months that were dropped.
    trail: Vec<TrailEntry>,
    dropped: BTreeSet<Month>,
}

impl ConsoleModel {
    /// Calls the store, and compares all that it keeps with the model.
    pub fn take(&mut self, store: &dyn Store, step: ConsoleStep) -> Checked {
        match step {
            ConsoleStep::Put { kind, id, ahead, ends_at } => {
                let (document, expected) = self.put(kind, id, ahead, ends_at.map(Moment::timestamp));
                prop_assert_eq!(ok(store.put_document(&document))?, expected);
            }
            ConsoleStep::Remove { kind, id } => {
                let expected = self.documents.remove(&(kind, id.to_string())).is_some();
                prop_assert_eq!(ok(store.remove_document(kind, &id.to_string()))?, expected);
            }
            ConsoleStep::ExpireDocuments(now) => {
                let (now, before) = (now.timestamp(), self.documents.len());
                self.documents.retain(|_, document| document.ends_at.is_none_or(|end| end > now));
                let expected = (before - self.documents.len()) as u64;
                prop_assert_eq!(ok(store.expire_documents(now))?, expected);
            }
            ConsoleStep::Append { at, visitor, ahead } => {
                let (entry, expected) = self.append(at.timestamp(), visitor, ahead);
                prop_assert_eq!(ok(store.append_to_trail(&entry, &trail_head(&entry)))?, expected);
            }
            ConsoleStep::Forget { visitor } => {
                let expected = self.forget(visitor);
                prop_assert_eq!(ok(store.forget_in_trail(&visitor_id(visitor)))?, expected);
            }
            ConsoleStep::DropMonth(at) => {
                let month = Month::of(at.timestamp());
                let has_entries = self.trail.iter().any(|entry| Month::of(entry.at) == month);
                let is_last = self.trail.last().is_none_or(|last| Month::of(last.at) == month);
                let expected = has_entries && !is_last && self.dropped.insert(month);
                prop_assert_eq!(ok(store.drop_trail_segment(month))?, expected);
            }
        }
        self.check(store)
    }

    fn put(&mut self, kind: DocumentKind, id: u8, ahead: i8, ends_at: Option<Timestamp>) -> (Document, bool) {
        let name = (kind, id.to_string());
        let next = self.documents.get(&name).map_or(0, |document| document.version) + 1;
        let version = next.saturating_add_signed(ahead.into());
        let json = format!("{{\"version\":{version}}}");
        let document = Document { kind, id: id.to_string(), version, ends_at, json };
        if version == next {
            self.documents.insert(name, document.clone());
        }
        (document, version == next)
    }

    fn append(&mut self, at: Timestamp, visitor: Option<u8>, ahead: i8) -> (TrailEntry, bool) {
        let end = self.trail.len() as u64;
        let index = end.saturating_add_signed(ahead.into());
        let entry = trail_entry(index, &at.to_string(), visitor.map(visitor_id));
        let follows = index == end && self.trail.last().is_none_or(|last| last.at <= at);
        if follows {
            self.trail.push(entry.clone());
        }
        (entry, follows)
    }

    fn forget(&mut self, visitor: u8) -> u64 {
        let mut count = 0;
        for entry in &mut self.trail {
            let is_kept = !self.dropped.contains(&Month::of(entry.at));
            if is_kept && entry.consent_id == Some(visitor_id(visitor)) {
                (entry.target, entry.consent_id, entry.key) = (None, None, None);
                count += 1;
            }
        }
        count
    }

    fn check(&self, store: &dyn Store) -> Checked {
        for kind in KINDS {
            let of = self.documents.iter().filter(|((of, _), _)| *of == kind);
            let expected: Vec<_> = of.map(|(_, document)| document.clone()).collect();
            prop_assert_eq!(ok(store.documents(kind))?, expected);
        }
        let kept = || self.trail.iter().filter(|entry| !self.dropped.contains(&Month::of(entry.at)));
        prop_assert_eq!(ok(store.trail(0, 100))?, kept().cloned().collect::<Vec<_>>());
        let named: BTreeSet<_> = kept().filter_map(|entry| entry.target.clone()).collect();
        let found = ok(store.consent_ids_in_trail(None))?;
        prop_assert!(found.iter().map(ToString::to_string).eq(named));
        let months = self.trail.chunk_by(|one, next| Month::of(one.at) == Month::of(next.at));
        let segments = months.map(|entries| {
            let (first, last) = (&entries[0], &entries[entries.len() - 1]);
            let month = Month::of(first.at);
            let is_dropped = self.dropped.contains(&month);
            let (first, end) = (first.index, last.index + 1);
            TrailSegment { month, first, end, is_dropped, head: trail_head(last) }
        });
        prop_assert_eq!(ok(store.trail_segments())?, segments.collect::<Vec<_>>());
        Ok(())
    }
}
