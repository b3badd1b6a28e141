//! Starting, stopping, and being asked how it goes.

use crate::bodies;
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{self, Api, SITE, SITE_ORIGIN, notice_hash, post, record_count};
use constat_tests::consent;
use constat_tests::server::{Server, run};
use constat_tests::sites::Sites;
use reqwest::header::ORIGIN;
use rustix::process::Signal;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Starts a server that cannot start; returns what it says.
async fn failed_start(data: &Path, args: &[&str]) -> String {
    let data = data.to_str().unwrap();
    let output = run(["serve", "--data", data].iter().chain(args)).await;
    assert_eq!(output.status.code(), Some(1), "{args:?}");
    assert!(output.stdout.is_empty(), "{args:?} says that it serves");
    let complaint = String::from_utf8(output.stderr).unwrap();
    let sentence =
        complaint.lines().find(|line| line.starts_with("constat: ")).unwrap_or_default().to_owned();
    assert!(!sentence.is_empty() && !complaint.contains("panicked"), "{args:?}: {complaint}");
    complaint[complaint.find("constat: ").unwrap()..].to_owned()
}

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

#[tokio::test]
async fn an_address_that_is_none_gets_a_problem_document() {
    let api = Api::shared().await;
    for path in
        ["/", "/v1", "/v1/sites", "/v1/notices/", "/healthz/", "/%00", "/v1/sites//consent.js", "/demo/fr/"]
    {
        let answer = api.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        answer.assert_problem(path, "not_found", "");
    }
}

#[tokio::test]
async fn a_broken_site_file_stops_the_start_with_file_line_key_and_remedy() {
    let broken = with_shipped_vendors(SITE, SITE_ORIGIN).replace("proof_months = 13", "proof_months = 14");
    let sites = Sites::with(SITE, &broken);
    sites.write("good", &with_shipped_vendors("good", SITE_ORIGIN));
    let data = tempfile::tempdir().unwrap();
    let complaint = failed_start(data.path(), &["--port", "0", "--sites", sites.arg()]).await;
    let place = format!("{}:13: lifetimes.proof_months: ", sites.file(SITE).display());
    assert!(complaint.contains(&place) && complaint.contains("6 to 13"), "{complaint}");
    assert_eq!(std::fs::read_dir(data.path()).unwrap().count(), 0, "nothing was made");
}

#[tokio::test]
async fn without_a_site_there_is_nothing_to_serve() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let empty = folder.path().to_str().unwrap();
    for args in [vec!["--port", "0"], vec!["--port", "0", "--sites", empty]] {
        let complaint = failed_start(&data, &args).await;
        assert!(complaint.contains("--sites") && complaint.contains("--demo"), "{complaint}");
    }
    let absent = format!("{empty}/absent");
    let complaint = failed_start(&data, &["--port", "0", "--sites", &absent]).await;
    assert!(complaint.contains(&absent), "{complaint}");
}

#[tokio::test]
async fn two_servers_do_not_share_a_data_folder() {
    let api = Api::start();
    let complaint = failed_start(api.data.path(), &["--port", "0", "--sites", api.sites.arg()]).await;
    assert!(
        complaint.contains(api.data.path().to_str().unwrap()) && complaint.contains("--data"),
        "{complaint}"
    );
    assert_eq!(api.post(&api.consent("refuse_all").await).await.status, 201);
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let api = Api::start();
    let data = tempfile::tempdir().unwrap();
    let port = api.server.port().to_string();
    let complaint = failed_start(data.path(), &["--port", &port, "--sites", api.sites.arg()]).await;
    assert!(complaint.contains(&format!("127.0.0.1:{port}")) && complaint.contains("--port"), "{complaint}");
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_made_is_named() {
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    let file = sites.file(SITE);
    let complaint = failed_start(&file.join("data"), &["--port", "0", "--sites", sites.arg()]).await;
    assert!(complaint.contains("data folder") && complaint.contains("--data"), "{complaint}");
}

#[tokio::test]
async fn the_data_folder_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("a/b");
    let server = Server::start(&data, &["--sites", sites.arg()]);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&data), mode(&data.join("constat.db"))), (0o700, 0o600));
    assert!(server.stop());
}

/// Posts until the server is gone; counts what was acknowledged and gives the event ids.
async fn post_until_gone(api: Arc<Api>, notice_hash: String, acknowledged: Arc<AtomicUsize>) -> Vec<String> {
    let mut events = Vec::new();
    loop {
        let body = consent::request(&notice_hash, "refuse_all");
        let path = format!("/v1/sites/{SITE}/consents");
        let sent = api
            .request(reqwest::Method::POST, &path)
            .header(ORIGIN, SITE_ORIGIN)
            .body(body.to_string())
            .send();
        match sent.await.map(|answer| answer.status().as_u16()) {
            Ok(201) => events.push(body["event_id"].as_str().unwrap().to_owned()),
            Ok(503) => {}
            Ok(status) => panic!("{status}"),
            Err(_) => return events,
        }
        acknowledged.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn a_server_told_to_stop_under_load_stops_well_with_every_acknowledged_record() {
    let api = Arc::new(Api::start());
    let notice_hash = api.notice_hash().await;
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..16)
        .map(|_| {
            tokio::spawn(post_until_gone(Arc::clone(&api), notice_hash.clone(), Arc::clone(&acknowledged)))
        })
        .collect();
    while acknowledged.load(Ordering::Relaxed) < 100 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    api.server.signal(Signal::TERM);
    let start = Instant::now();
    let mut events = Vec::new();
    for client in clients {
        events.extend(client.await.unwrap());
    }
    let api = Arc::into_inner(api).expect("the clients have ended");
    let Api { server, data, .. } = api;
    assert!(server.ended_well(), "it ends with success");
    assert!(start.elapsed() < Duration::from_secs(5), "it took {:?}", start.elapsed());
    let store = rusqlite::Connection::open(data.path().join("constat.db")).unwrap();
    for event in &events {
        let key = uuid::Uuid::parse_str(event).unwrap();
        let sql = "SELECT count(*) FROM records WHERE event_id = ?";
        let count: i64 = store.query_row(sql, [key.as_bytes().as_slice()], |row| row.get(0)).unwrap();
        assert_eq!(count, 1, "{event} was acknowledged");
    }
    assert!(events.len() >= 100);
}

#[tokio::test]
async fn an_idle_connection_does_not_hold_a_stopping_server_up() {
    let api = Api::start();
    let idle = std::net::TcpStream::connect(("127.0.0.1", api.server.port())).unwrap();
    assert_eq!(api.get("/healthz").await.status, 200);
    let start = Instant::now();
    let Api { server, data: _data, client: _client, .. } = api;
    assert!(server.stop());
    assert!(start.elapsed() < Duration::from_secs(3), "it took {:?}", start.elapsed());
    drop(idle);
}

#[tokio::test]
async fn ctrl_c_stops_a_server_well() {
    let api = Api::start();
    assert_eq!(api.post(&api.consent("refuse_all").await).await.status, 201);
    api.server.signal(Signal::INT);
    let Api { server, data, .. } = api;
    assert!(server.ended_well());
    assert_eq!(record_count(data.path()), 1);
}

#[tokio::test]
async fn a_record_past_its_lifetime_is_gone_from_every_file_and_the_job_says_so() {
    let api = Api::start();
    let (kept, due) = (api.consent("refuse_all").await, api.consent("allow_all").await);
    for consent in [&kept, &due] {
        assert_eq!(api.post(consent).await.status, 201);
    }
    let Api { server, sites, data, client } = api;
    assert!(server.stop());
    let key = uuid::Uuid::parse_str(due["consent_id"].as_str().unwrap()).unwrap();
    let holds = |key: &uuid::Uuid| {
        // All of the store; the folder of the keys is not searched.
        let paths = std::fs::read_dir(data.path()).unwrap().map(|file| file.unwrap().path());
        let files = paths.filter(|path| path.is_file()).map(|path| std::fs::read(path).unwrap());
        files.into_iter().any(|bytes| bytes.windows(16).any(|window| window == key.as_bytes()))
    };
    assert!(holds(&key));
    // Thirteen months pass.
    let store = rusqlite::Connection::open(data.path().join("constat.db")).unwrap();
    let sql = "UPDATE records SET expires_at = 1000 WHERE consent_id = ?";
    assert_eq!(store.execute(sql, [key.as_bytes().as_slice()]).unwrap(), 1);
    drop(store);

    let server = Server::start(data.path(), &["--sites", sites.arg()]);
    server.logs("expired_count=1", 1).await;
    assert!(!holds(&key), "a file still has the record");
    assert_eq!(record_count(data.path()), 1);
    // What is gone can be sent anew by a browser that still has it queued.
    let api = Api { server, sites, data, client };
    assert_eq!(api.post(&kept).await.status, 200);
}

#[tokio::test]
async fn the_demo_serves_its_pages_and_counts_what_reaches_the_third_parties() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--demo"]);
    let client = api::client();
    let get = |url: String| api::answer(client.get(url));
    let page = get(format!("{}/demo/fr/", server.url)).await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let third_parties = server.third_parties.clone().expect("the demo has third parties");
    assert!(page.text().contains(&third_parties) && page.text().contains("/v1/sites/boreale/consent.js"));
    assert_eq!(get(format!("{third_parties}/counts")).await.text(), "{}");
    assert_eq!(get(format!("{third_parties}/audience.js")).await.status, 200);
    assert_eq!(get(format!("{third_parties}/counts")).await.text(), r#"{"/audience.js":1}"#);
    assert_eq!(get(format!("{}/demo/fr/none.html", server.url)).await.status, 404);
}

#[tokio::test]
async fn a_request_waits_for_the_store_no_longer_than_its_deadline() {
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--sites", sites.arg(), "--deadline", "1"]);
    let consent = consent::request(&notice_hash(&server).await, "refuse_all");
    // Somebody else writes to the file, for longer than anybody wants to wait.
    let other = rusqlite::Connection::open(data.path().join("constat.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let start = Instant::now();
    let refused = post(&server, &consent).await;
    let waited = start.elapsed();
    assert!((Duration::from_secs(1)..Duration::from_secs(3)).contains(&waited), "{waited:?}");
    assert_eq!((refused.status, refused.header("retry-after")), (503, "5"), "{refused:?}");
    refused.assert_problem("late", "store_unavailable", "");
    other.execute_batch("COMMIT").unwrap();
    // What was waited for no longer may have been stored meanwhile.
    let again = post(&server, &consent).await;
    assert!(matches!(again.status, 200 | 201), "{again:?}");
    assert_eq!(record_count(data.path()), 1);
    let complaint = failed_parse(data.path(), "0").await;
    assert!(complaint.contains("--deadline") && complaint.contains("1..=60"), "{complaint}");
}

/// What the command line says of a deadline.
async fn failed_parse(data: &Path, deadline: &str) -> String {
    let output = run(["serve", "--data", data.to_str().unwrap(), "--deadline", deadline]).await;
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stderr).unwrap()
}
