//! The records of one consent id: read, erased.

use crate::clock;
use crate::store::{Holder, NoticeStore, RecordStore, Store, StoreError, TrailStore};
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
    pub erased_count: u64,
    /// Whether a file may still have bytes of deleted records.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub bytes_remain: bool,
}

/// Deletes every record of the consent id with its key (GDPR, article 17).
/// Their leaves in the log stay and mean nothing any more, and so do the entries of the
/// audit trail about them. `None` when `holder` is not the holder of them.
///
/// # Errors
/// When the store fails.
pub fn erase(
    store: &dyn Store,
    site: &SiteId,
    consent_id: &ConsentId,
    holder: Holder,
    now: Timestamp,
) -> Result<Option<Erasure>, StoreError> {
    let Some(erased_count) = store.erase(site, consent_id, holder, now)? else { return Ok(None) };
    if erased_count > 0
        && let Err(error) = forget_without_records(store, consent_id, &sites(store)?)
    {
        // The records are deleted; the hourly job forgets the rest.
        tracing::warn!(%error, "what the audit trail says of erased records is not forgotten yet");
    }
    let bytes_remain = store.bytes_remain(site, consent_id)?;
    tracing::info!(erased_count, bytes_remain, "records were erased");
    Ok(Some(Erasure { erased_count, bytes_remain }))
}

/// Every site that has ever published a notice: no other one has records.
///
/// # Errors
/// When the store fails.
pub fn sites<S: NoticeStore + ?Sized>(store: &S) -> Result<BTreeSet<SiteId>, StoreError> {
    Ok(store.notices()?.into_iter().map(|(site, _)| site).collect())
}

/// Forgets in the audit trail what names a consent id, unless a site has a record of it.
/// Returns how many entries that were.
///
/// # Errors
/// When the store fails.
pub fn forget_without_records<S: RecordStore + TrailStore + ?Sized>(
    store: &S,
    consent_id: &ConsentId,
    sites: &BTreeSet<SiteId>,
) -> Result<u64, StoreError> {
    for site in sites {
        if store.is_holder(site, consent_id, Holder::Unknown)?.is_some() {
            return Ok(0);
        }
    }
    store.forget_in_trail(consent_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract::{self, append, notice, publish, record};
    use crate::store::sqlite::SqliteStore;

    #[test]
    fn an_erasure_is_forgotten_in_the_trail_at_once_when_no_other_site_has_the_id() {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path()).unwrap();
        let [one, two] = ["boreale", "polaire"].map(notice);
        [&one, &two].into_iter().for_each(|notice| publish(&store, notice));
        let on_one = record(&one, "2026-03-01T09:30:00Z");
        let on_two = Record { consent_id: on_one.consent_id, ..record(&two, "2026-03-01T09:30:00Z") };
        append(&store, &[on_one.clone(), on_two]).unwrap();
        let entry = contract::trail_store::trail_entry(0, "2026-03-01T09:30:00Z", Some(on_one.consent_id));
        contract::trail_store::append_trail(&store, &[entry]);
        let names = || store.consent_ids_in_trail(None).unwrap().len();
        let erase = |site: &SiteId, holder| {
            let erased = erase(&store, site, &on_one.consent_id, holder, on_one.recorded_at).unwrap();
            erased.map(|erasure| erasure.erased_count)
        };
        assert_eq!((erase(&one.site, Holder::Unknown), names()), (None, 1));
        assert_eq!((erase(&one.site, contract::sample_holder()), names()), (Some(1), 1));
        assert_eq!((erase(&one.site, Holder::Unknown), names()), (Some(0), 1));
        assert_eq!((erase(&two.site, contract::sample_holder()), names()), (Some(1), 0));
    }
}
