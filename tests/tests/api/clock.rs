//! A wrong clock records nothing and deletes nothing.

use constat_shared::{Record, Timestamp};
use constat_testkit::redis::Redis;
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Answer, Api, SITE, SITE_ORIGIN, get, notice_hash, post};
use constat_tests::server::Server;
use constat_tests::set_clock::{DAY, MINUTE, SetClock};
use constat_tests::sites::Sites;
use constat_tests::{consent, server};
use reqwest::Method;
use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

async fn answers(server: &Server, action: &str) -> Answer {
    post(server, &consent::request(&notice_hash(server).await, action)).await
}

fn recorded(answer: &Answer) -> Timestamp {
    assert_eq!(answer.status, 201, "{answer:?}");
    serde_json::from_value::<Record>(answer.json()["record"].clone()).unwrap().recorded_at
}

/// Nothing is recorded, and a visitor's browser and the operator are told so.
async fn refuses(server: &Server, code: &str, told: &[&str]) {
    let refused = answers(server, "refuse_all").await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "5"), "{refused:?}");
    refused.assert_problem("a wrong clock", code, "");
    let ready = get(server, "/readyz").await;
    assert_eq!(ready.status, 503, "{ready:?}");
    ready.assert_problem("a wrong clock", code, "");
    for word in told {
        assert!(ready.json()["detail"].as_str().unwrap().contains(word), "{word}: {ready:?}");
    }
}

async fn is_ready(server: &Server) {
    let start = Instant::now();
    while get(server, "/readyz").await.status != 200 {
        assert!(start.elapsed() < Duration::from_secs(20), "{}", server.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_start_500_days_ahead_deletes_nothing_and_records_nothing_until_the_clock_is_right() {
    let api = Api::start();
    let (record, receipt) = api.record("allow_all").await;
    let Api { server, sites, data, client } = api;
    assert!(server.stop());
    let clock = SetClock::ahead(500 * DAY);
    let server = clock.start(data.path(), &["--sites", sites.arg()]);
    server.logs("nothing is recorded and nothing deleted", 1).await;
    refuses(&server, "clock_ahead", &["500 days after", "constat clock accept", "--data"]).await;
    assert_eq!(get(&server, &format!("/v1/sites/{SITE}/consent.js")).await.status, 200);
    let api = Api { server, sites, data, client };
    assert_eq!(api.record_count(), 1);
    let id = record.consent_id.to_string();
    assert_eq!(api.history(Method::GET, &id, &receipt).await.status, 200, "no receipt has ended");
    for args in [&["keys", "rotate"][..], &["snapshot"]] {
        let refused = clock.run(&[args, &["--data", text(api.data.path())]].concat());
        assert!(!refused.status.success() && words(&refused).contains("500 days after"), "{args:?}");
    }
    let from = format!("sqlite:{}", text(api.data.path()));
    clock.set(0);
    api.server.logs("the clock is right again", 1).await;
    assert_eq!(api.post(&api.consent("refuse_all").await).await.status, 201);
    assert_eq!(api.record_count(), 2);
    assert!(!api.server.log().contains("a log was dropped"), "{}", api.server.log());
    assert!(api.server.stop());
    clock.set(500 * DAY);
    let target = tempfile::tempdir().unwrap();
    let to = format!("sqlite:{}", text(&target.path().join("new")));
    let refused = clock.run(&["copy", "--from", &from, "--to", &to]);
    assert!(
        !refused.status.success() && words(&refused).contains("nothing was copied"),
        "{}",
        words(&refused)
    );
    assert_eq!(constat_tests::api::record_count(api.data.path()), 2);
}

#[tokio::test]
async fn what_was_shown_while_the_clock_was_wrong_can_be_answered_and_proven_later() {
    let (data, clock) = (tempfile::tempdir().unwrap(), SetClock::ahead(0));
    let site = |name: &str| with_shipped_vendors(SITE, SITE_ORIGIN).replace("Boréale", name);
    let sites = Sites::with(SITE, &site("Boréale"));
    let args = ["--sites", sites.arg()];
    assert!(clock.start(data.path(), &args).stop());
    clock.set(500 * DAY);
    sites.write(SITE, &site("Boréale SA"));
    let server = clock.start(data.path(), &args);
    let shown = consent::request(&notice_hash(&server).await, "allow_all");
    assert_eq!(post(&server, &shown).await.status, 503);
    sites.write(SITE, &site("Boréale NV"));
    server.signal(rustix::process::Signal::HUP);
    server.logs("the site files were read again", 1).await;
    clock.set(0);
    server.logs("the clock is right again", 1).await;
    let at = recorded(&post(&server, &shown).await);
    let answered = consent::request(&notice_hash(&server).await, "allow_all");
    assert_ne!(answered["notice_hash"], shown["notice_hash"]);
    recorded(&post(&server, &answered).await);
    let month = &at.to_string()[..7];
    let audit = server::run(["audit", "--site", SITE, "--month", month, "--data", text(data.path())]).await;
    // Before and after: what is served.
    assert!(words(&audit).contains("records 2, entries 2"), "{}", words(&audit));
}

#[tokio::test]
async fn after_a_long_break_the_operator_s_word_lets_the_server_record_and_delete() {
    let api = Api::start();
    api.record("allow_all").await;
    let Api { server, sites, data, client: _client } = api;
    assert!(server.stop());
    let clock = SetClock::ahead(500 * DAY);
    let server = clock.start(data.path(), &["--sites", sites.arg()]);
    refuses(&server, "clock_ahead", &[]).await;
    let shown = clock.run(&["clock", "show", "--data", text(data.path())]);
    assert!(shown.status.success() && words(&shown).contains("nothing is recorded or deleted"));
    let accepted = clock.run(&["clock", "accept", "--data", text(data.path())]);
    assert!(accepted.status.success() && words(&accepted).contains("records are taken"), "{accepted:?}");
    server.logs("expired_count=1", 1).await;
    is_ready(&server).await;
    let at = recorded(&answers(&server, "refuse_all").await);
    assert!(at.unix_ms() > now_ms() + 499 * DAY);
    assert_eq!(constat_tests::api::record_count(data.path()), 1);
    let month = &at.to_string()[..7];
    let audit = server::run(["audit", "--site", SITE, "--month", month, "--data", text(data.path())]).await;
    // The word, the purge, and what is served.
    assert!(words(&audit).contains("records 1, entries 3"), "{}", words(&audit));
}

#[tokio::test]
async fn a_clock_behind_the_newest_record_is_refused_and_a_small_step_back_is_not() {
    let api = Api::start();
    let newest = api.record("allow_all").await.0.recorded_at;
    let Api { server, sites, data, client: _client } = api;
    assert!(server.stop());
    let clock = SetClock::ahead(-4 * MINUTE);
    let server = clock.start(data.path(), &["--sites", sites.arg()]);
    assert!(recorded(&answers(&server, "refuse_all").await) >= newest);
    clock.set(-2200 * DAY);
    server.logs("nothing is recorded and nothing deleted", 1).await;
    refuses(&server, "clock_behind", &["later", "correct the clock", "constat clock accept"]).await;
    clock.set(0);
    server.logs("the clock is right again", 1).await;
    assert!(recorded(&answers(&server, "refuse_all").await) > newest);
}

#[tokio::test]
async fn a_clock_that_is_set_forward_under_a_server_records_nothing_until_it_is_back() {
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    let (data, clock) = (tempfile::tempdir().unwrap(), SetClock::ahead(0));
    let server = clock.start(data.path(), &["--sites", sites.arg()]);
    recorded(&answers(&server, "allow_all").await);
    for ahead in [6 * MINUTE, 500 * DAY] {
        clock.set(ahead);
        refuses(&server, "clock_ahead", &["set forward"]).await;
    }
    server.logs("nothing is recorded and nothing deleted", 1).await;
    clock.set(0);
    is_ready(&server).await;
    assert!(recorded(&answers(&server, "allow_all").await).unix_ms() <= now_ms());
    // The operator says that the new time is the right one.
    clock.set(2 * DAY);
    refuses(&server, "clock_ahead", &[]).await;
    assert!(clock.run(&["clock", "accept", "--data", text(data.path())]).status.success());
    is_ready(&server).await;
    assert!(recorded(&answers(&server, "allow_all").await).unix_ms() > now_ms() + DAY);
}

#[tokio::test]
async fn a_record_of_the_far_future_stops_the_log_only_until_the_operator_s_word() {
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    let (data, clock) = (tempfile::tempdir().unwrap(), SetClock::ahead(700 * DAY));
    let args = ["--sites", sites.arg()];
    let server = clock.start(data.path(), &args);
    let late = post(&server, &consent::request(&notice_hash(&server).await, "allow_all")).await;
    let (record, receipt) = (late.json()["record"].clone(), late.json()["receipt"].clone());
    assert!(server.stop());
    let server = Server::start(data.path(), &args);
    refuses(&server, "clock_behind", &[]).await;
    let accepted = server::run(["clock", "accept", "--data", text(data.path())]).await;
    assert!(accepted.status.success(), "{}", words(&accepted));
    is_ready(&server).await;
    let at = recorded(&answers(&server, "refuse_all").await);
    assert!(at.unix_ms() <= now_ms());
    for month in [&at.to_string()[..7], &recorded(&late).to_string()[..7]] {
        let audit =
            server::run(["audit", "--site", SITE, "--month", month, "--data", text(data.path())]).await;
        assert!(words(&audit).contains("agree with what is stored"), "{}", words(&audit));
    }
    // Its visitor may still erase it.
    let id = record["consent_id"].as_str().unwrap();
    let url = format!("{}/v1/sites/{SITE}/consents/{id}", server.url);
    let erase = constat_tests::api::client().delete(url).bearer_auth(receipt.as_str().unwrap());
    assert_eq!(constat_tests::api::answer(erase).await.json()["erased_count"], 1);
}

#[tokio::test]
async fn a_visitor_may_erase_while_the_clock_is_wrong_and_that_makes_no_purge_plausible() {
    let api = Api::start();
    let (record, receipt) = api.record("allow_all").await;
    api.record("refuse_all").await;
    let Api { server, sites, data, client } = api;
    assert!(server.stop());
    let clock = SetClock::ahead(500 * DAY);
    let server = clock.start(data.path(), &["--sites", sites.arg()]);
    let api = Api { server, sites, data, client };
    let erased = api.history(Method::DELETE, &record.consent_id.to_string(), &receipt).await;
    assert_eq!((erased.status, &erased.json()["erased_count"]), (200, &1.into()), "{erased:?}");
    refuses(&api.server, "clock_ahead", &["500 days after"]).await;
    let api = {
        let Api { server, sites, data, client } = api;
        assert!(server.stop());
        let server = clock.start(data.path(), &["--sites", sites.arg()]);
        Api { server, sites, data, client }
    };
    refuses(&api.server, "clock_ahead", &["500 days after"]).await;
    assert_eq!(api.record_count(), 1);
    let month = &record.recorded_at.to_string()[..7];
    let audit =
        server::run(["audit", "--site", SITE, "--month", month, "--data", text(api.data.path())]).await;
    assert!(words(&audit).contains("records 1, ") && words(&audit).contains("erased or expired 1"));
}

#[tokio::test]
async fn of_two_servers_on_one_redis_only_the_one_whose_clock_is_right_records_and_deletes() {
    let redis = Redis::start();
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let url = redis.url();
    let args = ["--sites", sites.arg(), "--store", &url];
    let right = Server::start(folders[0].path(), &args);
    let newest = recorded(&answers(&right, "allow_all").await);
    let key = text(&folders[0].path().join("keys/1.pem")).to_owned();
    let clock = SetClock::ahead(0);
    let others = [&args[..], &["--key-file", &key]].concat();
    for (ahead, code, told) in [
        (500 * DAY, "clock_ahead", "ahead of the clock of Redis"),
        (6 * MINUTE, "clock_ahead", "ahead of the clock of Redis"),
        (-6 * MINUTE, "clock_behind", "later"),
    ] {
        clock.set(ahead);
        let wrong = clock.start(folders[1].path(), &others);
        wrong.logs("nothing is recorded and nothing deleted", 1).await;
        refuses(&wrong, code, &[told]).await;
        if code == "clock_ahead" {
            let data = text(folders[1].path());
            let refused = clock.run(&["clock", "accept", "--data", data, "--store", &url]);
            assert!(!refused.status.success() && words(&refused).contains("clock was not accepted"));
        }
        assert!(recorded(&answers(&right, "refuse_all").await) >= newest);
    }
    // It is set back while it runs, and learns from the store that it is behind the other server.
    clock.set(0);
    let wrong = clock.start(folders[1].path(), &others);
    recorded(&answers(&wrong, "refuse_all").await);
    recorded(&answers(&right, "refuse_all").await);
    clock.set(-6 * MINUTE);
    refuses(&wrong, "clock_behind", &[]).await;
    let count = redis.ask(&["HVALS", &format!("{{{SITE}}}live")]);
    assert_eq!(count.trim(), "6");
}

#[tokio::test]
async fn a_redis_ahead_of_the_server_keeps_every_record_and_is_named() {
    let redis = Redis::start();
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    let (data, url, clock) = (tempfile::tempdir().unwrap(), redis.url(), SetClock::ahead(-500 * DAY));
    let server = clock.start(data.path(), &["--sites", sites.arg(), "--store", &url]);
    let consent = consent::request(&notice_hash(&server).await, "allow_all");
    recorded(&post(&server, &consent).await);
    let id = consent["consent_id"].as_str().unwrap();
    let of = ["--site", SITE, "--consent-id", id, "--store", &url, "--data", text(data.path())];
    let found = clock.run(&[&["records", "--json"], &of[..]].concat());
    assert!(words(&found).contains(id), "{}", words(&found));
    let ready = get(&server, "/readyz").await;
    assert!(ready.status == 200 && ready.text().starts_with("ready\nthe clock of Redis says"), "{ready:?}");
    server.logs("the clock of Redis says", 1).await;
}
