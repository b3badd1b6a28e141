//! What a site has shown, and when: its notices in the order in which they were in force, with the files and
//! pictures that the log names, and the state of its logs.

use super::logs::{is_over, newest_checkpoint};
use super::stamps::{LastStamp, last_stamps};
use crate::store::{LogStore, NoticeStore, StoreError};
use constat_shared::log::{Purge, PurgeReason, Snapshot};
use constat_shared::{Hash, LogEntry, LogId, SignedCheckpoint, SiteId, Timestamp, TreeHead};
use ed25519_dalek::SigningKey;
use std::collections::BTreeMap;

/// The most periods of a site that are shown: the newest.
pub const PERIODS_MAX: usize = 500;

/// A notice, while it was in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// The notice.
    pub notice_hash: Hash,
    /// The hash of its terms; `None` when the log names a notice that the store has lost.
    pub terms_hash: Option<Hash>,
    /// From when on.
    pub from: Timestamp,
    /// Until when; `None` when it still is.
    pub until: Option<Timestamp>,
}

/// What the log names of a notice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// SHA-256 of each file that showed it last, by name.
    pub files: BTreeMap<String, Hash>,
    /// Its newest pictures.
    pub snapshot: Option<Snapshot>,
}

/// A log of a month.
#[derive(Clone, Debug, PartialEq)]
pub struct MonthLog {
    /// Which one.
    pub log: LogId,
    /// Its size and root.
    pub head: TreeHead,
    /// Its newest signed head.
    pub checkpoint: Option<SignedCheckpoint>,
    /// Its newest time-stamp.
    pub stamp: Option<LastStamp>,
}

/// The notices of a site in the order in which they were in force, oldest first, at most [`PERIODS_MAX`]. What its
/// [`entries`] say counts; a notice of before the oldest log begins when it was published.
///
/// # Errors
/// When the store fails.
pub fn periods(
    store: &dyn NoticeStore,
    site: &SiteId,
    entries: &[LogEntry],
) -> Result<Vec<Period>, StoreError> {
    let published = store.publications(site)?;
    let terms: BTreeMap<Hash, Hash> = published.iter().map(|one| (one.notice_hash, one.terms_hash)).collect();
    let mut begins: Vec<_> = published.iter().map(|one| (one.at, one.notice_hash)).collect();
    for entry in entries {
        if let LogEntry::Serving(serving) = entry {
            begins.push((serving.serving_at, serving.notice_hash));
        }
    }
    begins.sort_by_key(|(at, _)| *at);
    let mut periods: Vec<Period> = Vec::new();
    for (from, notice_hash) in begins {
        if periods.last().is_some_and(|last| last.notice_hash == notice_hash) {
            continue;
        }
        if let Some(last) = periods.last_mut() {
            last.until = Some(from);
        }
        let terms_hash = terms.get(&notice_hash).copied();
        periods.push(Period { notice_hash, terms_hash, from, until: None });
    }
    Ok(periods.split_off(periods.len().saturating_sub(PERIODS_MAX)))
}

/// What the [`entries`] of a site name of a notice.
pub fn shown(entries: Vec<LogEntry>, notice: &Hash) -> Shown {
    let mut shown = Shown::default();
    for entry in entries {
        match entry {
            LogEntry::Serving(serving) if serving.notice_hash == *notice => shown.files = serving.files,
            LogEntry::Snapshot(snapshot) if snapshot.notice_hash == *notice => {
                shown.snapshot = Some(snapshot)
            }
            _ => {}
        }
    }
    shown
}

/// The newest pictures that the [`entries`] of a site name of each notice.
pub fn pictures(entries: Vec<LogEntry>) -> BTreeMap<Hash, Snapshot> {
    let pictures = entries.into_iter().filter_map(|entry| match entry {
        LogEntry::Snapshot(snapshot) => Some((snapshot.notice_hash, snapshot)),
        _ => None,
    });
    pictures.collect()
}

/// The logs of a site that are kept, newest first, each with its signed head.
///
/// # Errors
/// When the store fails.
pub fn logs(
    store: &dyn LogStore,
    key: &SigningKey,
    site: &SiteId,
    now: Timestamp,
) -> Result<Vec<MonthLog>, StoreError> {
    let mut stamps = last_stamps(entries(store, site)?);
    let mut logs = Vec::new();
    for log in store.logs()?.into_iter().filter(|log| log.site == *site && !is_over(log, now)) {
        let Some(head) = store.head(&log)? else { continue };
        let checkpoint = newest_checkpoint(store, key, &log)?;
        logs.push(MonthLog { stamp: stamps.remove(&log), head, checkpoint, log });
    }
    logs.sort_by(|a, b| b.log.month.cmp(&a.log.month).then(a.log.cmp(&b.log)));
    Ok(logs)
}

/// Records of a site whose time had come, and when they were deleted last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expired {
    /// When.
    pub at: Timestamp,
    /// How many.
    pub record_count: u64,
}

/// What the logs of a site say was deleted last because its time had come. The logs are read from the newest
/// month on until one says something.
///
/// # Errors
/// When the store fails.
pub fn last_expired(store: &dyn LogStore, site: &SiteId) -> Result<Option<Expired>, StoreError> {
    let mut logs: Vec<_> = store.logs()?.into_iter().filter(|log| log.site == *site).collect();
    logs.sort_by_key(|log| log.month);
    for month in logs.chunk_by(|a, b| a.month == b.month).rev() {
        let mut last: Option<Expired> = None;
        for log in month {
            for (_, entry) in store.operator_entries(log)? {
                let LogEntry::Purge(Purge {
                    purged_at: at, reason: PurgeReason::Expired, record_counts, ..
                }) = entry
                else {
                    continue;
                };
                let record_count = record_counts.values().sum::<u64>();
                last = match last {
                    Some(newer) if newer.at > at => Some(newer),
                    // One run writes an entry into each log, and several where much is deleted.
                    Some(same) if same.at == at => {
                        Some(Expired { at, record_count: same.record_count + record_count })
                    }
                    _ => Some(Expired { at, record_count }),
                };
            }
        }
        if last.is_some() {
            return Ok(last);
        }
    }
    Ok(None)
}

/// The operator entries of a site that are no purges, in the order of their months: a few for each.
///
/// # Errors
/// When the store fails.
pub fn entries<S: LogStore + ?Sized>(store: &S, site: &SiteId) -> Result<Vec<LogEntry>, StoreError> {
    let mut all = Vec::new();
    for log in store.logs()?.into_iter().filter(|log| log.site == *site) {
        all.extend(store.entries_but_purges(&log)?.into_iter().map(|(_, entry)| entry));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::SqliteStore;
    use constat_shared::log::Serving;
    use constat_shared::sample::published_notice;
    use constat_shared::{LogShards, Month, PublishedNotice};

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn notice(controller: &str) -> PublishedNotice {
        let mut notice = (*published_notice("boreale")).clone();
        controller.clone_into(&mut notice.controller.name);
        PublishedNotice::new(notice)
    }

    #[test]
    fn a_site_that_goes_back_to_an_earlier_notice_has_a_period_more() {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path()).unwrap();
        let [a, b] = ["a", "b"].map(notice);
        for (notice, served) in [
            (&a, "2026-01-05T08:00:00Z"),
            (&b, "2026-02-03T08:00:00Z"),
            (&b, "2026-03-01T00:00:00Z"),
            (&a, "2026-03-04T08:00:00Z"),
        ] {
            store.publish(notice, at(served)).unwrap();
            let log = LogId::first(a.site.clone(), Month::of(at(served)), store.shards(&a.site).unwrap());
            let serving = Serving {
                site: a.site.clone(),
                notice_hash: notice.notice_hash(),
                serving_at: at(served),
                files: BTreeMap::from([("consent.js".to_owned(), Hash::of(served.as_bytes()))]),
            };
            store.append_entry(&log, &LogEntry::Serving(serving)).unwrap();
        }
        let entries = entries(&store, &a.site).unwrap();
        let found: Vec<_> = periods(&store, &a.site, &entries).unwrap();
        let shown_as: Vec<_> = found
            .iter()
            .map(|period| (period.notice_hash == a.notice_hash(), period.from, period.until))
            .collect();
        let (second, third) = (at("2026-02-03T08:00:00Z"), at("2026-03-04T08:00:00Z"));
        assert_eq!(
            shown_as,
            [
                (true, at("2026-01-05T08:00:00Z"), Some(second)),
                (false, second, Some(third)),
                (true, third, None)
            ]
        );
        let files = shown(entries, &a.notice_hash()).files;
        assert_eq!(files["consent.js"], Hash::of(b"2026-03-04T08:00:00Z"), "the files of the last time");
    }

    #[test]
    fn the_last_deletion_of_what_expired_is_found_in_all_logs_of_its_month() {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path()).unwrap();
        let site = notice("a").site.clone();
        let purge = |day: &str, shard: usize, reason, count| {
            let shard = LogShards::new(2).unwrap().all().nth(shard).unwrap();
            let log = LogId { site: site.clone(), month: Month::of(at(day)), shard };
            let purge = Purge {
                site: site.clone(),
                purged_at: at(day),
                reason,
                record_counts: BTreeMap::from([(Month::of(at("2025-01-01T00:00:00Z")), count)]),
            };
            store.append_entry(&log, &LogEntry::Purge(purge)).unwrap();
        };
        assert_eq!(last_expired(&store, &site).unwrap(), None);
        store.set_shards(&site, LogShards::new(2).unwrap()).unwrap();
        purge("2026-02-01T00:00:00Z", 0, PurgeReason::Expired, 9);
        purge("2026-02-02T00:00:00Z", 0, PurgeReason::Expired, 1);
        purge("2026-02-02T00:00:00Z", 1, PurgeReason::Expired, 2);
        purge("2026-02-03T00:00:00Z", 1, PurgeReason::Erased, 4);
        purge("2026-03-01T00:00:00Z", 0, PurgeReason::Erased, 8);
        let last = Expired { at: at("2026-02-02T00:00:00Z"), record_count: 3 };
        assert_eq!(last_expired(&store, &site).unwrap(), Some(last));
        assert_eq!(last_expired(&store, &SiteId::parse("other").unwrap()).unwrap(), None);
    }
}
