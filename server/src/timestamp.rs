//! `constat timestamp`: an outside clock sees the heads of the logs (RFC 3161).
//!
//! An authority signs the hash of a checkpoint together with its own time. From
//! then on nobody, the operator included, can have written the log's leaves up
//! to there later than that.

mod ask;
mod cms;
mod fields;
mod protocol;
mod token;
pub mod trust;

use crate::check::all;
use crate::cli::TimestampArgs;
use crate::failure::Failure;
use crate::keys::Keys;
use crate::site::{self, Catalogue};
use crate::store::{Store, StoreError, open_store_to_write};
use crate::{clock, serving};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use constat_shared::log::checkpoint::Checkpoint;
use constat_shared::log::entry::TimestampToken;
use constat_shared::{LogEntry, LogId, Month, SiteId};
use std::collections::BTreeMap;

/// Has every log stamped that has grown since it was stamped last.
pub fn run(args: &TimestampArgs) -> Result<(), Failure> {
    let catalogue = Catalogue::embedded().map_err(|errors| all(&errors))?;
    let sites = site::read_dir(&args.sites, &catalogue).map_err(|errors| all(&errors))?;
    let asking =
        sites.into_iter().filter_map(|site| Some((site.notice.site.clone(), site.timestamp_authority?)));
    let asking: Vec<(SiteId, String)> = asking.collect();
    if asking.is_empty() {
        return Err(Failure::new(format!(
            "no site of {} names a time-stamping authority: \
             write timestamp_authority = \"https://…\" at the top of its file",
            args.sites.display()
        )));
    }
    let store = open_store_to_write(&args.key.data)?;
    let keys = Keys::open(&args.key, &*store)?;
    let mut failed_count = 0;
    for (site, url) in &asking {
        // One authority that fails keeps no other site from its own.
        if let Err(failure) = stamp_site(&*store, &keys, site, url) {
            eprintln!("constat: {site}: {failure}");
            failed_count += 1;
        }
    }
    match failed_count {
        0 => Ok(()),
        _ => Err(Failure::new(format!(
            "the logs of {failed_count} of {} sites were not all stamped; the reasons stand above. \
             What is missing is asked for the next time",
            asking.len()
        ))),
    }
}

fn stamp_site(store: &dyn Store, keys: &Keys, site: &SiteId, url: &str) -> Result<(), Failure> {
    let now = clock::now();
    let logs: Vec<LogId> = store.logs()?.into_iter().filter(|log| log.site == *site).collect();
    let stamped = stamped_sizes(store, &logs)?;
    for log in &logs {
        // No record of an older log is left for a bundle.
        if serving::is_over(log, now) {
            continue;
        }
        let Some(head) = store.head(log)? else { continue };
        let stamped_size = stamped.get(log).copied().unwrap_or(0);
        if head.size < stamped_size {
            return Err(Failure::new(format!(
                "the log {} has {} leaves, and had {stamped_size} when it was stamped: \
                 it is not the one that was; restore the store that is",
                log.origin(),
                head.size
            )));
        }
        if new_leaf_count(store, log, stamped_size, head.size)? == 0 {
            println!("{}: nothing new since it was stamped", log.origin());
            continue;
        }
        stamp(store, keys, log, head, url)?;
    }
    Ok(())
}

/// Has one head stamped; says so when the token is stored.
fn stamp(store: &dyn Store, keys: &Keys, log: &LogId, head: Checkpoint, url: &str) -> Result<(), Failure> {
    let checkpoint = head.sign(log, keys.signing());
    let answer = ask::ask(url, &checkpoint)
        .map_err(|error| Failure::new(format!("{} was not stamped by {url}: {error}", log.origin())))?;
    let token = TimestampToken { log: log.clone(), checkpoint, token: BASE64.encode(answer.token) };
    // Entries go to the log of the month they are made in, which is kept as long as any they are about.
    let current = LogId::first(log.site.clone(), Month::of(clock::now()), log.shard.count());
    store
        .write(&current, &LogEntry::Timestamp(token))
        .map_err(|error| Failure::new(format!("the token over {} was not stored: {error}", log.origin())))?;
    let (origin, size, stamped_at) = (log.origin(), head.size, answer.stamped_at);
    println!("{origin}: {size} leaves stamped at {stamped_at} by {}", answer.authority);
    Ok(())
}

/// How many leaves each log had when it was stamped last.
fn stamped_sizes(store: &dyn Store, logs: &[LogId]) -> Result<BTreeMap<LogId, u64>, StoreError> {
    let mut sizes = BTreeMap::new();
    for holder in logs {
        for (_, entry) in store.entries(holder)? {
            let LogEntry::Timestamp(token) = entry else { continue };
            let Ok(stamped) = Checkpoint::read(&token.checkpoint, &token.log) else { continue };
            let size = sizes.entry(token.log).or_insert(0);
            *size = stamped.size.max(*size);
        }
    }
    Ok(sizes)
}

/// How many leaves a log has from a place on, tokens left out: else each stamp
/// would make the log grow and call for the next.
fn new_leaf_count(store: &dyn Store, log: &LogId, from: u64, size: u64) -> Result<u64, StoreError> {
    let entries = store.entries(log)?;
    let is_token = |(place, entry): &&(u64, LogEntry)| {
        (from..size).contains(place) && matches!(entry, LogEntry::Timestamp(_))
    };
    Ok(size - from - entries.iter().filter(is_token).count() as u64)
}

#[cfg(test)]
#[path = "../../tests/src/authority.rs"]
#[allow(dead_code, reason = "the tests over real sockets use more of it")]
mod authority;
#[cfg(test)]
mod tests;
