//! Random sequences of calls, on a store and on a model in memory.

use super::random_console::{ConsoleModel, console_steps};
use super::random_values::{Checked, Moment, VISITORS, moments, ok, uuid, visitor_id};
use super::record_page::in_pages;
use super::sample::{self, record_of, request};
use crate::store::erased_events::remembered_until;
use crate::store::{Appended, CommittedRecord, Holder, IdRange, RecordFilter, Store, StoreError};
use constat_shared::consent::DIGEST_LEN;
use constat_shared::log::merkle::{node_hash, verify_consistency, verify_inclusion};
use constat_shared::log::{Purge, PurgeReason};
use constat_shared::{
    Action, CommitmentKey, ConsentRequest, EventId, Hash, HolderDigest, LogEntry, LogId, LogShards, Month,
    Months, PublishedNotice, Record, SiteId, Timestamp, TreeHead,
};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestRunner;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The number of sequences for one engine.
pub const CASES: u32 = 48;
/// The most steps of a sequence.
const STEPS_MAX: usize = 12;
const BATCH_MAX: usize = 5;
/// Two sites with two notices each; the second notice of each is not published at first.
const NOTICES: usize = 4;

/// A call to the store.
#[derive(Clone, Debug)]
enum Step {
    Append(Vec<(Draft, Shown)>),
    Erase { site: usize, visitor: u8, now: Moment },
    Expire(Moment),
    Publish { notice: usize },
}

/// A record to append.
#[derive(Clone, Debug)]
enum Draft {
    New {
        notice: usize,
        visitor: u8,
        action: Action,
        at: Moment,
    },
    /// A record sent before, and perhaps erased since, with another time and another key.
    Again {
        of: Index,
        at: Moment,
    },
    /// An event id sent before, with another action.
    Changed {
        of: Index,
        action: Action,
    },
}

fn drafts() -> impl Strategy<Value = Draft> {
    let actions = || prop::sample::select(vec![Action::RefuseAll, Action::AllowAll, Action::Withdraw]);
    // Rarely an unpublished notice, because it makes the whole batch fail.
    let noticed = prop_oneof![20 => 0..2_usize, 1 => 2..NOTICES];
    prop_oneof![
        6 => (noticed, 0..VISITORS as u8, actions(), moments())
            .prop_map(|(notice, visitor, action, at)| Draft::New { notice, visitor, action, at }),
        2 => (any::<Index>(), moments()).prop_map(|(of, at)| Draft::Again { of, at }),
        1 => (any::<Index>(), actions()).prop_map(|(of, action)| Draft::Changed { of, action }),
    ]
}

/// What the sender of a record shows.
#[derive(Clone, Debug)]
enum Shown {
    This(Holder),
    /// The receipt of a record sent before, perhaps of another visitor, perhaps erased since.
    ReceiptOf(Index),
}

/// Mostly the one browser of all visitors.
fn holders() -> impl Strategy<Value = Shown> {
    let stranger = Holder::Secret(HolderDigest::from_bytes([1; DIGEST_LEN]));
    prop_oneof![
        6 => Just(Shown::This(sample::sample_holder())),
        1 => Just(Shown::This(Holder::Unknown)),
        1 => Just(Shown::This(stranger)),
        2 => any::<Index>().prop_map(Shown::ReceiptOf),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => prop::collection::vec((drafts(), holders()), 1..=BATCH_MAX).prop_map(Step::Append),
        1 => (0..2_usize, 0..VISITORS as u8, moments())
            .prop_map(|(site, visitor, now)| Step::Erase { site, visitor, now }),
        2 => moments().prop_map(Step::Expire),
        1 => (0..NOTICES).prop_map(|notice| Step::Publish { notice }),
    ];
    prop::collection::vec(step, 1..=STEPS_MAX)
}

/// The state that a store should have.
struct Model {
    notices: Vec<PublishedNotice>,
    published: BTreeSet<Hash>,
    /// Every record ever sent, stored or not.
    sent: Vec<Record>,
    stored: BTreeMap<EventId, (CommittedRecord, u64)>,
    leaves: BTreeMap<LogId, Vec<Hash>>,
    entry_counts: BTreeMap<LogId, u64>,
    heads: Vec<(LogId, TreeHead)>,
    gone_count: u64,
    /// The events of erased records, and until when they are refused.
    erased: BTreeMap<(SiteId, EventId), Timestamp>,
}

/// Runs random sequences on empty stores from `open`. The first value of `open`
/// lives as long as the store.
pub fn every_sequence_agrees_with_a_model<G, S: Store>(cases: u32, open: impl Fn() -> (G, S)) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let notices = notices();
    let checked = TestRunner::new(config).run(&(steps(), console_steps()), |(steps, console_steps)| {
        let (_guard, store) = open();
        let mut model = Model::new(notices.clone(), &store);
        for step in steps {
            model.take(&store, step)?;
            model.check_heads(&store)?;
        }
        model.check(&store)?;
        let mut console = ConsoleModel::default();
        console_steps.into_iter().try_for_each(|step| console.take(&store, step))
    });
    if let Err(failure) = checked {
        panic!("{failure}");
    }
}

fn notices() -> Vec<PublishedNotice> {
    let first = ["boreale", "polaire"].map(sample::notice);
    let renamed = first.clone().map(|notice| {
        let mut notice = (*notice).clone();
        notice.controller.name.push_str(" SA");
        PublishedNotice::new(notice)
    });
    first.into_iter().chain(renamed).collect()
}

/// One of the two sites has one log a month, the other has three.
fn shards(site: &SiteId) -> LogShards {
    LogShards::new(if site.as_str() == "boreale" { 1 } else { 3 }).unwrap()
}

/// The root, as RFC 6962, section 2.1, defines it.
fn root(leaves: &[Hash]) -> Hash {
    let &[leaf] = leaves else {
        let split = 1 << (leaves.len() - 1).ilog2();
        return node_hash(root(&leaves[..split]), root(&leaves[split..]));
    };
    leaf
}

impl Model {
    fn new(notices: Vec<PublishedNotice>, store: &dyn Store) -> Model {
        let mut model = Model {
            notices,
            published: BTreeSet::new(),
            sent: Vec::new(),
            stored: BTreeMap::new(),
            leaves: BTreeMap::new(),
            entry_counts: BTreeMap::new(),
            heads: Vec::new(),
            gone_count: 0,
            erased: BTreeMap::new(),
        };
        let sites = model.notices[..2].iter().map(|notice| &notice.site);
        sites.for_each(|site| store.set_shards(site, shards(site)).unwrap());
        (0..2).for_each(|notice| model.publish(store, notice));
        model
    }

    fn take(&mut self, store: &dyn Store, step: Step) -> Checked {
        match step {
            Step::Append(drafts) => self.append(store, drafts)?,
            Step::Erase { site, visitor, now } => {
                let (site, id) = (self.notices[site].site.clone(), visitor_id(visitor));
                let of = |record: &Record| record.site == site && record.consent_id == id;
                let mut stored = self.stored.values().map(|(entry, _)| entry);
                let holder = stored.find(|entry| of(&entry.record)).map(|entry| entry.holder);
                let expected = match holder.is_none_or(|holder| holder == sample::sample_holder()) {
                    true => Some(self.purge(now.timestamp(), PurgeReason::Erased, of)),
                    false => None,
                };
                let erased = store.erase(&site, &id, sample::sample_holder(), now.timestamp());
                prop_assert_eq!(ok(erased)?, expected);
            }
            Step::Expire(at) => self.expire(store, Months::MAX.after(at.timestamp()))?,
            Step::Publish { notice } => self.publish(store, notice),
        }
        Ok(())
    }

    fn publish(&mut self, store: &dyn Store, notice: usize) {
        sample::publish(store, &self.notices[notice]);
        self.published.insert(self.notices[notice].notice_hash());
    }

    fn append(&mut self, store: &dyn Store, drafts: Vec<(Draft, Shown)>) -> Checked {
        let entry = |(draft, shown)| {
            let entry = self.entry(draft)?;
            let holder = match shown {
                Shown::This(holder) => holder,
                Shown::ReceiptOf(of) => Holder::Receipt(of.get(&self.sent).event_id),
            };
            Some(entry.held_by(holder))
        };
        let entries: Vec<_> = drafts.into_iter().filter_map(entry).collect();
        let unpublished = entries.iter().find(|entry| !self.published.contains(&entry.record.notice_hash));
        if let Some(entry) = unpublished {
            let expected = entry.record.notice_hash;
            let refused = store.append(&entries);
            prop_assert!(matches!(refused, Err(StoreError::NoticeUnknown(hash)) if hash == expected));
            return Ok(());
        }
        let expected: Vec<_> = entries.iter().map(|entry| self.store(entry)).collect();
        prop_assert_eq!(ok(store.append(&entries))?, expected);
        Ok(())
    }

    /// The record of a draft, with a new key; `None` when it needs an earlier record and there is none.
    fn entry(&mut self, draft: Draft) -> Option<CommittedRecord> {
        let number = self.sent.len() as u8;
        let earlier = |of: Index| (!self.sent.is_empty()).then(|| of.get(&self.sent).clone());
        let record = match draft {
            Draft::New { notice, visitor, action, at } => {
                let notice = &self.notices[notice];
                let event_id = EventId::from_bytes(uuid(number)).unwrap();
                let consent_id = visitor_id(visitor);
                let request = ConsentRequest { event_id, consent_id, ..request(notice, action) };
                record_of(request, notice, at.timestamp())
            }
            Draft::Again { of, at } => {
                let (first, at) = (earlier(of)?, at.timestamp());
                let expires_at = Months::MAX.after(at);
                Record { recorded_at: at, choice_expires_at: Months::MIN.after(at), expires_at, ..first }
            }
            Draft::Changed { of, action } => Record { action, ..earlier(of)? },
        };
        self.sent.push(record.clone());
        let shards = shards(&record.site);
        Some(CommittedRecord::new(record, CommitmentKey::from_bytes([number; 32]), shards))
    }

    fn store(&mut self, entry: &CommittedRecord) -> Appended {
        let of_visitor: Vec<_> = self
            .stored
            .values()
            .map(|(other, _)| other)
            .filter(|other| {
                (&other.record.site, other.record.consent_id) == (&entry.record.site, entry.record.consent_id)
            })
            .collect();
        let holder = of_visitor.first().map(|other| other.holder);
        let is_holder = match entry.holder {
            Holder::Unknown => false,
            Holder::Secret(_) => holder == Some(entry.holder),
            Holder::Receipt(of) => of_visitor.iter().any(|other| other.record.event_id == of),
        };
        if holder.is_some() && !is_holder {
            return Appended::NotHeld;
        }
        if self.erased.contains_key(&(entry.record.site.clone(), entry.record.event_id)) {
            return Appended::Erased;
        }
        if let Some((before, leaf_index)) = self.stored.get(&entry.record.event_id) {
            if before.record.same_request(&entry.record) {
                return Appended::Repeated(Box::new(before.record.clone()), *leaf_index);
            }
            return Appended::Conflict;
        }
        let leaves = self.leaves.entry(entry.log.clone()).or_default();
        let leaf_index = leaves.len() as u64;
        leaves.push(entry.leaf);
        let kept = holder.unwrap_or(entry.holder.digest().into());
        self.stored.insert(entry.record.event_id, (entry.clone().held_by(kept), leaf_index));
        Appended::Stored(leaf_index)
    }

    fn expire(&mut self, store: &dyn Store, now: Timestamp) -> Checked {
        let gone = self.purge(now, PurgeReason::Expired, |record| record.expires_at <= now);
        self.erased.retain(|_, until| *until > now);
        prop_assert_eq!(ok(store.expire(now))?, gone);
        Ok(())
    }

    /// Deletes records and adds a purge entry to the logs of their shards.
    fn purge(&mut self, now: Timestamp, reason: PurgeReason, condemned: impl Fn(&Record) -> bool) -> u64 {
        let mut counts: BTreeMap<LogId, BTreeMap<Month, u64>> = BTreeMap::new();
        for (_, (entry, _)) in self.stored.extract_if(.., |_, (entry, _)| condemned(&entry.record)) {
            let writing = entry.log.in_month(Month::of(now));
            *counts.entry(writing).or_default().entry(entry.log.month).or_default() += 1;
            if reason == PurgeReason::Erased {
                let until = remembered_until(entry.record.choice_expires_at);
                self.erased.insert((entry.record.site, entry.record.event_id), until);
            }
        }
        let gone: u64 = counts.values().flat_map(BTreeMap::values).sum();
        for (log, record_counts) in counts {
            let purge = Purge { site: log.site.clone(), purged_at: now, reason, record_counts };
            let purge = LogEntry::Purge(purge);
            self.leaves.entry(log.clone()).or_default().push(purge.leaf_hash());
            *self.entry_counts.entry(log).or_default() += 1;
        }
        self.gone_count += gone;
        gone
    }

    /// Every log has the size and root that follow from its leaves.
    fn check_heads(&mut self, store: &dyn Store) -> Checked {
        for (log, leaves) in &self.leaves {
            let head = TreeHead { size: leaves.len() as u64, root: root(leaves) };
            prop_assert_eq!(ok(store.head(log))?, Some(head), "{}", log.origin());
            if self.heads.last() != Some(&(log.clone(), head)) {
                self.heads.push((log.clone(), head));
            }
        }
        Ok(())
    }

    fn check(&self, store: &dyn Store) -> Checked {
        self.check_histories(store)?;
        self.check_pages(store)?;
        self.check_finds(store)?;
        self.check_growth(store)?;
        self.check_audits(store)?;
        for notice in &self.notices {
            let kept = ok(store.notice(&notice.notice_hash()))?;
            let expected = self.published.contains(&notice.notice_hash()).then(|| (**notice).clone());
            prop_assert_eq!(kept, expected);
        }
        Ok(())
    }

    fn check_histories(&self, store: &dyn Store) -> Checked {
        for site in self.notices.iter().take(2).map(|notice| &notice.site) {
            for id in (0..VISITORS as u8).map(visitor_id) {
                let mut history = ok(store.history(site, &id))?;
                prop_assert!(history.is_sorted_by_key(|record| record.recorded_at));
                // The order of records of one moment is not part of the contract.
                history.sort_by_key(|record| record.event_id);
                let of = |record: &&Record| record.site == *site && record.consent_id == id;
                let expected = self.stored.values().map(|(entry, _)| &entry.record).filter(of);
                prop_assert_eq!(history, expected.cloned().collect::<Vec<_>>());
            }
        }
        Ok(())
    }

    /// The pages have every stored record once, the newest first, and the digits every consent id.
    fn check_pages(&self, store: &dyn Store) -> Checked {
        let all = RecordFilter::of_time(Timestamp::from_unix_ms(0), sample::at("2027-12-31T00:00:00Z"));
        for site in self.notices.iter().take(2).map(|notice| &notice.site) {
            let stored =
                || self.stored.values().map(|(entry, _)| &entry.record).filter(|it| it.site == *site);
            let mut expected: Vec<_> = stored().cloned().collect();
            expected.sort_by_key(|record| Reverse((record.recorded_at, record.event_id)));
            prop_assert_eq!(in_pages(store, site, &all, 3), expected);
            for visitor in (0..VISITORS as u8).map(visitor_id) {
                let range = IdRange { first: *visitor.as_bytes(), last: *visitor.as_bytes() };
                let has = stored().any(|record| record.consent_id == visitor);
                prop_assert_eq!(ok(store.consent_ids(site, &range, 9))?.contains(&visitor), has);
            }
        }
        Ok(())
    }

    /// Every stored record is found with its key and a valid proof, and no other is found.
    fn check_finds(&self, store: &dyn Store) -> Checked {
        for record in &self.sent {
            let found = sample::found(store, record);
            let expected = self.stored.get(&record.event_id);
            let expected = expected.filter(|(entry, _)| entry.record.site == record.site);
            prop_assert_eq!(found.is_some(), expected.is_some());
            let (Some((entry, leaf_index)), Some((kept, at))) = (found, expected) else { continue };
            prop_assert_eq!(&entry, kept);
            prop_assert_eq!(leaf_index, *at);
            let head = ok(store.head(&entry.log))?.unwrap();
            let proof = ok(store.inclusion_proof(&entry.log, leaf_index, head.size))?.unwrap();
            prop_assert!(verify_inclusion(entry.leaf, leaf_index, head.size, &proof, head.root));
        }
        Ok(())
    }

    /// Every newest tree begins with every earlier one.
    fn check_growth(&self, store: &dyn Store) -> Checked {
        for (log, old) in &self.heads {
            let new = ok(store.head(log))?.unwrap();
            let proof = ok(store.consistency_proof(log, old.size, new.size))?.unwrap();
            prop_assert!(verify_consistency(old.size, old.root, new.size, new.root, &proof));
        }
        Ok(())
    }

    fn check_audits(&self, store: &dyn Store) -> Checked {
        let mut erased_count = 0;
        for (log, leaves) in &self.leaves {
            let audit = ok(store.audit(log))?;
            let record_count = self.stored.values().filter(|(entry, _)| entry.log == *log).count() as u64;
            let entry_count = self.entry_counts.get(log).copied().unwrap_or_default();
            prop_assert_eq!(audit.difference, None);
            prop_assert_eq!((audit.record_count, audit.entry_count), (record_count, entry_count));
            prop_assert_eq!(audit.erased_count, leaves.len() as u64 - record_count - entry_count);
            prop_assert_eq!(audit.head, ok(store.head(log))?);
            erased_count += audit.erased_count;
        }
        prop_assert_eq!(erased_count, self.gone_count);
        Ok(())
    }
}
