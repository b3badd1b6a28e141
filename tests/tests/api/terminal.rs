//! What reaches a terminal: text from outside only with its control characters escaped, and of requests
//! that cannot be read no more than a line a minute.

use crate::command::{constat, prove};
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Api, SITE, SITE_ORIGIN};
use constat_tests::server::run;
use constat_tests::sites::Sites;
use rustix::process::Signal;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::Output;

/// Clears the screen, in two encodings, and begins a line that looks like one of the command's own.
const ATTACK: &str = "\u{1b}[2J\u{9b}2J\r\nproven: all of it\u{202e}\u{7}";

/// The attack in a text of JSON or TOML.
fn quoted() -> String {
    let units = ATTACK.chars().map(|char| format!("\\u{:04x}", u32::from(char)));
    format!("\"{}\"", units.collect::<String>())
}

/// Checks that a command failed with these words, on lines that are its own.
fn assert_tame(what: &str, output: &Output, words: &str) {
    assert_ne!(output.status.code(), Some(0), "{what}");
    let printed = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8(bytes.clone()).unwrap());
    let printed = printed.concat();
    assert!(printed.contains(words), "{what}: {printed:?}");
    assert_calm(what, &printed);
}

/// Checks that nothing in a text steers a terminal.
fn assert_calm(what: &str, printed: &str) {
    let steers = |char: char| char.is_control() && char != '\n' || char == '\u{202e}';
    assert!(!printed.contains(steers), "{what}: {printed:?}");
    assert!(!printed.lines().any(|line| line.starts_with("proven: all")), "{what}: {printed:?}");
}

#[tokio::test]
async fn the_text_of_a_receipt_a_key_set_and_a_bundle_is_printed_escaped() {
    let api = Api::start();
    let (record, receipt) = api.record("allow_all").await;
    let data = api.data.path();
    let bundle = prove(data, &record);
    let path = |name: &str| data.join(name).to_str().unwrap().to_owned();
    let write = |name: &str, text: &str| {
        std::fs::write(data.join(name), text).unwrap();
        path(name)
    };
    let receipt = write("receipt.jwt", &receipt);

    let keys = [
        format!("{{\"keys\":[],{}:1}}", quoted()),
        format!("{{\"keys\":[{{\"kty\":\"OKP\",\"crv\":\"Ed25519\",{}:1}}]}}", quoted()),
        format!("{{\"keys\":{}}}", quoted()),
    ];
    for text in keys {
        let keys = write("jwks.json", &text);
        let output = constat(data, &["verify", "--receipt", &receipt, "--jwks", &keys]);
        assert_tame(&text, &output, "constat: ");
        let output = constat(data, &["verify", bundle.to_str().unwrap(), "--jwks", &keys]);
        assert_tame(&text, &output, "constat: ");
    }

    // {"alg":"EdDSA","kid":ATTACK}.{}.
    let header = format!("{{\"alg\":\"EdDSA\",\"kid\":{}}}", quoted());
    let token = write("token.jwt", &format!("{}.e30.AA", base64_url(header.as_bytes())));
    let keys = write("jwks.json", r#"{"keys":[]}"#);
    let output = constat(data, &["verify", "--receipt", &token, "--jwks", &keys]);
    assert_tame("a token", &output, "no key of the set has its name");

    let whole = std::fs::read_to_string(&bundle).unwrap();
    let changed = write("changed.json", &whole.replacen('{', &format!("{{{}:1,", quoted()), 1));
    assert_tame("a bundle", &constat(data, &["verify", &changed]), "NOT proven");
    let named = write(&format!("{}.json", ATTACK.replace('/', "")), "{}");
    assert_tame("a file's name", &constat(data, &["verify", &named]), "NOT proven");
    assert_tame("an option", &constat(data, &["verify", &format!("--{ATTACK}")]), "Usage");
}

/// Base64 for URLs without padding (RFC 4648, section 5).
fn base64_url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1)).collect();
    let digit = |six: &[u8]| (0..6).fold(0, |sum, at| sum << 1 | six.get(at).copied().unwrap_or(0));
    bits.chunks(6).map(|six| char::from(DIGITS[usize::from(digit(six))])).collect()
}

/// The sample site with the attack in a key, in a value, and in a name that a mistake repeats.
fn hostile_sites() -> [String; 3] {
    let good = with_shipped_vendors(SITE, SITE_ORIGIN);
    [
        format!("{} = 1\n{good}", quoted()),
        good.replacen("id = \"polaire\"", &format!("id = {}", quoted()), 1),
        good.replacen("id = \"youtube\"", &format!("id = {}", quoted()), 1),
    ]
}

#[tokio::test]
async fn the_text_of_a_site_file_is_printed_and_logged_escaped() {
    let api = Api::start();
    for (count, text) in (1..).zip(hostile_sites()) {
        let sites = Sites::with(SITE, &text);
        let output = run(["check", sites.file(SITE).to_str().unwrap()]).await;
        assert_tame(&text, &output, "in the site files:\n  ");
        assert!(String::from_utf8_lossy(&output.stderr).contains(r"\u{1b}[2J"), "{output:?}");

        api.sites.write(SITE, &text);
        api.server.signal(Signal::HUP);
        api.server.logs("the site files were not taken", count).await;
        api.server.logs(r"[2J\u{9b}2J\r\nproven", count).await;
    }
    let log = api.server.log();
    assert_calm("the log", &log);
    // Every line is one that the server began, with its time.
    assert!(log.lines().all(|line| line.starts_with("20")), "{log}");
}

/// Sends a request that is none, and waits for its end.
fn send(port: u16, request: &[u8]) {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    stream.write_all(request).unwrap();
    // The server may have closed it before all was read.
    let _ = stream.read_to_end(&mut Vec::new());
}

#[tokio::test]
async fn requests_that_cannot_be_read_are_counted_and_not_logged_one_by_one() {
    const WORDS: &str = "requests could not be read";
    let api = Api::start();
    let port = api.server.port();
    let malformed: [&[u8]; 4] = [
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x1b[2J / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nmarker\x1b[2J\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    ];
    for request in malformed.iter().cycle().take(200) {
        send(port, request);
    }
    api.server.logs(WORDS, 1).await;
    let Api { server, .. } = api;
    let (stopped_well, log) = server.stop_with_log();
    assert!(stopped_well);
    let lines: Vec<_> = log.lines().filter(|line| line.contains(WORDS)).collect();
    // One about the first, and one at the end about those of the minute that was not over.
    assert_eq!(lines.len(), 2, "{log}");
    let counts =
        lines.iter().filter_map(|line| line.split("count=").nth(1)?.split(' ').next()?.parse::<u64>().ok());
    assert_eq!(counts.sum::<u64>(), 200, "{log}");
    assert!(!log.contains("ERROR") && !log.contains("marker"), "{log}");
    assert_calm("the log", &log);
}
