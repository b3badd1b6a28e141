//! What the console keeps, copied and compared: its documents and the audit trail.
//!
//! Both can have changed since a copy was cut off: a session that ended meanwhile ends
//! in the target too, and what the trail has forgotten is forgotten there. The months of
//! the trail come after its entries, so that no head stands for entries that are missing.

use super::compare::{refused, source, target};
use crate::crash;
use crate::failure::Failure;
use crate::store::{CopyStore, DocumentKind, RECORDS_MAX, TRAIL_PAGE_MAX, TrailEntry};
use constat_shared::Timestamp;

/// Copies the documents that have not ended; returns how many there are.
///
/// # Errors
/// When a store fails.
pub fn copy_documents(from: &dyn CopyStore, to: &dyn CopyStore, now: Timestamp) -> Result<u64, Failure> {
    from.expire_documents(now).map_err(source)?;
    let mut count = 0;
    for kind in DocumentKind::ALL {
        let documents = from.documents(kind).map_err(source)?;
        for gone in to.documents(kind).map_err(target)? {
            if documents.binary_search_by(|document| document.id.cmp(&gone.id)).is_err() {
                to.remove_document(kind, &gone.id).map_err(target)?;
            }
        }
        for page in documents.chunks(RECORDS_MAX) {
            to.put_documents(page).map_err(target)?;
            crash::at("copy.documents_put");
        }
        count += documents.len() as u64;
    }
    Ok(count)
}

/// Copies the audit trail; returns how many entries it has.
///
/// # Errors
/// When a store fails, or the target has another trail.
pub fn copy_trail(from: &dyn CopyStore, to: &dyn CopyStore) -> Result<u64, Failure> {
    let (mut count, mut first) = (0, 0);
    loop {
        let page = from.trail(first, TRAIL_PAGE_MAX).map_err(source)?;
        let Some(last) = page.last() else { break };
        first = last.index + 1;
        to.put_trail(&page).map_err(target)?;
        count += page.len() as u64;
        crash::at("copy.trail_put");
    }
    to.put_trail_segments(&from.trail_segments().map_err(source)?).map_err(target)?;
    Ok(count)
}

/// Refuses a target with an audit trail that is not the beginning of the source's.
///
/// # Errors
/// A sentence, also when a store fails. Nothing was written.
pub fn check_trail(from: &dyn CopyStore, to: &dyn CopyStore) -> Result<(), Failure> {
    match begins(from, to)? {
        true => Ok(()),
        false => Err(refused("an audit trail that does not begin the one of the source")),
    }
}

fn begins(from: &dyn CopyStore, to: &dyn CopyStore) -> Result<bool, Failure> {
    let segments = to.trail_segments().map_err(target)?;
    let Some(end) = segments.last().map(|segment| segment.end) else { return Ok(true) };
    let link = |entries: Vec<TrailEntry>| entries.first().filter(|it| it.index + 1 == end).map(|it| it.link);
    let here = link(from.trail(end - 1, 1).map_err(source)?);
    let there = link(to.trail(end - 1, 1).map_err(target)?);
    if here.is_some() {
        return Ok(here == there);
    }
    // The source may have dropped it since.
    let segments = from.trail_segments().map_err(source)?;
    Ok(segments.iter().any(|segment| segment.is_dropped && end <= segment.end))
}

/// What differs between the two, if anything does.
///
/// # Errors
/// When a store fails.
pub fn difference(from: &dyn CopyStore, to: &dyn CopyStore) -> Result<Option<&'static str>, Failure> {
    for kind in DocumentKind::ALL {
        if from.documents(kind).map_err(source)? != to.documents(kind).map_err(target)? {
            return Ok(Some("the documents of the console"));
        }
    }
    if from.trail_segments().map_err(source)? != to.trail_segments().map_err(target)? {
        return Ok(Some("the months of the audit trail"));
    }
    let mut first = 0;
    loop {
        let here = from.trail(first, TRAIL_PAGE_MAX).map_err(source)?;
        if here != to.trail(first, TRAIL_PAGE_MAX).map_err(target)? {
            return Ok(Some("the entries of the audit trail"));
        }
        let Some(last) = here.last() else { return Ok(None) };
        first = last.index + 1;
    }
}
