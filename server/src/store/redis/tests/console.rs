//! What the console keeps, and faults of Redis.

use super::steps::{holds, open};
use crate::clock;
use crate::store::contract::account_store::document;
use crate::store::contract::trail_store::{append_trail, three_months, trail_entry};
use crate::store::contract::{consent_id, month};
use crate::store::redis::data::key_names::CONSOLE;
use crate::store::redis::scripts::{APPEND_TO_TRAIL, PUT_DOCUMENT};
use crate::store::{AccountStore, Document, DocumentKind, RecordStore, TrailStore};
use constat_testkit::redis::Redis;
use std::time::{Duration, Instant};

#[test]
fn a_call_whose_answer_was_lost_gets_the_first_answer() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let put = |token: &str| {
        let put = PUT_DOCUMENT.on(CONSOLE.as_bytes()).arg(token).arg("link").arg("a hash").arg(1);
        store.link.call().run::<i64>(&put.arg("-").arg("{}").arg(10)).unwrap()
    };
    assert_eq!([put("one"), put("one"), put("two"), put("one")], [1, 1, 0, 1]);
    let append = |token: &str| {
        let append = APPEND_TO_TRAIL.on(CONSOLE.as_bytes()).arg(token).arg("2026-03").arg(0).arg(1);
        store.link.call().run::<i64>(&append.arg("1 {}").arg("").arg("").arg("a head")).unwrap()
    };
    assert_eq!([append("three"), append("three"), append("four")], [1, 1, 0]);
}

#[test]
fn the_bytes_of_what_went_are_in_no_file_after_the_job() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let gone = consent_id();
    append_trail(&store, &[trail_entry(0, "2026-03-01T09:30:00Z", Some(gone))]);
    assert!(store.put_document(&document(DocumentKind::Account, "ada@example.org", "her secrets")).unwrap());
    let markers = [gone.to_string(), "her secrets".to_owned()];
    assert!(markers.iter().all(|marker| holds(&redis, marker.as_bytes())));
    assert_eq!(store.forget_in_trail(&gone).unwrap(), 1);
    assert!(store.remove_document(DocumentKind::Account, "ada@example.org").unwrap());
    store.expire(clock::now()).unwrap();
    let start = Instant::now();
    while markers.iter().any(|marker| holds(&redis, marker.as_bytes())) {
        assert!(start.elapsed() < Duration::from_secs(20), "{}", redis.log());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(redis.ask(&["EXISTS", "{.console}rewrite"]).trim(), "0");
}

#[test]
fn a_month_whose_deletion_was_cut_off_is_gone_at_once_and_its_rest_with_the_next_run() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let entries = three_months();
    append_trail(&store, &entries);
    let february = month("2026-02").to_string();
    let segment = redis.ask(&["HGET", "{.console}segments", &february]);
    let dropped = segment.trim_end().replacen("0 2 0", "0 2 1", 1) + "\n";
    redis.ask(&["HSET", "{.console}segments", &february, &dropped]);
    redis.ask(&["HDEL", &format!("{{.console}}trail:{february}"), "0", "0 t"]);
    assert_eq!(store.trail(0, 10).unwrap(), entries[2..]);
    assert!(store.drop_trail_segment(month("2026-02")).unwrap());
    assert!(!store.drop_trail_segment(month("2026-02")).unwrap());
    assert_eq!(redis.ask(&["EXISTS", &format!("{{.console}}trail:{february}")]).trim(), "0");
    assert!(store.trail_segments().unwrap()[0].is_dropped);
}

#[test]
fn a_trail_whose_tail_was_deleted_does_not_grow_over_the_gap() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let entries = three_months();
    append_trail(&store, &entries);
    for entry in &entries[2..] {
        redis.ask(&["DEL", &format!("{{.console}}trail:{}", constat_shared::Month::of(entry.at))]);
    }
    for entry in &entries[2..] {
        assert!(!store.append_to_trail(entry, &"a shorter head".into()).unwrap());
    }
    append_trail(&store, &[trail_entry(4, "2026-06-01T09:30:00Z", None)]);
    let indexes: Vec<_> = store.trail(0, 10).unwrap().into_iter().map(|entry| entry.index).collect();
    assert_eq!(indexes, [0, 1, 4]);
}

#[test]
fn a_full_redis_ends_sessions_and_forgets() {
    let redis = Redis::start();
    let store = open(&redis.url(), 0);
    let entries = three_months();
    append_trail(&store, &entries);
    let session = |id: &str| document(DocumentKind::Session, id, "{}");
    let ending = Document { ends_at: Some(clock::now()), ..session("ending") };
    for put in [&session("removed"), &ending] {
        assert!(store.put_document(put).unwrap());
    }
    redis.ask(&["CONFIG", "SET", "maxmemory", "1"]);
    redis.ask(&["SCRIPT", "FLUSH"]);
    assert!(store.put_document(&session("refused")).unwrap_err().to_string().contains("Redis is full"));
    assert!(store.remove_document(DocumentKind::Session, "removed").unwrap());
    assert_eq!(store.expire_documents(clock::now()).unwrap(), 1);
    assert_eq!(store.forget_in_trail(&entries[0].consent_id.unwrap()).unwrap(), 1);
    assert!(store.drop_trail_segment(month("2026-02")).unwrap());
    assert_eq!(store.documents(DocumentKind::Session).unwrap(), []);
}
