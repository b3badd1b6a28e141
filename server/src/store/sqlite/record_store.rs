//! Records in SQLite.

use super::store::SqliteStore;
use super::tables::{erased_events, purges, record_pages, records, shards};
use super::write_connection::EXPIRE_CHUNK;
use crate::store::{
    Appended, CommittedRecord, HISTORY_MAX, Holder, IdRange, RECORD_PAGE_MAX, RecordFilter, RecordPage,
    RecordPlace, RecordStore, StoreError, StoredRecord,
};
use constat_shared::log::PurgeReason;
use constat_shared::{ConsentId, EventId, LogShards, SiteId, Timestamp};
use rusqlite::Connection;

impl RecordStore for SqliteStore {
    fn append(&self, entries: &[CommittedRecord]) -> Result<Vec<Appended>, StoreError> {
        self.place.check()?;
        let result = self.write_connection().append(entries);
        self.readiness.note(&result);
        result
    }

    fn find(
        &self,
        site: &SiteId,
        consent_id: &ConsentId,
        event_id: &EventId,
    ) -> Result<Option<StoredRecord>, StoreError> {
        self.read(|connection| records::answer(connection, site, consent_id, event_id))
    }

    fn is_holder(
        &self,
        site: &SiteId,
        consent_id: &ConsentId,
        holder: Holder,
    ) -> Result<Option<bool>, StoreError> {
        self.read(|connection| is_holder(connection, site, consent_id, holder))
    }

    fn answers(&self, site: &SiteId, consent_id: &ConsentId) -> Result<Vec<StoredRecord>, StoreError> {
        self.read(|connection| records::answers(connection, site, consent_id, HISTORY_MAX))
    }

    fn answered(&self, site: &SiteId) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
        self.read(|connection| record_pages::answered(connection, site))
    }

    fn page(
        &self,
        site: &SiteId,
        filter: &RecordFilter,
        after: Option<&RecordPlace>,
        limit: usize,
    ) -> Result<RecordPage, StoreError> {
        let limit = limit.min(RECORD_PAGE_MAX);
        self.read(|connection| record_pages::page(connection, site, filter, after, limit))
    }

    fn consent_ids(
        &self,
        site: &SiteId,
        range: &IdRange,
        limit: usize,
    ) -> Result<Vec<ConsentId>, StoreError> {
        self.read(|connection| record_pages::consent_ids(connection, site, range, limit))
    }

    fn erase(
        &self,
        site: &SiteId,
        consent_id: &ConsentId,
        holder: Holder,
        now: Timestamp,
    ) -> Result<Option<u64>, StoreError> {
        let mut is_refused = false;
        let delete = |connection: &Connection| {
            is_refused = is_holder(connection, site, consent_id, holder)? == Some(false);
            if is_refused {
                return Ok(records::Deleted::new());
            }
            erased_events::remember(connection, site, consent_id)?;
            records::delete_of(connection, site, consent_id)
        };
        let deleted = self.write_connection().purge(now, PurgeReason::Erased, delete)?;
        if deleted > 0 {
            // The records are deleted, whatever happens to the files now.
            let _ = self.clean_now();
        }
        Ok((!is_refused).then_some(deleted))
    }

    fn bytes_remain(&self, _: &SiteId, _: &ConsentId) -> Result<bool, StoreError> {
        Ok(self.truncation.is_due())
    }

    fn clean(&self) -> Result<bool, StoreError> {
        if self.truncation.is_due() { self.clean_now() } else { Ok(false) }
    }

    fn expire(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut total = 0;
        loop {
            let deleted = self.write_connection().purge(now, PurgeReason::Expired, |connection| {
                records::delete_due(connection, now, EXPIRE_CHUNK)
            })?;
            total += deleted;
            if deleted < EXPIRE_CHUNK {
                break;
            }
        }
        self.write_connection().change_logs(|connection| {
            purges::write_pending(connection, now)?;
            erased_events::forget(connection, now)
        })?;
        // Also in a run that deleted nothing: another process may have deleted something.
        self.clean_now()?;
        Ok(total)
    }

    fn ping(&self) -> Result<(), StoreError> {
        self.read(|connection| Ok(connection.query_row("SELECT 1", [], |_| Ok(()))?))?;
        self.check_writing()
    }
}

/// As [`RecordStore::is_holder`].
fn is_holder(
    connection: &Connection,
    site: &SiteId,
    consent_id: &ConsentId,
    holder: Holder,
) -> Result<Option<bool>, StoreError> {
    let shard = shards::kept(connection, site)?.unwrap_or(LogShards::ONE).of(consent_id);
    let Some(shard) = shards::find(connection, site, shard)? else { return Ok(None) };
    let held = records::held(connection, shard, consent_id, Timestamp::from_unix_ms(0))?;
    if held.count == 0 {
        return Ok(None);
    }
    records::is_holder(connection, (shard, consent_id), &held, holder).map(Some)
}
