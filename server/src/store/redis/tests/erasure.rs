//! What an erasure leaves in Redis.

use super::steps::{open, published, record};
use crate::store::contract::{append, erase};
use crate::store::{Holder, RecordStore};
use constat_testkit::redis::Redis;

/// How many keys have these bytes in their name or in what they hold.
fn keys_with(redis: &Redis, bytes: &[u8]) -> String {
    let escaped: String = bytes.iter().map(|byte| format!("\\{byte:03}")).collect();
    let code = format!(
        "local wanted, count = '{escaped}', 0 \
         local function has(value) \
           if type(value) == 'string' then return string.find(value, wanted, 1, true) end \
           if type(value) == 'table' then for _, one in ipairs(value) do if has(one) then return true end end end \
         end \
         local read = {{ string = {{'GET'}}, hash = {{'HGETALL'}}, zset = {{'ZRANGE', 0, -1}}, \
           list = {{'LRANGE', 0, -1}}, set = {{'SMEMBERS'}} }} \
         for _, key in ipairs(redis.call('KEYS', '*')) do \
           local how = read[redis.call('TYPE', key).ok] \
           if has(key) or has(redis.call(how[1], key, unpack(how, 2))) then count = count + 1 end \
         end return count"
    );
    redis.ask(&["EVAL", &code, "0"]).trim().to_owned()
}

#[test]
fn an_erased_consent_id_is_in_no_key_and_in_no_value() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let notice = published(&store);
    let (gone, stays) = (record(&notice), record(&notice));
    append(&store, &[gone.clone(), stays.clone()]).unwrap();
    // The record, its history, the indexes of expiries, of times, and of ids.
    assert_eq!(keys_with(&redis, gone.consent_id.as_bytes()), "5");
    assert_eq!(erase(&store, &notice.site, &gone.consent_id, gone.recorded_at).unwrap(), 1);
    assert_eq!(keys_with(&redis, gone.consent_id.as_bytes()), "0");
    assert_eq!(keys_with(&redis, gone.consent_id.to_string().as_bytes()), "0");
    assert_eq!(keys_with(&redis, stays.consent_id.as_bytes()), "5");
}

/// Changes a byte of the only record; beyond its end, cuts the record off.
const CHANGE: &str = "local key, at = redis.call('KEYS', '{boreale}r*')[1], tonumber(ARGV[1]) \
    local bytes = redis.call('GET', key) \
    if at < #bytes then redis.call('SETRANGE', key, at, string.char(255 - string.byte(bytes, at + 1))) \
    else redis.call('SET', key, string.sub(bytes, 1, at % #bytes)) end";

#[test]
fn a_record_with_a_changed_byte_is_erased_from_every_key() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let notice = published(&store);
    for at in 0..150 {
        let gone = record(&notice);
        append(&store, std::slice::from_ref(&gone)).unwrap();
        redis.ask(&["EVAL", CHANGE, "0", &at.to_string()]);
        // As the data protection officer: the secret of the visitor may be among the changed bytes.
        let by = Holder::Receipt(gone.event_id);
        let erased = store.erase(&notice.site, &gone.consent_id, by, gone.recorded_at).unwrap();
        assert_eq!(erased, Some(1), "byte {at}");
        assert_eq!(keys_with(&redis, gone.consent_id.as_bytes()), "0", "byte {at}");
        assert_eq!(keys_with(&redis, gone.event_id.as_bytes()), "0", "byte {at}");
    }
}
