//! Published notices in SQLite.

use super::store::SqliteStore;
use super::tables::{notices, shards};
use crate::store::{NoticeStore, Publication, StoreError};
use constat_shared::{Hash, LogShards, Notice, PublishedNotice, SiteId, Timestamp};

impl NoticeStore for SqliteStore {
    fn publish(&self, notice: &PublishedNotice, at: Timestamp) -> Result<(), StoreError> {
        self.write_connection().change_logs(|connection| {
            if shards::kept(connection, &notice.site)?.is_none() {
                shards::set(connection, &notice.site, LogShards::ONE)?;
            }
            notices::add(connection, notice, at)
        })
    }

    fn notice(&self, hash: &Hash) -> Result<Option<Notice>, StoreError> {
        self.read(|connection| notices::read(connection, hash))
    }

    fn published_at(&self, notice_hash: &Hash) -> Result<Option<Timestamp>, StoreError> {
        self.read(|connection| notices::published_at(connection, notice_hash))
    }

    fn publications(&self, site: &SiteId) -> Result<Vec<Publication>, StoreError> {
        self.read(|connection| notices::of_site(connection, site))
    }

    fn notices(&self) -> Result<Vec<(SiteId, Hash)>, StoreError> {
        self.read(notices::list)
    }
}
