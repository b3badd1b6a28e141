//! Slow, big and many connections. Most servers here have few descriptors and a tenth of the time limits.

use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Api, SITE, SITE_ORIGIN, client, record_count, site_path};
use constat_tests::consent;
use constat_tests::raw::{begin, connect, connect_with_small_window, exchange, get, rest};
use constat_tests::server::{Server, binary};
use constat_tests::sites::Sites;
use serde_json::Value;
use std::process::Command;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The limit of descriptors under which many clients come.
const DESCRIPTORS: usize = 64;
const MANY: usize = 64;

/// The time limits of the server, a tenth of the real ones.
const REQUEST_MAX: Duration = Duration::from_secs(1);
const ANSWER_PAUSE: Duration = Duration::from_secs(2);

/// More than enough on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server with few descriptors and a tenth of the time limits.
fn narrow() -> Api {
    let mut command = Command::new("prlimit");
    command.arg(format!("--nofile={DESCRIPTORS}")).arg(binary()).env("CONSTAT_HURRY", "10");
    start(command)
}

/// A server with all its descriptors, and a tenth of the time limits.
fn hurried() -> Api {
    let mut command = Command::new(binary());
    command.env("CONSTAT_HURRY", "10");
    start(command)
}

fn start(command: Command) -> Api {
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_by(command, data.path(), &["--sites", sites.arg()]);
    Api { server, sites, data, client: client() }
}

fn post_head(fields: &str) -> String {
    format!("POST /v1/sites/{SITE}/consents HTTP/1.1\r\nHost: x\r\nOrigin: {SITE_ORIGIN}\r\n{fields}\r\n")
}

/// A POST of a new answer, with these fields beside its length.
async fn whole_post(api: &Api, fields: &str) -> String {
    let body = consent::request(&api.notice_hash().await, "refuse_all").to_string();
    format!("{}{body}", post_head(&format!("{fields}Content-Length: {}\r\n", body.len())))
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("none")
}

/// Health is answered at once, and another request at the latest when it is sent again: the place of a client
/// that has to leave is free a moment later.
async fn serves_all_the_same(api: &Api, what: &str) {
    let start = Instant::now();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(status(&exchange(&api.server, get(path)).await), "200", "{what}: {path}");
    }
    let other = get(&site_path("consent.js"));
    while status(&exchange(&api.server, &other).await) == "503" {
        assert!(start.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// An answer is recorded, at the latest when it is sent again.
async fn records_all_the_same(api: &Api, consent: &Value, what: &str) {
    let start = Instant::now();
    while api.post(consent).await.status != 201 {
        assert!(start.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Many clients that begin alike hold nothing up: health is answered, and ordinary requests too.
async fn held_up_by_none(api: &Api, what: &str, beginning: &str) {
    let consent = api.consent("refuse_all").await;
    let mut many = Vec::new();
    for _ in 0..MANY {
        many.push(begin(&api.server, beginning.as_bytes()).await);
    }
    for _ in 0..5 {
        serves_all_the_same(api, what).await;
    }
    for one in &mut many[..3] {
        let end = rest(one).await;
        let end = end.strip_prefix("HTTP/1.1 100 Continue\r\n\r\n").unwrap_or(&end);
        assert!(["408", "503", "none"].contains(&status(end)), "{what}: {end}");
    }
    records_all_the_same(api, &consent, what).await;
}

#[tokio::test]
async fn many_clients_that_do_not_finish_their_requests_hold_nothing_up() {
    let api = narrow();
    for (what, beginning) in [
        ("nothing", String::new()),
        ("a head", "GET /healthz HT".to_owned()),
        ("fields", post_head("").trim_end().to_owned()),
        ("a body", post_head("Content-Length: 10\r\n") + "{"),
        ("chunks", post_head("Transfer-Encoding: chunked\r\n") + "1\r\n{\r\n"),
        ("a body that is announced", post_head("Content-Length: 10\r\nExpect: 100-continue\r\n")),
        ("another protocol", post_head("Content-Length: 10\r\nUpgrade: websocket\r\n") + "{"),
    ] {
        held_up_by_none(&api, what, &beginning).await;
    }
}

#[tokio::test]
async fn many_second_heads_that_do_not_end_hold_nothing_up() {
    let api = narrow();
    let consent = api.consent("refuse_all").await;
    let mut many = Vec::new();
    for _ in 0..MANY {
        let mut stream = begin(&api.server, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
        let mut answer = [0; 1024];
        let count = stream.read(&mut answer).await.unwrap_or(0);
        assert!(answer[..count].starts_with(b"HTTP/1.1 200"), "the first request is answered");
        // Its place may have been given to the next one.
        let _ = stream.write_all(b"GET /healthz HTTP/1.1\r\nHo").await;
        many.push(stream);
    }
    assert_eq!(status(&exchange(&api.server, get("/healthz")).await), "200");
    rest(&mut many[MANY - 1]).await;
    records_all_the_same(&api, &consent, "the others are ended").await;
}

#[tokio::test]
async fn many_clients_that_read_nothing_hold_nothing_up_and_are_ended() {
    let api = narrow();
    let consent = api.consent("refuse_all").await;
    let pages = "GET /verify/ HTTP/1.1\r\nHost: x\r\n\r\n".repeat(8);
    let mut many = Vec::new();
    for _ in 0..MANY {
        let mut stream = connect_with_small_window(&api.server).await;
        let _ = stream.write_all(pages.as_bytes()).await;
        many.push(stream);
    }
    let start = Instant::now();
    for _ in 0..5 {
        serves_all_the_same(&api, "nothing is read").await;
    }
    // The last one is ended, too, without having read anything.
    let last = &mut many[MANY - 1];
    while last.write_all(b"x").await.is_ok() {
        assert!(start.elapsed() < PATIENCE, "it is still served");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    records_all_the_same(&api, &consent, "the others are ended").await;
    drop(many);
}

#[tokio::test]
async fn a_slow_request_is_told_so_and_stores_nothing() {
    let api = hurried();
    let whole = whole_post(&api, "").await;
    for part in [whole.len() - 2, whole.len() / 2, 20] {
        let start = Instant::now();
        let mut stream = begin(&api.server, &whole.as_bytes()[..part]).await;
        // A byte now and then buys no time.
        for byte in &whole.as_bytes()[part..] {
            tokio::time::sleep(REQUEST_MAX * 3 / 4).await;
            if start.elapsed() > REQUEST_MAX || stream.write_all(&[*byte]).await.is_err() {
                break;
            }
        }
        let answer = rest(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{part}: {answer}");
        assert!(answer.contains("\"code\":\"request_timeout\"") && answer.contains("connection: close"));
    }
    assert_eq!(record_count(api.data.path()), 0);
    let Api { server, sites: _sites, data: _data, .. } = api;
    let (_, log) = server.stop_with_log();
    assert!(log.contains("slow_requests=") && log.matches("were refused").count() <= 2, "{log}");
}

#[tokio::test]
async fn a_client_that_is_slow_but_not_idle_is_served() {
    let api = Api::start();
    let whole = whole_post(&api, "Connection: close\r\n").await;
    let slow_post = async {
        let mut stream = connect(&api.server).await;
        for piece in whole.as_bytes().chunks(whole.len() / 6 + 1) {
            stream.write_all(piece).await.unwrap();
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        assert_eq!(status(&rest(&mut stream).await), "201");
    };
    tokio::join!(slow_post, slow_reader(&api));
}

/// Reads at 32 KB a second for four seconds, and then the rest.
async fn slow_reader(api: &Api) {
    let mut stream = connect_with_small_window(&api.server).await;
    stream.write_all(get("/verify/").as_bytes()).await.unwrap();
    let (mut total, mut buffer) = (0, [0; 3200]);
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(4) {
        total += stream.read(&mut buffer).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    total += rest(&mut stream).await.len();
    assert!(total > 200_000, "{total} bytes");
}

#[tokio::test]
async fn a_reader_at_more_than_the_least_rate_outlasts_every_pause() {
    let api = hurried();
    // A tenth of the pause: at 16 KB a second, this takes three times as long as a client may read nothing.
    let mut stream = connect_with_small_window(&api.server).await;
    stream.write_all(get("/verify/").as_bytes()).await.unwrap();
    let (start, mut total, mut buffer) = (Instant::now(), 0, [0; 1600]);
    while start.elapsed() < 2 * ANSWER_PAUSE {
        let count = stream.read(&mut buffer).await.unwrap();
        assert!(count > 0, "it was ended after {total} bytes");
        total += count;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    total += rest(&mut stream).await.len();
    assert!(total > 200_000, "{total} bytes");
}

#[tokio::test]
async fn framing_without_end_is_refused() {
    let api = hurried();
    let chunked = post_head("Transfer-Encoding: chunked\r\n");
    let filler = "a".repeat(200_000);
    for (what, request, expected) in [
        ("a chunk extension", format!("{chunked}2;{filler}"), "413"),
        ("a trailer", format!("{chunked}2\r\n{{}}\r\n0\r\nX: {filler}"), "413"),
        ("trailers", format!("{chunked}2\r\n{{}}\r\n0\r\n{}", "X: y\r\n".repeat(30_000)), "413"),
        (
            "small chunks with extensions",
            format!("{chunked}{}", "1;aaaaaaaaaaa\r\n \r\n".repeat(12_000)),
            "413",
        ),
        ("a body", format!("{chunked}{:x}\r\n{filler}", filler.len()), "413"),
        ("a body of its length", format!("{}{filler}", post_head("Content-Length: 200000\r\n")), "413"),
        ("a field", format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX: {filler}"), "431"),
        ("an address", format!("GET /{filler}"), "431"),
        ("empty lines", "\r\n".repeat(100_000), "431"),
    ] {
        let start = Instant::now();
        let answer = exchange(&api.server, request).await;
        assert_eq!(status(&answer), expected, "{what}: {answer}");
        assert!(start.elapsed() < PATIENCE, "{what}");
    }
    assert_eq!(record_count(api.data.path()), 0);
    assert_eq!(api.post(&api.consent("refuse_all").await).await.status, 201);
}

#[tokio::test]
async fn a_client_that_sends_without_end_is_ended() {
    let api = hurried();
    let chunked = post_head("Transfer-Encoding: chunked\r\n");
    for beginning in [format!("{chunked}2;"), format!("{chunked}0\r\nX: "), post_head("X: ")] {
        let mut stream = begin(&api.server, beginning.as_bytes()).await;
        let start = Instant::now();
        while stream.write_all(&[b'a'; 65_536]).await.is_ok() {
            assert!(start.elapsed() < PATIENCE, "it may send for ever");
        }
    }
}

#[tokio::test]
async fn an_offer_of_another_protocol_is_answered_like_a_request_without_it() {
    let api = hurried();
    for fields in [
        "Upgrade: websocket\r\n",
        "Upgrade: websocket\r\nConnection: upgrade\r\n",
        "Connection: upgrade\r\n",
        "Connection: keep-alive, Upgrade\r\nUpgrade: foo\r\n",
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
    ] {
        let answer = exchange(&api.server, whole_post(&api, fields).await).await;
        assert_eq!(status(&answer), "201", "{fields}: {answer}");
        assert!(answer.contains("connection: close\r\n"), "{fields}: {answer}");
        let answer = exchange(&api.server, format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{fields}\r\n")).await;
        assert!(answer.ends_with("\r\n\r\nok\n"), "{fields}: {answer}");
        // What would be a body without a length is none.
        let answer = exchange(&api.server, post_head(fields)).await;
        assert_eq!(status(&answer), "400", "{fields}: {answer}");
    }
    let answer = exchange(&api.server, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert_eq!(status(&answer), "400", "{answer}");
    let answer = exchange(&api.server, "CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n").await;
    assert!(status(&answer).starts_with('4'), "{answer}");
}

#[tokio::test]
async fn many_requests_on_one_connection_are_answered_in_order() {
    let api = Api::start();
    let secret = "Authorization: Bearer AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH\r\n";
    let post = whole_post(&api, secret).await;
    let gets = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1500);
    let all = [post.repeat(20), gets, get("/healthz")].concat();
    let answer = exchange(&api.server, all).await;
    assert_eq!(answer.matches("HTTP/1.1 201").count(), 1);
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 19 + 1501);
    assert!(answer.ends_with("ok\n"));
}

async fn answered(stream: &mut TcpStream) -> String {
    let mut buffer = vec![0; 4096];
    let count = stream.read(&mut buffer).await.unwrap();
    String::from_utf8_lossy(&buffer[..count]).into_owned()
}

#[tokio::test]
async fn a_kept_connection_makes_room_for_a_new_one() {
    let api = narrow();
    let mut many = Vec::new();
    let mut refused = 0;
    for _ in 0..MANY {
        let mut stream = begin(&api.server, b"GET /v1/sites/none/vendors HTTP/1.1\r\nHost: x\r\n\r\n").await;
        let answer = answered(&mut stream).await;
        assert!(["404", "503"].contains(&status(&answer)), "{answer}");
        refused += usize::from(status(&answer) == "503");
        many.push(stream);
    }
    // One may come before the place of another one is free.
    assert!(refused < MANY / 4, "{refused} were refused, as if no place became free");
    let first = rest(&mut many[0]).await;
    assert!(first.is_empty(), "the oldest one was ended: {first}");
}

#[tokio::test]
async fn a_server_without_room_for_connections_does_not_start() {
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    let data = tempfile::tempdir().unwrap();
    let mut command = Command::new("prlimit");
    command.arg("--nofile=30").arg(binary()).args(["serve", "--port", "0", "--sites", sites.arg(), "--data"]);
    let output = command.arg(data.path()).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    assert!(complaint.contains("may open 30 files") && complaint.contains("LimitNOFILE"), "{complaint}");
}

#[tokio::test]
async fn connections_that_cannot_be_accepted_are_counted_and_wait() {
    use rustix::process::{Pid, Resource, getrlimit, prlimit};
    let api = hurried();
    assert_eq!(api.get("/healthz").await.status, 200);
    let pid = Pid::from_raw(api.server.pid().cast_signed());
    let before = getrlimit(Resource::Nofile);
    let allow = |limit| prlimit(pid, Resource::Nofile, limit).unwrap();
    let mut none = before;
    none.current = Some(3);
    allow(none);
    let mut waiting = begin(&api.server, get("/healthz").as_bytes()).await;
    api.server.logs("not_accepted=", 1).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let log = api.server.log();
    assert_eq!(log.lines().filter(|line| line.contains("ccept")).count(), 1, "{log}");
    allow(before);
    assert_eq!(status(&rest(&mut waiting).await), "200");
}

#[tokio::test]
async fn what_is_on_its_way_when_the_server_stops_is_answered() {
    let api = Api::start();
    let post = whole_post(&api, "").await;
    let (first, last) = post.split_at(post.len() - 1);
    let mut sending = begin(&api.server, first.as_bytes()).await;
    let mut reading = connect_with_small_window(&api.server).await;
    reading.write_all(get("/verify/").as_bytes()).await.unwrap();
    let mut page = vec![0; 1024];
    assert!(reading.read(&mut page).await.unwrap() > 0);
    // Both are known to the server: one has begun, and the answer to the other has.
    tokio::time::sleep(Duration::from_millis(200)).await;
    api.server.signal(rustix::process::Signal::TERM);
    tokio::time::sleep(Duration::from_millis(300)).await;
    sending.write_all(last.as_bytes()).await.unwrap();
    let answer = rest(&mut sending).await;
    assert_eq!(status(&answer), "201", "{answer}");
    let end = rest(&mut reading).await;
    assert!(end.trim_end().ends_with("</html>"), "the page was cut off");
    assert!(api.server.ended_well());
}

/// Each of them takes much more memory than its bytes.
#[tokio::test]
async fn a_pipeline_that_nobody_reads_takes_little_memory_and_is_ended() {
    let api = hurried();
    let before = memory_kb(&api.server);
    let pipeline = "HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n".repeat(4000);
    let mut many = Vec::new();
    for _ in 0..20 {
        let mut stream = connect_with_small_window(&api.server).await;
        // As much as the server and the kernel take.
        let sent = tokio::time::timeout(Duration::from_millis(100), stream.write_all(pipeline.as_bytes()));
        let _ = sent.await;
        many.push(stream);
    }
    assert!(memory_kb(&api.server) < before + 20 * 1024, "from {before} KB");
    for stream in &mut many {
        let ended =
            tokio::time::timeout(PATIENCE * 3, async { while stream.write_all(b"x").await.is_ok() {} });
        assert!(ended.await.is_ok(), "it is still open");
    }
}

/// The memory of a server that is in use, in KB.
fn memory_kb(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
