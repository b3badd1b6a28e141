//! Copies everything from one store into another.
//!
//! Records come before leaves. Between the two the source deletes what has
//! expired meanwhile and writes purge entries; the target forgets the same
//! records. That also writes what is still to be written about earlier deletions.
//! So the leaves, with those entries among them, agree with exactly the
//! records that are there. Every step may be repeated: a copy that was cut off is
//! run again.

use super::compare::{Progress, compare, source, target};
use super::console::{self, copy_documents, copy_trail};
use crate::crash;
use crate::failure::Failure;
use crate::store::{CopyStore, LogSlice};
use constat_shared::{LogId, PublishedNotice, Timestamp};

/// What was copied, and how much of it was not there before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Public keys.
    pub key_count: u64,
    /// Notices.
    pub notice_count: u64,
    /// Records of the source.
    pub record_count: u64,
    /// Those of them that the target did not have.
    pub new_record_count: u64,
    /// Logs with leaves.
    pub log_count: u64,
    /// Their leaves.
    pub leaf_count: u64,
    /// Those of them that the target did not have.
    pub new_leaf_count: u64,
    /// Logs of which only the last head is kept.
    pub dropped_count: u64,
    /// Documents of the console.
    pub document_count: u64,
    /// Entries of its audit trail.
    pub trail_count: u64,
}

/// Copies all that the source holds and the target does not, and compares both.
///
/// # Errors
/// A sentence: when a store fails, or the two are not equal in the end. The
/// target is then marked as unfinished, and no server starts on it.
pub fn copy(
    from: &dyn CopyStore,
    to: &dyn CopyStore,
    now: &dyn Fn() -> Timestamp,
    progress: &mut Progress<'_>,
) -> Result<Copied, Failure> {
    let mut copied = Copied::default();
    to.set_unfinished(true).map_err(target)?;
    copy_keys(from, to, &mut copied)?;
    copy_notices(from, to, &mut copied)?;
    copy_records(from, to, &mut copied, progress)?;
    let ended_at = now();
    from.expire(ended_at).map_err(source)?;
    to.forget(ended_at).map_err(target)?;
    from.each_erased_event(&mut |page| to.put_erased_events(&page)).map_err(|error| {
        Failure::new(format!("the erased events were not all copied: {error}. Run it again to go on"))
    })?;
    for log in from.logs().map_err(source)? {
        copy_log(from, to, &log, &mut copied, progress)?;
    }
    for (log, checkpoint) in from.dropped().map_err(source)? {
        to.put_dropped(&log, &checkpoint).map_err(target)?;
        copied.dropped_count += 1;
    }
    copied.document_count = copy_documents(from, to, ended_at)?;
    copied.trail_count = copy_trail(from, to)?;
    to.set_times(&from.times().map_err(source)?).map_err(target)?;
    let difference_count = compare(from, to, progress)?;
    if let Some(what) = console::difference(from, to)? {
        return Err(Failure::new(format!("{what} differ between source and target: run it again")));
    }
    if difference_count > 0 {
        let words = format!("{difference_count} records are in one store and not in the other");
        return Err(Failure::new(format!("{words}: empty the target and copy again")));
    }
    to.set_unfinished(false).map_err(target)?;
    Ok(copied)
}

fn copy_keys(from: &dyn CopyStore, to: &dyn CopyStore, copied: &mut Copied) -> Result<(), Failure> {
    for key in from.keys().map_err(source)? {
        let at = from.key_added_at(&key.kid).map_err(source)?.ok_or_else(changed)?;
        to.add_key(&key, at).map_err(target)?;
        copied.key_count += 1;
    }
    Ok(())
}

fn copy_notices(from: &dyn CopyStore, to: &dyn CopyStore, copied: &mut Copied) -> Result<(), Failure> {
    for (site, hash) in from.notices().map_err(source)? {
        to.set_shards(&site, from.shards(&site).map_err(source)?).map_err(target)?;
        let notice = PublishedNotice::new(from.notice(&hash).map_err(source)?.ok_or_else(changed)?);
        let at = from.published_at(&hash).map_err(source)?.ok_or_else(changed)?;
        to.publish(&notice, at).map_err(target)?;
        copied.notice_count += 1;
        crash::at("copy.notice_put");
    }
    Ok(())
}

fn copy_records(
    from: &dyn CopyStore,
    to: &dyn CopyStore,
    copied: &mut Copied,
    progress: &mut Progress<'_>,
) -> Result<(), Failure> {
    from.each_record(&mut |page| {
        copied.new_record_count += to.put_records(&page)?;
        copied.record_count += page.len() as u64;
        crash::at("copy.records_put");
        progress("records", copied.record_count);
        Ok(())
    })
    .map_err(|error| Failure::new(format!("the records were not all copied: {error}. Run it again to go on")))
}

fn copy_log(
    from: &dyn CopyStore,
    to: &dyn CopyStore,
    log: &LogId,
    copied: &mut Copied,
    progress: &mut Progress<'_>,
) -> Result<(), Failure> {
    let entries = from.operator_entries(log).map_err(source)?;
    let mut first = to.head(log).map_err(target)?.map_or(0, |head| head.size);
    copied.leaf_count += first;
    loop {
        let leaves = from.leaves(log, first).map_err(source)?;
        if leaves.is_empty() {
            break;
        }
        let (count, end) = (leaves.len() as u64, first + leaves.len() as u64);
        let before = |end: u64| entries.partition_point(|(leaf_index, _)| *leaf_index < end);
        let entries = entries[before(first)..before(end)].to_vec();
        to.put_leaves(log, &LogSlice { first, leaves, entries }).map_err(target)?;
        first = end;
        copied.leaf_count += count;
        copied.new_leaf_count += count;
        crash::at("copy.leaves_put");
        progress("leaves", copied.leaf_count);
    }
    if let Some(checkpoint) = from.checkpoint(log).map_err(source)? {
        to.keep_checkpoint(log, &checkpoint).map_err(target)?;
    }
    copied.log_count += 1;
    Ok(())
}

fn changed() -> Failure {
    Failure::new("the source changed while it was read: stop every server that uses it")
}
