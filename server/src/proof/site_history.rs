//! What a site has shown, and when: its notices in the order in which they were in force, with the files and
//! pictures that the log names, and the state of its logs.

use super::logs::{is_over, newest_checkpoint};
use crate::store::{LogStore, NoticeStore, StoreError};
use constat_shared::log::Snapshot;
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
    /// The size that was stamped last.
    pub stamped_size: Option<u64>,
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
    let mut begins: Vec<(Timestamp, Hash)> = Vec::new();
    for (of, hash) in store.notices()? {
        if of == *site {
            begins.extend(store.published_at(&hash)?.map(|at| (at, hash)));
        }
    }
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
        periods.push(Period { notice_hash, from, until: None });
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

/// How many pictures the [`entries`] of a site name of each notice.
pub fn picture_counts(entries: &[LogEntry]) -> BTreeMap<Hash, u64> {
    let pictures = entries.iter().filter_map(|entry| match entry {
        LogEntry::Snapshot(snapshot) => Some((snapshot.notice_hash, snapshot.images.len() as u64)),
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
    let mut stamped: BTreeMap<LogId, u64> = BTreeMap::new();
    for entry in entries(store, site)? {
        if let LogEntry::Timestamp(token) = entry
            && let Ok(head) = token.checkpoint.read(&token.log)
        {
            let size = stamped.entry(token.log).or_default();
            *size = head.size.max(*size);
        }
    }
    let mut logs = Vec::new();
    for log in store.logs()?.into_iter().filter(|log| log.site == *site && !is_over(log, now)) {
        let Some(head) = store.head(&log)? else { continue };
        let checkpoint = newest_checkpoint(store, key, &log)?;
        logs.push(MonthLog { stamped_size: stamped.get(&log).copied(), head, checkpoint, log });
    }
    logs.sort_by(|a, b| b.log.month.cmp(&a.log.month).then(a.log.cmp(&b.log)));
    Ok(logs)
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
    use constat_shared::{Month, PublishedNotice};

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
}
