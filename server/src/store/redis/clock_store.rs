//! The times in Redis: a newest time for each shard, and the clocks of the primaries.

use super::data::key_names;
use super::store::RedisStore;
use crate::clock::StoreTimes;
use crate::store::error::unreadable;
use crate::store::{ClockStore, StoreError};
use constat_shared::Timestamp;
use redis::Cmd;
use redis::cluster_routing::MultipleNodeRoutingInfo;

impl ClockStore for RedisStore {
    fn times(&self) -> Result<StoreTimes, StoreError> {
        let call = self.link.call();
        let newest: Vec<_> = self.cache.tags(&call)?.iter().map(|tag| Cmd::get(tag.newest())).collect();
        let newest: Vec<Option<i64>> = call.ask_all(&newest)?;
        let accepted_at: Option<i64> = call.ask(&Cmd::get(key_names::CLOCK_ACCEPTED))?;
        let mut engine_now = None;
        for (_, time) in call.ask_each(&redis::cmd("TIME"), &MultipleNodeRoutingInfo::AllMasters)? {
            let (seconds, micros): (i64, i64) = redis::from_redis_value(time).map_err(unreadable)?;
            let now = Timestamp::from_unix_ms(seconds * 1000 + micros / 1000);
            engine_now = Some(engine_now.map_or(now, |earliest: Timestamp| earliest.min(now)));
        }
        let newest = newest.into_iter().flatten().max().map(Timestamp::from_unix_ms);
        Ok(StoreTimes { newest, accepted_at: accepted_at.map(Timestamp::from_unix_ms), engine_now })
    }

    fn set_times(&self, times: &StoreTimes) -> Result<(), StoreError> {
        if let Some(newest) = times.newest {
            for tag in self.cache.tags(&self.link.call())? {
                self.link.call().change(&Cmd::set(tag.newest(), newest.unix_ms()))?;
            }
        }
        match times.accepted_at {
            Some(at) => self.link.call().change(&Cmd::set(key_names::CLOCK_ACCEPTED, at.unix_ms())),
            None => Ok(()),
        }
    }
}
