//! Two servers on one Redis that is killed, stopped or full.

use crate::fleet::{Fleet, ROUNDS};
use constat_testkit::redis::Redis;
use constat_tests::moments::Moments;
use rustix::process::Signal;
use std::time::Duration;

/// When the fault comes, in milliseconds after the first visitor.
const FAULT_MS: std::ops::Range<u64> = 50..300;

async fn sleep_ms(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_loses_nothing_and_the_other_goes_on() {
    let mut moments = Moments::of_this_run();
    let redis = Redis::start();
    let mut fleet = Fleet::start(1, &redis.url(), &[]).await;
    let mut cut_count = 0;
    for _ in 0..ROUNDS {
        let (ms, victim) = (moments.within(FAULT_MS), moments.within(0..2) as usize);
        let outcome = fleet
            .round(async |fleet| {
                sleep_ms(ms).await;
                fleet.kill(victim);
                sleep_ms(100).await;
                fleet.restart(victim);
                format!("server {victim} killed after {ms} ms")
            })
            .await;
        assert_eq!(outcome.lost, [""; 0]);
        assert_eq!(outcome.refused_count, 0, "the other server refuses nobody");
        cut_count += outcome.cut_count;
    }
    assert!(cut_count > 0, "no visitor noticed anything");
    fleet.end("kill -9 of a server");
}

/// Kills Redis under load and starts it again, in every round.
async fn kill_redis(fleet: &mut Fleet, redis: &mut Redis, moments: &mut Moments) -> Vec<String> {
    let ms = moments.within(FAULT_MS);
    // What earlier rounds wrote is in the file before this one begins.
    while !redis.ask(&["INFO", "persistence"]).contains("aof_buffer_length:0\r\n") {
        sleep_ms(20).await;
    }
    let outcome = fleet
        .round(async |fleet| {
            sleep_ms(ms).await;
            redis.kill();
            let why = fleet.not_ready(0).await;
            fleet.not_ready(1).await;
            redis.restart();
            format!("Redis killed after {ms} ms ({why})")
        })
        .await;
    assert_eq!(outcome.cut_count, 0, "the servers live on");
    outcome.lost
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_redis_that_syncs_always_has_every_acknowledged_record() {
    let mut moments = Moments::of_this_run();
    let mut redis = Redis::start();
    let mut fleet = Fleet::start(1, &redis.url(), &[]).await;
    for _ in 0..ROUNDS {
        assert_eq!(kill_redis(&mut fleet, &mut redis, &mut moments).await, [""; 0]);
    }
    fleet.end("kill -9 of Redis, appendfsync always");
}

/// Redis may hold writes back while it syncs those of the second before; a
/// killed process loses them. The log stays intact, and so does what was
/// acknowledged before the last round.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_redis_that_syncs_every_second_loses_its_last_records_at_most() {
    let mut moments = Moments::of_this_run();
    let mut redis = Redis::start_with(&["--appendonly", "yes", "--appendfsync", "everysec"]);
    let mut fleet = Fleet::start(1, &redis.url(), &["--accept-data-loss"]).await;
    for _ in 0..ROUNDS {
        // The audit of the round finds everything that was sent before it.
        kill_redis(&mut fleet, &mut redis, &mut moments).await;
    }
    fleet.end("kill -9 of Redis, appendfsync everysec");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_stands_still_is_answered_for_in_time_and_loses_nothing() {
    let mut moments = Moments::of_this_run();
    let redis = Redis::start();
    let mut fleet = Fleet::start(1, &redis.url(), &[]).await;
    for _ in 0..ROUNDS {
        let (ms, still_ms) = (moments.within(FAULT_MS), moments.within(2100..2600));
        let outcome = fleet
            .round(async |fleet| {
                sleep_ms(ms).await;
                redis.signal(Signal::STOP);
                let (why, _, ()) = tokio::join!(fleet.not_ready(0), fleet.not_ready(1), sleep_ms(still_ms));
                redis.signal(Signal::CONT);
                format!("Redis stopped after {ms} ms for {still_ms} ms ({why})")
            })
            .await;
        assert_eq!(outcome.lost, [""; 0]);
        assert_eq!(outcome.cut_count, 0, "the servers live on");
        assert!(outcome.refused_count > 0, "nobody was refused");
    }
    fleet.end("SIGSTOP of Redis");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_redis_is_refused_until_it_has_room() {
    let mut moments = Moments::of_this_run();
    let redis = Redis::start();
    let mut fleet = Fleet::start(1, &redis.url(), &[]).await;
    for _ in 0..ROUNDS {
        let room = moments.within(10_000..150_000);
        let outcome = fleet
            .round(async |fleet| {
                redis.ask(&["CONFIG", "SET", "maxmemory", &(redis.used_bytes() + room).to_string()]);
                // The visitors fill it.
                let why = fleet.not_ready(0).await;
                assert!(why.contains("maxmemory"), "{why}");
                fleet.not_ready(1).await;
                // Readiness ends a little before the last record has found room.
                redis.ask(&["CONFIG", "SET", "maxmemory", &(redis.used_bytes() / 2).to_string()]);
                sleep_ms(100).await;
                redis.ask(&["CONFIG", "SET", "maxmemory", "0"]);
                format!("Redis had {room} bytes left ({why})")
            })
            .await;
        assert_eq!(outcome.lost, [""; 0]);
        assert_eq!(outcome.cut_count, 0, "the servers live on");
        assert!(outcome.refused_count > 0, "nobody was refused");
    }
    fleet.end("maxmemory reached");
}
