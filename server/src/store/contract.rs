//! What every store does, as tests that each backend runs on itself. Each
//! wants a store that is empty.

use super::{Appended, Entry, Store, StoreError};
use crate::site::{self, Catalogue};
use constat_shared::log::merkle::{self, verify_consistency, verify_inclusion};
use constat_shared::log::{Purge, PurgeReason};
use constat_shared::{
    Action, Choices, CommitmentKey, ConsentId, ConsentRequest, EventId, Hash, Jwk, Language, Layer, LogEntry,
    LogId, LogShards, Month, Months, PublishedNotice, Record, Signals, Timestamp,
};

pub mod random;
mod shards;

pub use shards::*;

const SITE: &str = r#"
id = "boreale"
origins = ["https://www.boreale.example"]
languages = ["fr"]
authority = "cnil"
[controller]
name = "Assurances Boréale"
address = "1 rue du Pôle, 59000 Lille"
dpo_email = "dpo@boreale.example"
policy_url = "https://www.boreale.example/cookies"
[lifetimes]
choice_months = 6
proof_months = 13
[categories.third_party]
[[vendors]]
id = "youtube"
"#;

/// Calls a macro with the name of every test that every store passes.
macro_rules! every_contract {
    ($run:ident) => {
        $run! {
            a_record_comes_back_as_it_was_stored
            a_repeated_event_returns_the_first_record_and_writes_nothing
            an_event_id_with_other_content_is_a_conflict
            a_batch_with_an_unpublished_notice_stores_nothing
            a_notice_is_kept_for_ever_by_its_hash
            expiry_deletes_what_is_due_and_nothing_else
            histories_are_apart_by_site_and_consent_id
            the_log_grows_by_a_leaf_for_each_record_and_proves_every_one
            each_site_and_month_has_a_log_of_its_own
            what_is_not_stored_is_not_in_the_log
            an_erased_record_is_gone_and_its_leaf_stays
            a_purge_is_written_into_the_log
            what_the_server_writes_down_is_a_leaf_and_comes_back
            a_log_is_dropped_without_its_records_only_and_keeps_its_last_head
            public_keys_are_kept_in_their_order
            notices_are_listed_by_publication
            records_of_clocks_that_differ_go_into_the_log_of_their_own_time
            an_event_id_of_one_site_is_free_on_another
            a_site_keeps_the_number_of_logs_it_began_with
            a_consent_id_has_all_its_records_in_one_of_several_logs
            an_erasure_and_an_expiry_are_written_into_the_log_of_their_shard
            an_event_id_is_taken_in_its_shard_alone
        }
    };
}
pub(crate) use every_contract;

/// The notice of a small site.
pub fn notice(site_id: &str) -> PublishedNotice {
    let catalogue = Catalogue::embedded().unwrap();
    let text = SITE.replace("boreale\"", &format!("{site_id}\""));
    site::parse("site.toml", &text, &catalogue).unwrap().notice
}

/// Publishes a notice.
pub fn publish(store: &dyn Store, notice: &PublishedNotice) {
    store.publish(notice, at("2026-01-01T00:00:00Z")).unwrap();
}

/// A time that is written as of 2026 or 2027 and lies in this year or the next:
/// Redis deletes by its own clock what is past.
pub fn at(text: &str) -> Timestamp {
    Timestamp::parse(&of_this_year(text)).unwrap()
}

/// A month, written and moved as by [`at`].
pub fn month(text: &str) -> Month {
    Month::parse(&of_this_year(text)).unwrap()
}

fn of_this_year(text: &str) -> String {
    let (year, rest) = text.split_once('-').unwrap();
    let now = Month::of(crate::clock::now()).to_string();
    let this: i32 = now.split_once('-').unwrap().0.parse().unwrap();
    format!("{:04}-{rest}", this + year.parse::<i32>().unwrap() - 2026)
}

/// A new event id.
pub fn event_id() -> EventId {
    EventId::parse(&uuid::Uuid::now_v7().to_string()).unwrap()
}

/// A new consent id.
pub fn consent_id() -> ConsentId {
    ConsentId::parse(&uuid::Uuid::now_v7().to_string()).unwrap()
}

/// A request that allows or refuses everything.
pub fn request(notice: &PublishedNotice, action: Action) -> ConsentRequest {
    let choices = Choices::uniform(notice, action == Action::AllowAll);
    ConsentRequest {
        event_id: event_id(),
        consent_id: consent_id(),
        previous_event_id: None,
        action,
        layer: Layer::Banner,
        language: Language::Fr,
        notice_hash: notice.notice_hash(),
        categories: choices.categories,
        vendors: choices.vendors,
        signals: Signals { gpc: true, dnt: false },
    }
}

/// A record on its way into the store, with a key that need not be secret here.
pub fn entry(record: &Record) -> Entry {
    Entry::new(record.clone(), CommitmentKey::from_bytes([7; 32]), LogShards::ONE)
}

/// The log of a record of a site that has one a month.
pub fn log_of(record: &Record) -> LogId {
    LogId::of(record, LogShards::ONE)
}

/// Appends records, each with a key that need not be secret here.
pub fn append(store: &dyn Store, records: &[Record]) -> Result<Vec<Appended>, StoreError> {
    let entries: Vec<_> = records.iter().map(entry).collect();
    store.append(&entries)
}

/// A record that refuses everything, of a new visitor.
pub fn record(notice: &PublishedNotice, recorded_at: &str) -> Record {
    Record::new(request(notice, Action::RefuseAll), notice, at(recorded_at)).unwrap()
}

/// Every field survives, those that may be absent in both states.
pub fn a_record_comes_back_as_it_was_stored(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let first = record(&notice, "2026-03-01T09:30:00.123Z");
    let mut second = Record::new(
        ConsentRequest {
            previous_event_id: Some(first.event_id),
            consent_id: first.consent_id,
            ..request(&notice, Action::AllowAll)
        },
        &notice,
        at("2026-03-02T09:30:00Z"),
    )
    .unwrap();
    second.layer = Layer::Configuration;
    // The later one comes first: the history is by time, not by arrival.
    let results = append(store, &[second.clone(), first.clone()]).unwrap();
    assert_eq!(results, [Appended::Stored(0), Appended::Stored(1)]);
    assert_eq!(store.history(&notice.site, &first.consent_id).unwrap(), [first, second]);
    assert_eq!(store.history(&notice.site, &consent_id()).unwrap(), []);
}

/// Also within one batch, and whatever the clock says the second time.
pub fn a_repeated_event_returns_the_first_record_and_writes_nothing(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let first = record(&notice, "2026-03-01T09:30:00Z");
    let months = Months::MIN;
    let again = Record { recorded_at: months.after(first.recorded_at), ..first.clone() };
    let repeated = Appended::Repeated(Box::new(first.clone()), 0);
    let results = append(store, &[first.clone(), again.clone()]).unwrap();
    assert_eq!(results, [Appended::Stored(0), repeated.clone()]);
    assert_eq!(append(store, &[again]).unwrap(), [repeated]);
    assert_eq!(store.history(&notice.site, &first.consent_id).unwrap(), [first]);
}

/// Whatever differs.
pub fn an_event_id_with_other_content_is_a_conflict(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let first = record(&notice, "2026-03-01T09:30:00Z");
    append(store, std::slice::from_ref(&first)).unwrap();
    let others = [
        Record { consent_id: consent_id(), ..first.clone() },
        Record { action: Action::Withdraw, ..first.clone() },
        Record { signals: Signals::default(), ..first.clone() },
    ];
    for other in others {
        assert_eq!(append(store, &[other]).unwrap(), [Appended::Conflict]);
    }
    assert_eq!(store.history(&notice.site, &first.consent_id).unwrap(), [first]);
}

/// One bad record takes its whole batch with it: nothing is half-stored.
pub fn a_batch_with_an_unpublished_notice_stores_nothing(store: &dyn Store) {
    let (notice, unpublished) = (notice("boreale"), notice("other"));
    publish(store, &notice);
    let good = record(&notice, "2026-03-01T09:30:00Z");
    let bad = record(&unpublished, "2026-03-01T09:30:00Z");
    let error = append(store, &[good.clone(), bad]).unwrap_err();
    assert!(matches!(error, StoreError::NoticeUnknown(hash) if hash == unpublished.notice_hash()));
    assert_eq!(store.history(&notice.site, &good.consent_id).unwrap(), []);
    assert_eq!(append(store, &[good]).unwrap(), [Appended::Stored(0)]);
}

/// Byte for byte: its hash is the proof.
pub fn a_notice_is_kept_for_ever_by_its_hash(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    publish(store, &notice);
    let kept = store.notice(&notice.notice_hash()).unwrap().unwrap();
    assert_eq!(kept.notice_hash(), notice.notice_hash());
    assert_eq!(PublishedNotice::new(kept), notice);
    assert_eq!(store.notice(&Hash::of(b"never published")).unwrap(), None);
}

/// To the millisecond; the notice stays.
pub fn expiry_deletes_what_is_due_and_nothing_else(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let due = record(&notice, "2026-03-01T09:30:00.000Z");
    let later = record(&notice, "2026-03-01T09:30:00.001Z");
    append(store, &[due.clone(), later.clone()]).unwrap();
    let before = Timestamp::from_unix_ms(due.expires_at.unix_ms() - 1);
    assert_eq!(store.expire(before).unwrap(), 0);
    assert_eq!(store.expire(due.expires_at).unwrap(), 1);
    assert_eq!(store.expire(due.expires_at).unwrap(), 0);
    assert_eq!(store.history(&notice.site, &due.consent_id).unwrap(), []);
    assert_eq!(store.history(&notice.site, &later.consent_id).unwrap(), [later]);
    assert!(store.notice(&notice.notice_hash()).unwrap().is_some());
}

/// One site's DPO never sees another site's records.
pub fn histories_are_apart_by_site_and_consent_id(store: &dyn Store) {
    let (one, two) = (notice("boreale"), notice("other"));
    publish(store, &one);
    publish(store, &two);
    let here = record(&one, "2026-03-01T09:30:00Z");
    let there = Record { consent_id: here.consent_id, ..record(&two, "2026-03-01T09:30:00Z") };
    append(store, &[here.clone(), there.clone()]).unwrap();
    assert_eq!(store.history(&one.site, &here.consent_id).unwrap(), [here]);
    assert_eq!(store.history(&two.site, &there.consent_id).unwrap(), [there]);
}

/// A site knows nothing of the event ids of others.
pub fn an_event_id_of_one_site_is_free_on_another(store: &dyn Store) {
    let (one, two) = (notice("boreale"), notice("other"));
    publish(store, &one);
    publish(store, &two);
    let here = record(&one, "2026-03-01T09:30:00Z");
    let there = record(&two, "2026-03-01T09:30:00Z");
    let there = Record { event_id: here.event_id, consent_id: here.consent_id, ..there };
    assert_eq!(append(store, std::slice::from_ref(&here)).unwrap(), [Appended::Stored(0)]);
    assert_eq!(append(store, std::slice::from_ref(&there)).unwrap(), [Appended::Stored(0)]);
    for record in [here, there] {
        let (found, _) = store.find(&record.site, &record.consent_id, &record.event_id).unwrap().unwrap();
        assert_eq!(found.record, record);
    }
}

/// Stores one record among many; returns it with the bytes by which a file shows it.
pub fn an_expiring_record(store: &dyn Store) -> (Record, Vec<u8>) {
    let notice = notice("boreale");
    publish(store, &notice);
    let due = record(&notice, "2026-03-01T09:30:00Z");
    let others: Vec<_> = (0..200).map(|_| record(&notice, "2026-06-01T09:30:00Z")).collect();
    append(store, &others[..100]).unwrap();
    append(store, std::slice::from_ref(&due)).unwrap();
    append(store, &others[100..]).unwrap();
    let marker = due.consent_id.as_bytes().to_vec();
    (due, marker)
}

/// Every record has a leaf, every leaf a proof, and every earlier size of the
/// log is the beginning of every later one.
pub fn the_log_grows_by_a_leaf_for_each_record_and_proves_every_one(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let log = log_of(&record(&notice, "2026-03-01T09:30:00Z"));
    assert_eq!(store.head(&log).unwrap(), None);
    let mut heads = Vec::new();
    let mut leaves = Vec::new();
    // Past 256 leaves, where the kept levels above them begin.
    for count in [1, 2, 5, 120, 130, 300] {
        let records: Vec<_> = (0..count).map(|_| record(&notice, "2026-03-01T09:30:00Z")).collect();
        let entries: Vec<_> = records.iter().map(entry).collect();
        let results = store.append(&entries).unwrap();
        for (entry, result) in entries.iter().zip(results) {
            assert_eq!(result, Appended::Stored(leaves.len() as u64));
            leaves.push(entry.leaf);
        }
        heads.push(store.head(&log).unwrap().unwrap());
    }
    let last = *heads.last().unwrap();
    assert_eq!(last.size, leaves.len() as u64);
    for head in &heads {
        let proof = store.consistency_proof(&log, head.size, last.size).unwrap().unwrap();
        assert!(verify_consistency(head.size, head.root, last.size, last.root, &proof), "{head:?}");
        for index in [0, head.size / 2, head.size - 1] {
            let proof = store.inclusion_proof(&log, index, head.size).unwrap().unwrap();
            assert!(
                verify_inclusion(leaves[index as usize], index, head.size, &proof, head.root),
                "{index} {head:?}"
            );
        }
    }
    assert_eq!(store.inclusion_proof(&log, last.size, last.size).unwrap(), None);
    assert_eq!(store.inclusion_proof(&log, 0, last.size + 1).unwrap(), None);
    assert_eq!(store.consistency_proof(&log, 1, last.size + 1).unwrap(), None);
}

/// Logs are apart by site and by month (UTC), to the millisecond.
pub fn each_site_and_month_has_a_log_of_its_own(store: &dyn Store) {
    let (one, two) = (notice("boreale"), notice("other"));
    publish(store, &one);
    publish(store, &two);
    let records = [
        record(&one, "2026-03-31T23:59:59.999Z"),
        record(&one, "2026-04-01T00:00:00.000Z"),
        record(&two, "2026-03-31T23:59:59.999Z"),
    ];
    let first = [Appended::Stored(0), Appended::Stored(0), Appended::Stored(0)];
    assert_eq!(append(store, &records).unwrap(), first);
    for record in &records {
        let head = store.head(&log_of(record)).unwrap().unwrap();
        assert_eq!((head.size, head.root), (1, entry(record).leaf));
    }
}

/// A repeated or refused event leaves no leaf.
pub fn what_is_not_stored_is_not_in_the_log(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let first = record(&notice, "2026-03-01T09:30:00Z");
    let conflict = Record { action: Action::Withdraw, ..first.clone() };
    append(store, &[first.clone(), first.clone(), conflict]).unwrap();
    let unpublished = record(&super::contract::notice("other"), "2026-03-01T09:30:00Z");
    let later = record(&notice, "2026-03-01T09:30:01Z");
    append(store, &[later.clone(), unpublished]).unwrap_err();
    assert_eq!(store.head(&log_of(&first)).unwrap().unwrap().size, 1);
    assert_eq!(append(store, &[later]).unwrap(), [Appended::Stored(1)]);
}

/// Erasure takes the record and its key; the log keeps its root.
pub fn an_erased_record_is_gone_and_its_leaf_stays(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let (gone, kept) = (record(&notice, "2026-03-01T09:30:00Z"), record(&notice, "2026-03-01T09:30:01Z"));
    append(store, &[gone.clone(), kept.clone()]).unwrap();
    let (before, later) = (store.head(&log_of(&gone)).unwrap(), at("2026-04-02T10:00:00Z"));
    assert_eq!(store.erase(&super::contract::notice("other").site, &gone.consent_id, later).unwrap(), 0);
    assert_eq!(store.erase(&notice.site, &gone.consent_id, later).unwrap(), 1);
    assert_eq!(store.erase(&notice.site, &gone.consent_id, later).unwrap(), 0);
    assert!(store.find(&notice.site, &gone.consent_id, &gone.event_id).unwrap().is_none());
    assert_eq!(store.find(&notice.site, &kept.consent_id, &kept.event_id).unwrap().unwrap().0.record, kept);
    assert_eq!(store.head(&log_of(&gone)).unwrap(), before);
    let audit = store.audit(&log_of(&gone)).unwrap();
    assert_eq!((audit.record_count, audit.erased_count, audit.difference), (1, 1, None));
    assert_eq!(audit.head, before);
    let said = store.entries(&log_of(&gone).in_month(Month::of(later))).unwrap();
    assert_eq!(said, [(0, purge(&notice, later, PurgeReason::Erased, "2026-03", 1))]);
}

fn purge(
    notice: &PublishedNotice,
    purged_at: Timestamp,
    reason: PurgeReason,
    month: &str,
    count: u64,
) -> LogEntry {
    let record_counts = [(super::contract::month(month), count)].into();
    LogEntry::Purge(Purge { site: notice.site.clone(), purged_at, reason, record_counts })
}

/// The count and the date, and nobody's name; older heads still hold.
pub fn a_purge_is_written_into_the_log(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let due: Vec<_> = (0..3).map(|_| record(&notice, "2026-03-01T09:30:00Z")).collect();
    let (now, later) = (due[0].expires_at, record(&notice, "2027-04-01T09:00:00Z"));
    append(store, &due).unwrap();
    append(store, std::slice::from_ref(&later)).unwrap();
    let log = LogId::first(notice.site.clone(), Month::of(now), LogShards::ONE);
    let before = store.head(&log).unwrap().unwrap();
    assert_eq!(store.expire(now).unwrap(), 3);
    let purge = purge(&notice, now, PurgeReason::Expired, "2026-03", 3);
    let root = merkle::node_hash(entry(&later).leaf, purge.leaf_hash());
    let after = store.head(&log).unwrap().unwrap();
    assert_eq!((before.size, after.size, after.root), (1, 2, root));
    for log in [&log, &log_of(&due[0])] {
        assert_eq!(store.audit(log).unwrap().difference, None);
    }
    assert_eq!(append(store, &[record(&notice, "2027-04-01T09:31:00Z")]).unwrap(), [Appended::Stored(2)]);
}

/// Each entry is a leaf like any other, comes back as it was, and is no record.
pub fn what_the_server_writes_down_is_a_leaf_and_comes_back(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let first = record(&notice, "2026-03-01T09:30:00Z");
    let log = log_of(&first);
    assert_eq!((store.entries(&log).unwrap(), store.logs().unwrap()), (Vec::new(), Vec::new()));
    let purge = |count| purge(&notice, first.recorded_at, PurgeReason::Expired, "2025-03", count);
    assert_eq!(store.write(&log, &purge(1)).unwrap(), 0);
    assert_eq!(append(store, std::slice::from_ref(&first)).unwrap(), [Appended::Stored(1)]);
    assert_eq!(store.write(&log, &purge(2)).unwrap(), 2);
    assert_eq!(append(store, &[record(&notice, "2026-03-01T09:31:00Z")]).unwrap(), [Appended::Stored(3)]);
    assert_eq!(store.entries(&log).unwrap(), [(0, purge(1)), (2, purge(2))]);
    let (head, proof) =
        (store.head(&log).unwrap().unwrap(), store.inclusion_proof(&log, 2, 4).unwrap().unwrap());
    assert!(verify_inclusion(purge(2).leaf_hash(), 2, 4, &proof, head.root));
    let audit = store.audit(&log).unwrap();
    assert_eq!((audit.record_count, audit.entry_count, audit.difference), (2, 2, None));
    let other = log.in_month(month("2026-02"));
    store.write(&other, &purge(3)).unwrap();
    assert_eq!(store.logs().unwrap(), [other, log]);
}

/// Not before its last record is gone; and nothing is ever written there again.
pub fn a_log_is_dropped_without_its_records_only_and_keeps_its_last_head(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let (old, new) = (record(&notice, "2026-03-01T09:30:00Z"), record(&notice, "2026-04-01T09:30:00Z"));
    append(store, &[old.clone(), new.clone()]).unwrap();
    let log = log_of(&old);
    assert!(!store.drop_log(&log, "early").unwrap());
    assert_eq!(store.head(&log).unwrap().unwrap().size, 1);
    assert_eq!(store.expire(old.expires_at).unwrap(), 1);
    assert!(store.drop_log(&log, "final").unwrap());
    assert!(!store.drop_log(&log, "again").unwrap());
    assert_eq!((store.head(&log).unwrap(), store.inclusion_proof(&log, 0, 1).unwrap()), (None, None));
    assert_eq!(store.checkpoint(&log).unwrap().as_deref(), Some("final"));
    assert!(!store.logs().unwrap().contains(&log));
    assert!(append(store, &[record(&notice, "2026-03-02T09:30:00Z")]).is_err());
    assert_eq!(store.head(&log_of(&new)).unwrap().unwrap().size, 1);
}

/// In the order they came, each once.
pub fn public_keys_are_kept_in_their_order(store: &dyn Store) {
    let key = |seed: u8| Jwk::of(&ed25519_dalek::SigningKey::from_bytes(&[seed; 32]).verifying_key());
    assert_eq!(store.keys().unwrap(), []);
    for seed in [9, 1, 9, 5] {
        store.add_key(&key(seed), at("2026-03-01T09:30:00Z")).unwrap();
    }
    assert_eq!(store.keys().unwrap(), [key(9), key(1), key(5)]);
}

/// With their sites, oldest first, each once.
pub fn notices_are_listed_by_publication(store: &dyn Store) {
    let notices = [notice("polaire"), notice("boreale"), notice("polaire")];
    notices.iter().for_each(|notice| publish(store, notice));
    let expected = [&notices[0], &notices[1]].map(|notice| (notice.site.clone(), notice.notice_hash()));
    assert_eq!(store.notices().unwrap(), expected);
}

/// Servers whose clocks differ append in the order they come: a record goes
/// into the log of its own time, and each log into its own order.
pub fn records_of_clocks_that_differ_go_into_the_log_of_their_own_time(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let times =
        ["2026-04-01T00:00:02Z", "2026-03-31T23:59:58Z", "2026-04-01T00:00:01Z", "2026-03-31T23:59:59Z"];
    let records = times.map(|time| record(&notice, time));
    let places = records.iter().map(|record| append(store, std::slice::from_ref(record)).unwrap());
    let places: Vec<_> = places.flatten().collect();
    let expected = [0, 0, 1, 1].map(Appended::Stored);
    assert_eq!(places, expected);
    for record in &records {
        let log = log_of(record);
        let (found, place) = store.find(&notice.site, &record.consent_id, &record.event_id).unwrap().unwrap();
        let (head, proof) =
            (store.head(&log).unwrap().unwrap(), store.inclusion_proof(&log, place, 2).unwrap());
        assert!(verify_inclusion(found.leaf, place, 2, &proof.unwrap(), head.root));
        assert_eq!(store.audit(&log).unwrap().difference, None);
    }
}
