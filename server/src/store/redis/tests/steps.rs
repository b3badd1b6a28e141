//! Steps of the tests of the store on Redis.

use crate::cli::DEADLINE;
use crate::clock;
use crate::store::redis::{Address, RedisStore};
use crate::store::{Appended, NoticeStore, RecordStore, StoreError, contract};
use constat_shared::{Action, PublishedNotice, Record};
use constat_testkit::redis::Redis;
use std::time::{Duration, Instant};

/// More than the time of a call, also on a busy machine.
const CALL_MAX: Duration = Duration::from_secs(3);

/// Opens the store at an address, and creates it when there is none.
pub fn open(url: &str, min_replicas: u32) -> RedisStore {
    let store = RedisStore::reach(&Address::parse(url).unwrap(), min_replicas, DEADLINE).unwrap();
    store.make().unwrap();
    store
}

pub fn published(store: &RedisStore) -> PublishedNotice {
    let notice = contract::notice("boreale");
    store.publish(&notice, clock::now()).unwrap();
    notice
}

pub fn record(notice: &PublishedNotice) -> Record {
    let request = contract::request(notice, Action::RefuseAll);
    contract::record_of(request, notice, clock::now())
}

pub fn append(store: &RedisStore, record: &Record) -> Result<Appended, StoreError> {
    store.append(&[contract::entry(record)]).map(|mut appended| appended.remove(0))
}

/// Repeats an append until it succeeds, as a browser does.
pub fn append_at_last(store: &RedisStore, record: &Record) -> Appended {
    let start = Instant::now();
    loop {
        match append(store, record) {
            Ok(appended) => return appended,
            Err(error) => assert!(start.elapsed() < Duration::from_secs(20), "{error}"),
        }
    }
}

pub fn fails_in_time(store: &RedisStore, record: &Record) -> String {
    let start = Instant::now();
    let error = append(store, record).unwrap_err().to_string();
    assert!(start.elapsed() < CALL_MAX, "{:?} for {error}", start.elapsed());
    error
}

/// Whether a file of Redis has these bytes.
pub fn holds(redis: &Redis, marker: &[u8]) -> bool {
    let files = std::fs::read_dir(redis.dir().join("appendonlydir")).unwrap();
    // Redis may remove a file during the search.
    files
        .filter_map(|file| std::fs::read(file.unwrap().path()).ok())
        .any(|bytes| bytes.windows(marker.len()).any(|window| window == marker))
}
