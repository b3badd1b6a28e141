//! Source and target compared: before a copy, so that nothing else is
//! overwritten, and after it.

use crate::failure::Failure;
use crate::store::{Audit, CopyStore, StoreError};
use constat_shared::log::merkle::verify_consistency;
use constat_shared::{LogId, Timestamp};

/// Takes the name of what is being copied, and how much of it so far.
pub type Progress<'a> = dyn FnMut(&str, u64) + 'a;

/// Refuses a target that holds anything but a beginning of the source.
///
/// # Errors
/// A sentence that names what it holds. Nothing was written.
pub fn check(from: &dyn CopyStore, to: &dyn CopyStore) -> Result<(), Failure> {
    if !from.keys().map_err(source)?.starts_with(&to.keys().map_err(target)?) {
        return Err(refused("keys that the source does not have"));
    }
    if !from.notices().map_err(source)?.starts_with(&to.notices().map_err(target)?) {
        return Err(refused("notices that the source does not have"));
    }
    for (site, _) in to.notices().map_err(target)? {
        let kept = to.shards(&site).map_err(target)?;
        if from.shards(&site).map_err(source)? != kept {
            return Err(refused(&format!("{site} with {} log(s) a month, unlike the source", kept.get())));
        }
    }
    for log in to.logs().map_err(target)? {
        if !begins(from, to, &log)? {
            return Err(refused(&format!(
                "the log {}, which does not begin the one of the source",
                log.origin()
            )));
        }
    }
    let dropped = from.dropped().map_err(source)?;
    for gone in to.dropped().map_err(target)? {
        if !dropped.contains(&gone) {
            return Err(refused(&format!(
                "the end of the log {}, which the source does not have",
                gone.0.origin()
            )));
        }
    }
    Ok(())
}

/// The refusal of a target by what it holds.
pub fn refused(what: &str) -> Failure {
    Failure::new(format!("the target holds {what}: name an empty one with --to, or empty this one"))
}

/// Whether the log of the target is the beginning of the source's.
fn begins(from: &dyn CopyStore, to: &dyn CopyStore, log: &LogId) -> Result<bool, Failure> {
    let Some(there) = to.head(log).map_err(target)? else { return Ok(true) };
    let Some(here) = from.head(log).map_err(source)? else { return Ok(false) };
    let proof = from.consistency_proof(log, there.size, here.size).map_err(source)?;
    Ok(proof.is_some_and(|proof| verify_consistency(there.size, there.root, here.size, here.root, &proof)))
}

/// Audits every log on both sides; returns how many more records one has than
/// the other, over all logs.
pub fn compare(
    from: &dyn CopyStore,
    to: &dyn CopyStore,
    progress: &mut Progress<'_>,
) -> Result<u64, Failure> {
    let equal = |what: &str, equal: bool| match equal {
        true => Ok(()),
        false => Err(Failure::new(format!("{what} differ between source and target: run it again"))),
    };
    equal("the keys", dated_keys(from).map_err(source)? == dated_keys(to).map_err(target)?)?;
    equal("the notices", dated_notices(from).map_err(source)? == dated_notices(to).map_err(target)?)?;
    equal("the dropped logs", from.dropped().map_err(source)? == to.dropped().map_err(target)?)?;
    let newest = (from.times().map_err(source)?.newest, to.times().map_err(target)?.newest);
    equal("the newest times", newest.0 == newest.1)?;
    let logs = from.logs().map_err(source)?;
    equal("the logs", logs == to.logs().map_err(target)?)?;
    let mut difference_count = 0;
    for (number, log) in (1..).zip(&logs) {
        let (here, there) = (audited(from, log, "source")?, audited(to, log, "target")?);
        let name = log.origin();
        equal(&format!("the sizes and roots of {name}"), here.head == there.head)?;
        equal(&format!("the entries of {name}"), here.entry_count == there.entry_count)?;
        let checkpoints = (from.checkpoint(log).map_err(source)?, to.checkpoint(log).map_err(target)?);
        equal(&format!("the kept checkpoints of {name}"), checkpoints.0 == checkpoints.1)?;
        difference_count += here.record_count.abs_diff(there.record_count);
        progress("logs compared", number);
    }
    Ok(difference_count)
}

fn audited(store: &dyn CopyStore, log: &LogId, side: &str) -> Result<Audit, Failure> {
    let audit = store.audit(log).map_err(|error| Failure::new(format!("the {side}: {error}")))?;
    match audit.difference {
        Some(difference) => Err(Failure::new(format!("the {side}'s log {}: {difference}", log.origin()))),
        None => Ok(audit),
    }
}

type Dated<T> = Vec<(T, Option<Timestamp>)>;

fn dated_keys(store: &dyn CopyStore) -> Result<Dated<constat_shared::Jwk>, StoreError> {
    let date = |key: constat_shared::Jwk| store.key_added_at(&key.kid).map(|at| (key, at));
    store.keys()?.into_iter().map(date).collect()
}

fn dated_notices(store: &dyn CopyStore) -> Result<Dated<constat_shared::Hash>, StoreError> {
    store.notices()?.into_iter().map(|(_, hash)| store.published_at(&hash).map(|at| (hash, at))).collect()
}

/// A failure of the store that is copied.
pub fn source(error: StoreError) -> Failure {
    Failure::new(format!("the source: {error}"))
}

/// A failure of the store that is copied into.
pub fn target(error: StoreError) -> Failure {
    Failure::new(format!("the target: {error}"))
}
