//! A server whose log lines go nowhere, and jobs that panic.

use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Api, SITE, SITE_ORIGIN, client, get};
use constat_tests::server::{Server, binary};
use constat_tests::sites::Sites;
use rustix::process::Signal;
use std::fs::File;
use std::io::{PipeWriter, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(30);

fn sites() -> Sites {
    Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN))
}

fn serve(stderr: impl Into<Stdio>) -> Api {
    let (sites, data) = (sites(), tempfile::tempdir().unwrap());
    let server = Server::start_logging_to(stderr, data.path(), &["--sites", sites.arg()]);
    Api { server, sites, data, client: client() }
}

/// Answers, reads the site files again, twice, and stops well.
async fn works(api: Api) {
    for title in ["Vos choix", "Votre choix"] {
        assert_eq!(api.post(&api.consent("refuse_all").await).await.status, 201);
        // A refusal is logged, or may be.
        assert_eq!(api.post_to(SITE, "{").await.status, 400);
        let before = api.notice_hash().await;
        let words = format!(
            "\n[texts]\nfr.title = \"{title}\"\nnl.title = \"Uw keuze\"\nde.title = \"Ihre Wahl\"\nen.title = \"Your choice\"\n"
        );
        api.sites.write(SITE, &format!("{}{words}", with_shipped_vendors(SITE, SITE_ORIGIN)));
        api.server.signal(Signal::HUP);
        let start = Instant::now();
        while api.notice_hash().await == before {
            assert!(start.elapsed() < PATIENCE, "the site files were not read again");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // A mistake is logged, too.
        api.sites.write(SITE, "no site");
        api.server.signal(Signal::HUP);
        assert_eq!(api.get("/readyz").await.status, 200);
    }
    let Api { server, data: _data, sites: _sites, .. } = api;
    assert!(server.stop(), "it stops well");
}

#[tokio::test]
async fn a_reader_that_goes_away_takes_nothing_with_it() {
    let (reader, writer) = std::io::pipe().unwrap();
    let api = serve(writer);
    drop(reader);
    works(api).await;
}

#[tokio::test]
async fn a_full_disk_takes_nothing_with_it() {
    works(serve(File::options().write(true).open("/dev/full").unwrap())).await;
}

/// Fills a pipe, and goes on trying until its reader is gone.
fn fill(mut pipe: PipeWriter) {
    std::thread::spawn(move || while pipe.write_all(&[b'\n'; 4096]).is_ok() {});
}

#[tokio::test]
async fn a_reader_that_does_not_read_holds_nothing_up() {
    let (reader, writer) = std::io::pipe().unwrap();
    fill(writer.try_clone().unwrap());
    tokio::time::sleep(Duration::from_millis(100)).await;
    works(serve(writer)).await;
    drop(reader);
}

#[tokio::test]
async fn addresses_that_cannot_be_printed_stop_nothing() {
    let (sites, data) = (sites(), tempfile::tempdir().unwrap());
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let full = || File::options().write(true).open("/dev/full").unwrap();
    let mut server = Command::new(binary());
    server.args(["serve", "--port", &port.to_string(), "--sites", sites.arg(), "--data"]).arg(data.path());
    let mut server = server.stdout(full()).stderr(full()).spawn().unwrap();
    let start = Instant::now();
    let url = format!("http://127.0.0.1:{port}/healthz");
    while !client().get(&url).send().await.is_ok_and(|answer| answer.status() == 200) {
        assert!(start.elapsed() < PATIENCE, "it does not answer");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let pid = rustix::process::Pid::from_child(&server);
    rustix::process::kill_process(pid, Signal::TERM).unwrap();
    assert!(server.wait().unwrap().success());
}

#[tokio::test]
async fn a_command_says_when_its_output_is_lost_and_is_content_when_its_reader_has_read_enough() {
    let api = Api::start();
    let keys = || {
        let mut keys = Command::new(binary());
        keys.args(["keys", "list", "--data"]).arg(api.data.path());
        keys
    };
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = keys().stdout(full).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(words.starts_with("constat: the output cannot be written"), "{words}");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert!(keys().stdout(writer).status().unwrap().success());
}

#[tokio::test]
async fn a_retention_job_that_panics_is_started_again() {
    let (sites, data) = (sites(), tempfile::tempdir().unwrap());
    let server = Server::start_to_panic("retention.job", 1, data.path(), &["--sites", sites.arg()]);
    server.logs("it is started again", 1).await;
    server.logs("the retention job has run", 1).await;
    assert!(server.stop());
}

#[tokio::test]
async fn a_writing_thread_that_panics_ends_the_process_with_a_word() {
    let (sites, data) = (sites(), tempfile::tempdir().unwrap());
    let server = Server::start_to_panic("writer.batch_taken", 2, data.path(), &["--sites", sites.arg()]);
    let api = Api { server, sites, data, client: client() };
    assert_eq!(api.post(&api.consent("refuse_all").await).await.status, 201);
    assert_eq!(api.post(&api.consent("refuse_all").await).await.status, 503);
    api.server.logs("constat: the thread that stores records has ended", 1).await;
    let Api { server, sites, data, .. } = api;
    assert!(server.died(), "it does not end with success");
    // What was acknowledged is there.
    assert_eq!(constat_tests::api::record_count(data.path()), 1);
    let server = Server::start(data.path(), &["--sites", sites.arg()]);
    assert_eq!(get(&server, "/readyz").await.status, 200);
}
