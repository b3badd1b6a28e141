//! Has the heads of a site's logs stamped by its time-stamping authority (RFC 3161).

use crate::clock;
use crate::failure::Failure;
use crate::proof::keys::Keys;
use crate::proof::logs::is_over;
use crate::proof::timestamp::ask;
use crate::store::{LogStore, StoreError};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use constat_shared::log::TimestampToken;
use constat_shared::{LogEntry, LogId, Month, SiteId, TreeHead};
use std::collections::BTreeMap;

/// Has every log of a site stamped that has grown since it was stamped last;
/// `report` takes a line for each.
///
/// # Errors
/// A sentence: when the authority gives no token, the store fails, or a log has
/// fewer leaves than were stamped. What was stamped until then is stored.
pub fn stamp_site(
    store: &dyn LogStore,
    keys: &Keys,
    site: &SiteId,
    url: &str,
    report: &mut dyn FnMut(String),
) -> Result<(), Failure> {
    let now = clock::now();
    let logs: Vec<LogId> = store.logs()?.into_iter().filter(|log| log.site == *site).collect();
    let stamped = stamped_sizes(store, &logs)?;
    for log in &logs {
        // No record of an older log is left for a bundle.
        if is_over(log, now) {
            continue;
        }
        let Some(head) = store.head(log)? else { continue };
        let stamped_size = stamped.get(log).copied().unwrap_or(0);
        if head.size < stamped_size {
            return Err(Failure::new(format!(
                "the log {} has {} leaves, and had {stamped_size} when it was stamped: \
                 it was replaced or cut: restore the store that has all its leaves",
                log.origin(),
                head.size
            )));
        }
        if new_leaf_count(store, log, stamped_size, head.size)? == 0 {
            report(format!("{}: nothing new since it was stamped", log.origin()));
            continue;
        }
        report(stamp(store, keys, log, head, url)?);
    }
    Ok(())
}

/// Has one head stamped; once the token is stored, returns a line about it.
fn stamp(
    store: &dyn LogStore,
    keys: &Keys,
    log: &LogId,
    head: TreeHead,
    url: &str,
) -> Result<String, Failure> {
    let checkpoint = head.sign(log, keys.signing());
    let answer = ask::ask(url, &checkpoint)
        .map_err(|error| Failure::new(format!("{} was not stamped by {url}: {error}", log.origin())))?;
    let token = TimestampToken { log: log.clone(), checkpoint, token: BASE64.encode(answer.token) };
    // Entries go to the log of the month they are made in, which is kept as long as any they are about.
    let current = LogId::first(log.site.clone(), Month::of(clock::now()), log.shard.count());
    store
        .append_entry(&current, &LogEntry::Timestamp(token))
        .map_err(|error| Failure::new(format!("the token over {} was not stored: {error}", log.origin())))?;
    let (origin, size, stamped_at) = (log.origin(), head.size, answer.stamped_at);
    Ok(format!("{origin}: {size} leaves stamped at {stamped_at} by {}", answer.authority))
}

/// How many leaves each log had when it was stamped last.
fn stamped_sizes(store: &dyn LogStore, logs: &[LogId]) -> Result<BTreeMap<LogId, u64>, StoreError> {
    let mut sizes = BTreeMap::new();
    for holder in logs {
        for (_, entry) in store.entries_but_purges(holder)? {
            let LogEntry::Timestamp(token) = entry else { continue };
            let Ok(stamped) = token.checkpoint.read(&token.log) else { continue };
            let size = sizes.entry(token.log).or_insert(0);
            *size = stamped.size.max(*size);
        }
    }
    Ok(sizes)
}

/// How many leaves a log has from a leaf index on, tokens left out: else each stamp
/// would make the log grow and call for the next.
fn new_leaf_count(store: &dyn LogStore, log: &LogId, from: u64, size: u64) -> Result<u64, StoreError> {
    let entries = store.entries_but_purges(log)?;
    let is_token = |(leaf_index, entry): &&(u64, LogEntry)| {
        (from..size).contains(leaf_index) && matches!(entry, LogEntry::Timestamp(_))
    };
    Ok(size - from - entries.iter().filter(is_token).count() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{KeyArgs, StoreArgs};
    use crate::store::LogStore;
    use crate::store::sqlite::SqliteStore;
    use constat_shared::LogShards;
    use constat_shared::log::{Purge, PurgeReason};
    use constat_testkit::authority::{Asked, Authority, Making};
    use std::path::Path;
    use std::sync::Arc;

    /// An empty store with a key.
    fn store_in(folder: &Path) -> (SqliteStore, Keys) {
        let store = SqliteStore::open(folder).unwrap();
        let args = KeyArgs { data: StoreArgs::in_folder(folder.to_owned()), key_file: None };
        let keys = Keys::open(&args, &store).unwrap();
        (store, keys)
    }

    #[test]
    fn a_log_that_has_lost_what_was_stamped_is_not_stamped_again() {
        let folder = tempfile::tempdir().unwrap();
        let (store, keys) = store_in(folder.path());
        let log = LogId::first(SiteId::parse("boreale").unwrap(), Month::of(clock::now()), LogShards::ONE);
        let checkpoint = TreeHead { size: 9, root: constat_shared::Hash::of(b"") }.sign(&log, keys.signing());
        let token = TimestampToken { log: log.clone(), checkpoint, token: String::new() };
        store.append_entry(&log, &LogEntry::Timestamp(token)).unwrap();
        let failure =
            stamp_site(&store, &keys, &log.site, "http://127.0.0.1:9/", &mut |_| {}).unwrap_err().to_string();
        assert!(failure.contains("has 1 leaves, and had 9 when it was stamped"), "{failure}");
    }

    /// A month's last records are stamped in the next month too.
    #[test]
    fn each_log_is_stamped_once_for_what_it_holds_and_the_tokens_call_for_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let (store, keys) = store_in(folder.path());
        let site = SiteId::parse("boreale").unwrap();
        let log = |month| LogId::first(site.clone(), month, LogShards::ONE);
        let months: Vec<Month> = Month::of(clock::now()).back().take(16).collect();
        let (current, previous, closed) = (log(months[0]), log(months[1]), log(months[15]));
        let leaf = |log: &LogId| {
            let (purged_at, reason) = (clock::now(), PurgeReason::Expired);
            let purge = Purge { site: site.clone(), purged_at, reason, record_counts: [].into() };
            store.append_entry(log, &LogEntry::Purge(purge)).unwrap();
        };
        [&current, &previous, &closed].into_iter().for_each(leaf);
        let authority = Arc::new(Authority::make(&Making::GOOD));
        let asked = Asked::serve(&authority);
        let stamped = || {
            stamp_site(&store, &keys, &site, &asked.url, &mut |_| {}).unwrap();
            let entries = store.operator_entries(&current).unwrap().into_iter();
            let tokens = entries.filter_map(|(_, entry)| match entry {
                LogEntry::Timestamp(token) => {
                    Some((token.checkpoint.read(&token.log).unwrap().size, token.log))
                }
                _ => None,
            });
            tokens.collect::<Vec<_>>()
        };
        // The previous month's token is a leaf of this month's log when that is stamped.
        let mut expected = vec![(1, previous.clone()), (2, current.clone())];
        assert_eq!(stamped(), expected);
        assert_eq!(stamped(), expected, "a second run finds nothing new");
        leaf(&previous);
        expected.push((2, previous.clone()));
        assert_eq!(stamped(), expected);
        leaf(&current);
        expected.push((5, current.clone()));
        assert_eq!(stamped(), expected);
        assert_eq!(asked.requests().len(), 4);
        assert_eq!(store.audit(&current).unwrap().difference, None);
    }
}
