//! Carries a store of an earlier format over. In format 1, Redis itself deleted
//! expired records, by its own clock, and no newest time was kept. Format 2 had no
//! index of times and none of consent ids; in format 3 the members of that of times
//! did not have the times themselves.

use super::data::expiry_index;
use super::data::key_names;
use super::scripts::{CARRY, RAISE};
use super::store::{FORMAT, RedisStore};
use crate::store::{LogStore, StoreError};
use redis::Cmd;

impl RedisStore {
    /// Takes the expiry from every record and adds it to the indexes; for format 1 also
    /// finds the newest time, which in format 2 the operator may have set. Each step may
    /// be repeated: a migration that was cut off begins again.
    ///
    /// # Errors
    /// [`StoreError::Engine`] when another process that changes this Redis is connected:
    /// a server of the earlier version would go on writing its format.
    pub(super) fn migrate(&self, finds_newest: bool) -> Result<(), StoreError> {
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
            self.link.call().change(&Cmd::unlink(tag.times()))?;
            expiry_index::each_page(&self.link, &tag, |members| {
                let script = CARRY.on(tag.bytes()).arg(u8::from(finds_newest));
                let script = members.iter().fold(script, |script, it| script.arg(it.bytes()));
                self.link.call().run::<u64>(&script).map(drop)
            })?;
        }
        for log in if finds_newest { self.logs()? } else { Vec::new() } {
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
