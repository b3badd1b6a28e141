//! Carries a store of format 1 over to format 2. In format 1, Redis itself deleted
//! expired records, by its own clock, and no newest time was kept.

use super::data::expiry_index;
use super::data::key_names;
use super::scripts::{PERSIST, RAISE};
use super::store::{FORMAT, RedisStore};
use crate::store::{LogStore, StoreError};
use redis::Cmd;

impl RedisStore {
    /// Takes the expiry from every record, and finds the newest time. Each step may be
    /// repeated: a migration that was cut off begins again.
    ///
    /// # Errors
    /// [`StoreError::Engine`] when another process that changes this Redis is connected:
    /// a server of the earlier version would go on writing format 1.
    pub(super) fn migrate(&self) -> Result<(), StoreError> {
        // An account that may not list the connections is trusted, as by `constat copy`.
        let others = self.writing_clients().unwrap_or_default();
        if !others.is_empty() {
            let words = format!(
                "a server of an earlier version is connected to Redis ({}): stop every server, then start the new one",
                others.join(", ")
            );
            return Err(StoreError::Engine(words));
        }
        for tag in self.cache.tags(&self.link.call())? {
            expiry_index::each_page(&self.link, &tag, |members| {
                let script =
                    members.iter().fold(PERSIST.on(tag.bytes()), |script, it| script.arg(it.bytes()));
                self.link.call().run::<u64>(&script).map(drop)
            })?;
        }
        for log in self.logs()? {
            let entries = self.operator_entries(&log)?;
            let Some(newest) = entries.iter().filter_map(|(_, entry)| entry.written_at()).max() else {
                continue;
            };
            let tag = key_names::Tag::of(&log);
            self.link.call().run::<u64>(&RAISE.on(tag.bytes()).arg(newest.unix_ms()))?;
        }
        self.link.call().change(&Cmd::set(key_names::VERSION, FORMAT))
    }
}
