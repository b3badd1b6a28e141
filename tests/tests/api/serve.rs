//! `constat serve`: starting and stopping.

use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Api, SITE, SITE_ORIGIN, record_count};
use constat_tests::consent;
use constat_tests::server::{Server, run};
use constat_tests::sites::Sites;
use reqwest::header::ORIGIN;
use rustix::process::Signal;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Starts a server that cannot start; returns its error message.
async fn failed_start(data: &Path, args: &[&str]) -> String {
    let data = data.to_str().unwrap();
    let output = run(["serve", "--data", data].iter().chain(args)).await;
    assert_eq!(output.status.code(), Some(1), "{args:?}");
    assert!(output.stdout.is_empty(), "{args:?}: it reports that it serves");
    let complaint = String::from_utf8(output.stderr).unwrap();
    let sentence =
        complaint.lines().find(|line| line.starts_with("constat: ")).unwrap_or_default().to_owned();
    assert!(!sentence.is_empty() && !complaint.contains("panicked"), "{args:?}: {complaint}");
    complaint[complaint.find("constat: ").unwrap()..].to_owned()
}

#[tokio::test]
async fn a_broken_site_file_stops_the_start_with_file_line_key_and_remedy() {
    let broken = with_shipped_vendors(SITE, SITE_ORIGIN).replace("proof_months = 13", "proof_months = 14");
    let sites = Sites::with(SITE, &broken);
    sites.write("good", &with_shipped_vendors("good", SITE_ORIGIN));
    let data = tempfile::tempdir().unwrap();
    let complaint = failed_start(data.path(), &["--port", "0", "--sites", sites.arg()]).await;
    let line = 1 + broken.lines().position(|line| line == "proof_months = 14").unwrap();
    let place = format!("{}:{line}: lifetimes.proof_months: ", sites.file(SITE).display());
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
async fn a_server_stopped_under_load_ends_well_with_every_acknowledged_record() {
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
