//! The records of one consent id: read, erased.

use crate::clock;
use crate::store::{Holder, NoticeStore, RecordStore, StoreError};
use constat_shared::{ConsentId, Record, SiteId, Timestamp, dpv};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Every record of the consent id, oldest first (GDPR, articles 15 and 20); `None` when
/// `holder` is not the holder of them. Where there are no records, there is nothing to protect.
///
/// # Errors
/// When the store fails.
pub fn records<S: RecordStore + ?Sized>(
    store: &S,
    site: &SiteId,
    consent_id: &ConsentId,
    holder: Holder,
) -> Result<Option<Vec<Record>>, StoreError> {
    let records = store.history(site, consent_id)?;
    // Checked after the records were read: they may be younger than any check before.
    let opens = records.is_empty() || store.is_holder(site, consent_id, holder)? == Some(true);
    Ok(opens.then_some(records))
}

/// Records as JSON.
pub fn as_json(site: &SiteId, consent_id: &ConsentId, records: &[Record]) -> Value {
    json!({ "site": site, "consent_id": consent_id, "records": records })
}

/// Records as ISO/IEC TS 27560 consent records in JSON-LD, with the notices they name.
///
/// # Errors
/// When the store fails, or has lost a notice.
pub fn as_consent_records<S: NoticeStore + ?Sized>(
    store: &S,
    records: &[Record],
) -> Result<Value, StoreError> {
    let hashes: BTreeSet<_> = records.iter().map(|record| record.notice_hash).collect();
    let named = |hash| Ok((hash, store.notice(&hash)?.ok_or(StoreError::NoticeUnknown(hash))?));
    let notices: BTreeMap<_, _> = hashes.into_iter().map(named).collect::<Result<_, StoreError>>()?;
    let history: Vec<_> = records.iter().map(|record| (record, &notices[&record.notice_hash])).collect();
    Ok(dpv::json_ld(&history, clock::now()))
}

/// What an erasure did.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Erasure {
    /// How many records it deleted.
    erased_count: u64,
    /// Whether a file may still have bytes of deleted records.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub bytes_remain: bool,
}

/// Deletes every record of the consent id with its key (GDPR, article 17).
/// Their leaves in the log stay and mean nothing any more. `None` when `holder` is not
/// the holder of them.
///
/// # Errors
/// When the store fails.
pub fn erase(
    store: &dyn RecordStore,
    site: &SiteId,
    consent_id: &ConsentId,
    holder: Holder,
    now: Timestamp,
) -> Result<Option<Erasure>, StoreError> {
    let Some(erased_count) = store.erase(site, consent_id, holder, now)? else { return Ok(None) };
    let bytes_remain = store.bytes_remain(site, consent_id)?;
    tracing::info!(erased_count, bytes_remain, "records were erased at a visitor's request");
    Ok(Some(Erasure { erased_count, bytes_remain }))
}
