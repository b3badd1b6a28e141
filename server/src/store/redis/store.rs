//! Connects to a Redis and checks what is in it.

use super::connection::durability;
use super::connection::{Address, Link};
use super::data::cache::Cache;
use super::data::key_names;
use crate::store::StoreError;
use crate::store::error::unreadable;
use redis::Cmd;
use redis::cluster_routing::MultipleNodeRoutingInfo;
use std::time::Duration;

/// The version of the key names and value formats in Redis.
pub(super) const FORMAT: &str = "4";
/// The versions before: see `migration.rs`.
const FORMER: [&str; 3] = ["1", "2", "3"];

/// The store on Redis.
pub struct RedisStore {
    pub(super) link: Link,
    pub(super) cache: Cache,
}

impl RedisStore {
    /// Connects to a Redis and writes nothing. A change is durable once
    /// `min_replicas` have confirmed it.
    ///
    /// # Errors
    /// [`StoreError::Engine`] when Redis cannot be reached, is older than 7.0, or
    /// is a node of a cluster and the address does not name a cluster.
    pub fn reach(address: &Address, min_replicas: u32, deadline: Duration) -> Result<RedisStore, StoreError> {
        let link = Link::new(address, min_replicas, deadline)?;
        let primaries = MultipleNodeRoutingInfo::AllMasters;
        for (node, info) in link.call().ask_each(redis::cmd("INFO").arg("server"), &primaries)? {
            let info: String = redis::from_redis_value(info).map_err(unreadable)?;
            let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("");
            let version = field("redis_version:");
            let major: u32 = version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0);
            if major < 7 {
                let words = format!("{node} is version {version}: Redis 7.0 or newer is needed");
                return Err(StoreError::Engine(words));
            }
            if field("redis_mode:") == "cluster" && !link.is_cluster() {
                let words = "this Redis is a node of a cluster: write redis+cluster:// or rediss+cluster://";
                return Err(StoreError::Engine(words.to_owned()));
            }
        }
        Ok(RedisStore { link, cache: Cache::default() })
    }

    /// Whether there is a store in this Redis.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] when another version of Constat, or another program, wrote there.
    pub fn has_store(&self) -> Result<bool, StoreError> {
        Ok(self.format()?.is_some())
    }

    /// Whether there is a store of this version in this Redis.
    ///
    /// # Errors
    /// As [`RedisStore::has_store`].
    pub fn is_current(&self) -> Result<bool, StoreError> {
        Ok(self.format()?.is_some_and(|found| found == FORMAT))
    }

    /// The version of what is in this Redis; `None` when it is empty.
    fn format(&self) -> Result<Option<String>, StoreError> {
        let (call, mut key_count) = (self.link.call(), 0);
        // Count first: a server that creates the store at the same time writes the version first.
        for (_, keys) in call.ask_each(&redis::cmd("DBSIZE"), &MultipleNodeRoutingInfo::AllMasters)? {
            key_count += redis::from_redis_value::<u64>(keys).map_err(unreadable)?;
        }
        match call.ask::<Option<String>>(&Cmd::get(key_names::VERSION))? {
            Some(found) if found == FORMAT || FORMER.contains(&found.as_str()) => Ok(Some(found)),
            Some(found) => {
                let words = format!("its format has version {found}, this one reads {FORMAT}");
                Err(StoreError::Unreadable(words))
            }
            None if key_count > 0 => {
                let words = format!("keys that are not Constat's ({key_count}): name an empty Redis");
                Err(StoreError::Unreadable(words))
            }
            None => Ok(None),
        }
    }

    /// Creates a store when there is none, and carries one of an earlier format over.
    ///
    /// # Errors
    /// As [`RedisStore::has_store`], and when a server of an earlier version is connected.
    pub fn make(&self) -> Result<(), StoreError> {
        match self.format()? {
            Some(found) if found == FORMAT => Ok(()),
            Some(former) => self.migrate(former == FORMER[0]),
            None => {
                let mut set = redis::cmd("SET");
                let set = set.arg(key_names::VERSION).arg(FORMAT).arg("NX");
                self.link.call().ask::<redis::Value>(set).map(drop)
            }
        }
    }

    /// Checks that this Redis does not lose what it has confirmed.
    ///
    /// # Errors
    /// [`StoreError::WouldLose`], which names the setting.
    pub fn check_durability(&self, min_replicas: u32) -> Result<(), StoreError> {
        durability::check(&self.link, min_replicas)
    }
}
