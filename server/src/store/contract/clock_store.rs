//! What every store does with the times by which a clock is judged.

use super::sample::{self, entry, notice, publish, purge, record_of, request};
use crate::clock::{StoreTimes, now};
use crate::store::Store;
use constat_shared::log::PurgeReason;
use constat_shared::{Action, LogId, LogShards, Month, Record, Timestamp};

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn newest(store: &dyn Store) -> Option<Timestamp> {
    store.times().unwrap().newest
}

/// Also when they come out of order; a repetition, an erasure and an expiry do not raise it.
pub fn the_newest_time_rises_with_what_is_written_and_never_falls(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let record = |time| record_of(request(&notice, Action::RefuseAll), &notice, at(time));
    let append = |record: &Record| store.append(&[entry(record)]).unwrap();
    assert_eq!(newest(store), None);
    let first = record("2020-03-01T09:30:00Z");
    append(&first);
    assert_eq!(newest(store), Some(first.recorded_at));
    append(&record("2020-02-01T09:30:00Z"));
    append(&Record { recorded_at: at("2020-05-01T09:30:00Z"), ..first.clone() });
    assert_eq!(newest(store), Some(first.recorded_at));
    let written = at("2020-04-01T00:00:00Z");
    let log = LogId::first(notice.site.clone(), Month::of(written), LogShards::ONE);
    store.append_entry(&log, &purge(&notice, written, PurgeReason::Expired, "2026-03", 0)).unwrap();
    assert_eq!(newest(store), Some(written));
    let later = at("2021-12-01T00:00:00Z");
    assert_eq!(sample::erase(store, &notice.site, &first.consent_id, later).unwrap(), 1);
    assert_eq!(store.expire(later).unwrap(), 1);
    assert_eq!(newest(store), Some(written));
}

/// A single record of a wrong clock would otherwise stop the log until then.
pub fn a_record_of_the_future_raises_the_newest_time_to_now_at_most(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let late = Timestamp::from_unix_ms(now().unix_ms() + 86_400_000);
    store.append(&[entry(&record_of(request(&notice, Action::RefuseAll), &notice, late))]).unwrap();
    assert!(newest(store).unwrap() <= now());
}

/// To an earlier time too.
pub fn the_operator_s_word_replaces_the_newest_time(store: &dyn Store) {
    let notice = notice("boreale");
    publish(store, &notice);
    let record = record_of(request(&notice, Action::RefuseAll), &notice, at("2020-03-01T09:30:00Z"));
    store.append(&[entry(&record)]).unwrap();
    let word = Some(at("2019-01-01T00:00:00Z"));
    store.set_times(&StoreTimes { newest: word, accepted_at: word, engine_now: None }).unwrap();
    let times = store.times().unwrap();
    assert_eq!((times.newest, times.accepted_at), (word, word));
    store.set_times(&StoreTimes::default()).unwrap();
    assert_eq!((newest(store), store.times().unwrap().accepted_at), (word, word));
    let next = record_of(request(&notice, Action::RefuseAll), &notice, at("2019-01-02T00:00:00Z"));
    store.append(&[entry(&next)]).unwrap();
    assert_eq!(newest(store), Some(next.recorded_at));
}
