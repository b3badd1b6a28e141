//! Published notices in Redis.

use super::data::{cache, key_names};
use super::store::RedisStore;
use crate::store::error::unreadable;
use crate::store::{NoticeStore, StoreError};
use constat_shared::{Hash, Notice, PublishedNotice, SiteId, Timestamp};
use redis::Cmd;

impl NoticeStore for RedisStore {
    fn publish(&self, notice: &PublishedNotice, at: Timestamp) -> Result<(), StoreError> {
        self.cache.publish(&self.link.call(), notice, at)
    }

    fn notice(&self, hash: &Hash) -> Result<Option<Notice>, StoreError> {
        let json: Option<Vec<u8>> = self.link.call().ask(&Cmd::hget(key_names::notice(hash), "json"))?;
        json.map(|json| serde_json::from_slice(&json)).transpose().map_err(unreadable)
    }

    fn notices(&self) -> Result<Vec<(SiteId, Hash)>, StoreError> {
        let lines: Vec<String> = self.link.call().ask(&Cmd::lrange(key_names::NOTICES, 0, -1))?;
        lines.iter().map(|line| cache::read_line(line)).collect()
    }
}
