//! Public keys in Redis.

use super::data::key_names;
use super::scripts::ADD;
use super::store::RedisStore;
use crate::store::error::unreadable;
use crate::store::{KeyStore, StoreError};
use constat_shared::{Jwk, Timestamp};
use redis::Cmd;

impl KeyStore for RedisStore {
    fn keys(&self) -> Result<Vec<Jwk>, StoreError> {
        let lines: Vec<String> = self.link.call().ask(&Cmd::lrange(key_names::KEYS, 0, -1))?;
        let read = |line: String| {
            let (_, jwk) = line.split_once(' ').ok_or_else(|| unreadable("a key has no date"))?;
            serde_json::from_str(jwk).map_err(unreadable)
        };
        lines.into_iter().map(read).collect()
    }

    fn add_key(&self, key: &Jwk, at: Timestamp) -> Result<(), StoreError> {
        let jwk = serde_json::to_string(key).map_err(unreadable)?;
        let add = ADD.on(key_names::KEYS.as_bytes()).arg(&key.kid).arg(format!("{at} {jwk}"));
        self.link.call().run::<u64>(&add).map(drop)
    }
}
