//! Redis' own clock, the one of the server, and stores of format 1.

use super::steps::{append, open, published, record};
use crate::cli::DEADLINE;
use crate::clock::{ClockError, TOLERANCE_MS, now};
use crate::store::redis::data::key_names::Tag;
use crate::store::redis::scripts::APPEND;
use crate::store::redis::{Address, RedisStore};
use crate::store::{
    Appended, ClockStore, IdRange, LogStore, RecordFilter, RecordStore, StoreError, contract,
};
use constat_shared::{Record, Timestamp};
use constat_testkit::redis::Redis;
use redis::Value;

/// Runs Lua on every key of records and histories.
fn on_records(redis: &Redis, command: &str) -> String {
    let code = format!(
        "local all = {{}} for _, of in ipairs({{'r', 'h'}}) do \
         for _, key in ipairs(redis.call('KEYS', '{{boreale}}' .. of .. '*')) do \
         all[#all + 1] = {command} end end return all"
    );
    redis.ask(&["EVAL", &code, "0"])
}

#[test]
fn redis_deletes_no_record_by_its_own_clock() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let notice = published(&store);
    let due = Record { expires_at: Timestamp::from_unix_ms(now().unix_ms() - 1), ..record(&notice) };
    assert_eq!(append(&store, &due).unwrap(), Appended::Stored(0));
    let placed = crate::store::PlacedRecord { leaf_index: 1, entry: contract::entry(&record(&notice)) };
    crate::store::CopyStore::put_records(&store, &[placed]).unwrap();
    assert!(contract::found(&store, &due).is_some());
    assert_eq!(on_records(&redis, "redis.call('PEXPIRETIME', key)"), "-1\n".repeat(4));
}

#[test]
fn a_server_ahead_of_redis_or_behind_the_shard_stores_nothing() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let notice = published(&store);
    let ahead = now().unix_ms() + TOLERANCE_MS + 60_000;
    let log = contract::log_of(&record(&notice));
    let call = APPEND.on(Tag::of(&log).bytes()).arg(ahead).arg(TOLERANCE_MS).arg(ahead).arg(0).arg(0).arg(0);
    let answer: Value = store.link.call().run(&call).unwrap();
    assert!(matches!(&answer, Value::SimpleString(words) if words.starts_with("AHEAD ")), "{answer:?}");
    redis.ask(&["SET", "{boreale}newest", &ahead.to_string()]);
    let refused = append(&store, &record(&notice)).unwrap_err();
    let StoreError::Clock(ClockError::Behind { newest, .. }) = refused else { panic!("{refused}") };
    assert_eq!(newest.unix_ms(), ahead);
    assert_eq!(store.head(&log).unwrap(), None);
}

#[test]
fn a_store_of_format_1_is_carried_over_while_no_other_server_is_connected() {
    let redis = Redis::start();
    let earlier = open(&redis.url(), 0);
    let notice = published(&earlier);
    let stored = record(&notice);
    append(&earlier, &stored).unwrap();
    on_records(&redis, "redis.call('PEXPIRE', key, 86400000)");
    redis.ask(&["DEL", "{boreale}newest"]);
    redis.ask(&["SET", "version", "1"]);
    let store = RedisStore::reach(&Address::parse(&redis.url()).unwrap(), 0, DEADLINE).unwrap();
    assert!(store.has_store().unwrap(), "it can be read");
    let refused = store.make().unwrap_err().to_string();
    assert!(refused.contains("stop every server"), "{refused}");
    assert_eq!(redis.ask(&["GET", "version"]).trim(), "1");
    drop(earlier);
    redis.ask(&["CLIENT", "KILL", "TYPE", "NORMAL"]);
    store.make().unwrap();
    assert_eq!(on_records(&redis, "redis.call('PEXPIRETIME', key)"), "-1\n".repeat(2));
    assert_eq!(store.times().unwrap().newest, Some(stored.recorded_at));
    assert_eq!(redis.ask(&["GET", "version"]).trim(), "4");
    assert_eq!(is_indexed(&store, &stored), (true, true));
}

/// Whether a record is found by its time, and by the digits of its consent id.
fn is_indexed(store: &RedisStore, record: &Record) -> (bool, bool) {
    let all = RecordFilter::of_time(Timestamp::from_unix_ms(0), Timestamp::from_unix_ms(i64::MAX));
    let id = *record.consent_id.as_bytes();
    let ids = store.consent_ids(&record.site, &IdRange { first: id, last: id }, 5).unwrap();
    let page = store.page(&record.site, &all, None, 5).unwrap();
    (page.records.contains(record), ids.contains(&record.consent_id))
}

#[test]
fn a_store_of_format_2_or_3_gets_the_indexes_and_keeps_its_newest_time() {
    for format in ["2", "3"] {
        let redis = Redis::start();
        let earlier = open(&redis.url(), 0);
        let notice = published(&earlier);
        let stored = record(&notice);
        append(&earlier, &stored).unwrap();
        let first =
            "for _, key in ipairs(redis.call('KEYS', '{boreale}[ct]*')) do redis.call('DEL', key) end";
        redis.ask(&["EVAL", first, "0"]);
        if format == "3" {
            redis.ask(&["ZADD", "{boreale}t", "5", "a member of another form"]);
        } else {
            assert_eq!(is_indexed(&earlier, &stored), (false, false));
        }
        redis.ask(&["SET", "{boreale}newest", "7"]);
        redis.ask(&["SET", "version", format]);
        drop(earlier);
        redis.ask(&["CLIENT", "KILL", "TYPE", "NORMAL"]);
        let store = RedisStore::reach(&Address::parse(&redis.url()).unwrap(), 0, DEADLINE).unwrap();
        store.make().unwrap();
        assert_eq!(is_indexed(&store, &stored), (true, true));
        assert_eq!(redis.ask(&["ZCARD", "{boreale}t"]).trim(), "1");
        assert_eq!(redis.ask(&["GET", "version"]).trim(), "4");
        assert_eq!(redis.ask(&["GET", "{boreale}newest"]).trim(), "7");
    }
}
