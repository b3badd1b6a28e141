//! The records of one consent id: who may ask for them, read, erased.

use crate::clock;
use crate::proof::keys::Keys;
use crate::store::{NoticeStore, RecordStore, StoreError};
use constat_shared::{Code, ConsentId, Problem, Receipt, Record, SiteId, Timestamp, dpv};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The consent id of an address, if the token is a receipt of it on that site.
///
/// # Errors
/// A [`Problem`]: no receipt, none of this server's, one of another consent id or site, or one that
/// has ended.
pub fn authorise(
    keys: &Keys,
    token: Option<&str>,
    site: &SiteId,
    consent_id: &str,
    now: Timestamp,
) -> Result<ConsentId, Problem> {
    let token =
        token.ok_or_else(|| Problem::new(Code::ReceiptMissing, "Send `Authorization: Bearer RECEIPT`."))?;
    let invalid = || Problem::new(Code::ReceiptInvalid, "Send a receipt as this server gave it, unchanged.");
    let key_id = Receipt::key_id(token).map_err(|_| invalid())?;
    let key = keys.verifying(&key_id).ok_or_else(invalid)?;
    let receipt = Receipt::open(token, &key).map_err(|_| invalid())?;
    if receipt.record.site != *site || receipt.sub.to_string() != consent_id {
        return Err(Problem::new(Code::ReceiptForeign, "Send a receipt of this consent id on this site."));
    }
    if receipt.has_ended(now) {
        let detail = "Send a receipt of a newer answer: this one ended with its record.";
        return Err(Problem::new(Code::ReceiptExpired, detail));
    }
    Ok(receipt.sub)
}

/// Every record of the consent id, oldest first (GDPR, articles 15 and 20).
///
/// # Errors
/// When the store fails.
pub fn as_json(store: &dyn RecordStore, site: &SiteId, consent_id: &ConsentId) -> Result<Value, StoreError> {
    let records = store.history(site, consent_id)?;
    Ok(json!({ "site": site, "consent_id": consent_id, "records": records }))
}

/// The same records as ISO/IEC TS 27560 consent records in JSON-LD, with the notices they name.
///
/// # Errors
/// When the store fails, or has lost a notice.
pub fn as_consent_records<S: RecordStore + NoticeStore + ?Sized>(
    store: &S,
    site: &SiteId,
    consent_id: &ConsentId,
) -> Result<Value, StoreError> {
    let records: Vec<Record> = store.history(site, consent_id)?;
    let hashes: BTreeSet<_> = records.iter().map(|record| record.notice_hash).collect();
    let named = |hash| Ok((hash, store.notice(&hash)?.ok_or(StoreError::NoticeUnknown(hash))?));
    let notices: BTreeMap<_, _> = hashes.into_iter().map(named).collect::<Result<_, StoreError>>()?;
    let history: Vec<_> = records.iter().map(|record| (record, &notices[&record.notice_hash])).collect();
    Ok(dpv::json_ld(&history, clock::now()))
}

/// Deletes every record of the consent id with its key (GDPR, article 17) and
/// returns how many there were. Their leaves in the log stay and mean nothing any more.
///
/// # Errors
/// When the store fails.
pub fn erase(store: &dyn RecordStore, site: &SiteId, consent_id: &ConsentId) -> Result<u64, StoreError> {
    let erased_count = store.erase(site, consent_id, clock::now())?;
    tracing::info!(erased_count, "records were erased at a visitor's request");
    Ok(erased_count)
}
