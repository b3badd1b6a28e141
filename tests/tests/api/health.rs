//! `GET /healthz` and `/readyz`.

use crate::bodies;
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Api, SITE, SITE_ORIGIN, client};
use constat_tests::server::{Server, binary};
use constat_tests::sites::Sites;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use std::process::Command;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_running_server_is_healthy_and_ready() {
    let api = Api::shared().await;
    for (path, body) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let answer = api.get(path).await;
        assert_eq!((answer.status, answer.text()), (200, body));
        assert!(answer.header("content-type").starts_with("text/plain"), "{path}");
        bodies::answers_head_as_get(&api, path).await;
        bodies::answers_no_other_method(&api, path).await;
    }
}

/// A server whose files cannot grow beyond 400 KiB: a write over that fails, as on a full disk.
fn on_a_small_disk() -> Api {
    let (data, sites) =
        (tempfile::tempdir().unwrap(), Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN)));
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -S -f 800; exec \"$0\" \"$@\""]).arg(binary());
    let server = Server::start_by(command, data.path(), &["--sites", sites.arg()]);
    Api { server, sites, data, client: client() }
}

#[tokio::test]
async fn a_server_that_cannot_write_is_not_ready_until_it_can() {
    let api = on_a_small_disk();
    assert_eq!(api.get("/readyz").await.status, 200);
    let mut refused = 0;
    for _ in 0..2000 {
        match api.post(&api.consent("refuse_all").await).await.status {
            201 => refused = 0,
            status => {
                assert_eq!(status, 503);
                refused += 1;
            }
        }
        if refused == 3 {
            break;
        }
    }
    assert_eq!(refused, 3, "the disk did not fill");
    // What the failed writes have shown, and then what a test write shows.
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(3) {
        let ready = api.get("/readyz").await;
        assert_eq!(ready.status, 503, "{ready:?}");
        assert!(ready.text().contains("the store failed: "), "{ready:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(api.post(&api.consent("refuse_all").await).await.status, 503);
    let pid = Pid::from_raw(api.server.pid().cast_signed());
    prlimit(pid, Resource::Fsize, Rlimit { current: None, maximum: None }).unwrap();
    let start = Instant::now();
    while api.get("/readyz").await.status != 200 {
        assert!(start.elapsed() < Duration::from_secs(20), "it never became ready again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(api.post(&api.consent("refuse_all").await).await.status, 201);
}

#[tokio::test]
async fn a_database_that_was_removed_takes_no_records() {
    let api = Api::start();
    assert_eq!(api.post(&api.consent("refuse_all").await).await.status, 201);
    let (database, away) = (api.data.path().join("constat.db"), api.data.path().join("away.db"));
    std::fs::rename(&database, &away).unwrap();
    assert_eq!(api.post(&api.consent("refuse_all").await).await.status, 503);
    let ready = api.get("/readyz").await;
    ready.assert_problem("a removed database", "store_unavailable", "");
    assert!(ready.text().contains("was removed or replaced"), "{ready:?}");
    std::fs::rename(&away, &database).unwrap();
    assert_eq!(api.post(&api.consent("refuse_all").await).await.status, 201);
    assert_eq!(api.get("/readyz").await.status, 200);
}
