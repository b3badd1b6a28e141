//! Multiplies the records of a store: copies of one record with new ids, spread over the months before it.
//! The logs do not contain them, so such a store is good for look-ups, searches and inserts only.

use constat_testkit::redis::Redis;
use rusqlite::{Connection, params};
use std::io;
use std::path::Path;

/// Over how long before the record its copies are spread: less than the demo keeps records.
const SPAN_MS: u64 = 300 * 24 * 60 * 60 * 1000;
/// How many rows are added in one commit.
const CHUNK: u64 = 100_000;
/// How many copies one script makes in Redis.
pub const REDIS_CHUNK: u64 = 20_000;

/// Multiplies the rows of a store at rest until there are so many.
///
/// # Errors
/// When the store cannot be written.
pub fn in_sqlite(data: &Path, records: u64) -> io::Result<()> {
    multiply_rows(&data.join("constat.db"), records).map_err(io::Error::other)
}

fn multiply_rows(database: &Path, records: u64) -> rusqlite::Result<()> {
    let mut store = Connection::open(database)?;
    // After a crash of the machine nobody needs it.
    store.pragma_update(None, "synchronous", "OFF")?;
    let have: i64 = store.query_row("SELECT count(*) FROM records", [], |row| row.get(0))?;
    let missing = records.saturating_sub(have.unsigned_abs());
    let newest = "SELECT event_id, recorded_at FROM records ORDER BY expires_at DESC LIMIT 1";
    let (model, recorded_at): ([u8; 16], i64) =
        store.query_row(newest, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for first in (0..missing).step_by(CHUNK as usize) {
        let transaction = store.transaction()?;
        let mut copy = transaction.prepare_cached(
            "INSERT INTO records SELECT ?1, shard, ?2, previous_event_id, notice, action, layer, language, categories,
               vendors, gpc, dnt, recorded_at - ?3, choice_expires_at - ?3, expires_at - ?3, commitment_key, log,
               leaf_index, holder
             FROM records WHERE event_id = ?4",
        )?;
        for number in first..missing.min(first + CHUNK) {
            let before_ms = before_ms(number, missing);
            let at_ms = recorded_at.unsigned_abs().saturating_sub(before_ms);
            let [event, consent] = [1, 2].map(|kind| id(at_ms, kind, number));
            copy.execute(params![event, consent, before_ms.cast_signed(), model])?;
        }
        drop(copy);
        transaction.commit()?;
    }
    Ok(())
}

/// How long before the record its copy of that number was made: the first one the longest.
fn before_ms(number: u64, count: u64) -> u64 {
    ((count - number) as f64 * (SPAN_MS as f64 / count as f64)) as u64
}

/// A UUIDv7 of that moment.
fn id(at_ms: u64, kind: u8, number: u64) -> [u8; 16] {
    let mut rest = [kind; 10];
    rest[2..].copy_from_slice(&number.to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(at_ms, &rest).into_uuid().into_bytes()
}

/// As [`in_sqlite`], in a Redis that holds the site of this name and so many records. From here on it
/// writes no append-only file, for which there is no room.
///
/// # Errors
/// When Redis does not do it.
pub fn in_redis(redis: &Redis, site: &str, have: u64, records: u64) -> io::Result<()> {
    redis.ask(&["CONFIG", "SET", "appendonly", "no"]);
    let missing = records.saturating_sub(have);
    for first in (0..missing).step_by(REDIS_CHUNK as usize) {
        chunk_in_redis(redis, site, (first, REDIS_CHUNK.min(missing - first), missing), true)?;
    }
    Ok(())
}

/// Makes some of the copies, of which there will be so many; with the indexes of searches or without.
///
/// # Errors
/// As [`in_redis`].
pub fn chunk_in_redis(
    redis: &Redis,
    site: &str,
    (first, count, of): (u64, u64, u64),
    is_indexed: bool,
) -> io::Result<()> {
    macro_rules! script {
        ($index:literal) => {
            concat!(
                "#!lua\n",
                include_str!("../../../../server/src/store/redis/scripts/common.lua"),
                $index,
                include_str!("multiply.lua")
            )
        };
    }
    let script = if is_indexed { script!("") } else { script!("\nlocal function index() end\n") };
    let [first, count, of, span] = [first, count, of, SPAN_MS].map(|number| number.to_string());
    let made = redis.ask(&["EVAL", script, "1", &format!("{{{site}}}"), &first, &count, &of, &span]);
    if made.trim() != count {
        return Err(io::Error::other(format!("Redis made {made:?} copies of {count}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = include_str!("../../../../server/src/store/sqlite/schema.sql");

    #[test]
    fn rows_are_multiplied_to_the_number_asked_for_each_at_a_time_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("constat.db");
        let store = Connection::open(&path).unwrap();
        store.execute_batch(SCHEMA).unwrap();
        store
            .execute_batch(
                "INSERT INTO notices VALUES (1, x'01', x'02', 'boreale', 0, '{}');
                 INSERT INTO records VALUES (x'000102030405060708090a0b0c0d0e0f', 1, x'01', NULL, 1, 'save', 'banner',
                   'fr', '1', '1', 0, 0, 1780000000000, 1780000000001, 1780000000002, x'04', 1, 0, NULL);",
            )
            .unwrap();
        drop(store);
        multiply_rows(&path, 250).unwrap();
        let store = Connection::open(&path).unwrap();
        for what in ["event_id", "consent_id", "recorded_at", "expires_at"] {
            let distinct = format!("SELECT count(DISTINCT {what}) FROM records");
            assert_eq!(store.query_row(&distinct, [], |row| row.get(0)), Ok(250), "{what}");
        }
    }

    #[test]
    fn records_in_redis_are_multiplied_to_the_number_asked_for_with_their_indexes_or_without() {
        let redis = Redis::start();
        let (event, consent, expires) = ("e".repeat(16), "c".repeat(16), "9999999999999");
        redis.ask(&["SET", &format!("{{s}}r{event}"), &"b".repeat(100)]);
        redis.ask(&["ZADD", "{s}x", expires, &format!("mmm{event}{consent}")]);
        in_redis(&redis, "s", 1, 250).unwrap();
        let counts = || ["{s}x", "{s}t"].map(|key| redis.ask(&["ZCARD", key]).trim().to_owned());
        assert_eq!(counts(), ["250", "249"]);
        chunk_in_redis(&redis, "s", (249, 51, 1000), false).unwrap();
        assert_eq!(counts(), ["301", "249"]);
    }
}
