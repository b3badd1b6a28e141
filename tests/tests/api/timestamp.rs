//! `constat timestamp` asks a time-stamping authority; `constat verify --ca`
//! checks its answer.

use constat_shared::{Evidence, LogEntry, Record};
use constat_testkit::authority::{Asked, Authority, Making, NAME, RSA, TlsOnce, response};
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Api, SITE, SITE_ORIGIN};
use constat_tests::programs;
use constat_tests::server::binary;
use constat_tests::sites::Sites;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

/// The file of a site that names an authority.
fn naming(id: &str, url: &str) -> String {
    format!("timestamp_authority = {url:?}\n{}", with_shipped_vendors(id, SITE_ORIGIN))
}

fn serve(url: &str) -> Api {
    Api::serve(Sites::with(SITE, &naming(SITE, url)))
}

fn timestamp(api: &Api) -> Command {
    let mut command = Command::new(binary());
    command.args(["timestamp", "--sites", api.sites.arg(), "--data"]).arg(api.data.path());
    command
}

/// What a command printed when it exited with the expected code.
fn printed(output: Output, code: i32) -> String {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    assert_eq!(output.status.code(), Some(code), "{} {}", text(output.stdout), text(output.stderr));
    text(if code == 0 { output.stdout } else { output.stderr })
}

fn prove(api: &Api, record: &Record) -> PathBuf {
    let file = api.data.path().join("evidence.json");
    let id = record.consent_id.to_string();
    let mut command = Command::new(binary());
    command.args(["prove", "--site", SITE, "--consent-id", &id, "--data"]).arg(api.data.path());
    printed(command.arg("-o").arg(&file).output().unwrap(), 0);
    file
}

fn verify(file: &Path, ca: Option<&Path>) -> Output {
    let mut command = Command::new(binary());
    command.arg("verify").arg(file);
    ca.map(|ca| command.arg("--ca").arg(ca));
    command.output().unwrap()
}

/// How many leaves this month's log has.
async fn size(api: &Api, record: &Record) -> u64 {
    let month = constat_shared::Month::of(record.recorded_at);
    let answer = api.get(&format!("/v1/sites/{SITE}/log/{month}/checkpoint")).await;
    answer.text().lines().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn what_an_authority_has_stamped_is_proven_under_its_ca() {
    for making in [Making::GOOD, Making { key: RSA, digest: "sha512", ..Making::GOOD }] {
        let authority = Arc::new(Authority::make(&making));
        let asked = Asked::serve(&authority);
        let api = serve(&asked.url);
        let record = api.record("allow_all").await.0;
        let bare = prove(&api, &record);
        assert!(printed(verify(&bare, None), 0).contains("no time-stamping authority was asked"));
        let nothing = printed(verify(&bare, Some(&authority.ca())), 1);
        assert!(nothing.contains("NOT proven. timestamp: the bundle holds none"), "{nothing}");

        let stamped = printed(timestamp(&api).output().unwrap(), 0);
        assert!(stamped.contains(&format!("by {NAME}")) && stamped.lines().count() == 1, "{stamped}");
        let file = prove(&api, &record);
        let proven = printed(verify(&file, Some(&authority.ca())), 0);
        assert!(proven.contains("proven: the log held the record by 2"), "{proven}");
        assert!(proven.contains(&format!("(± 1500 ms), according to {NAME}")), "{proven}");
        if making.digest == Making::GOOD.digest {
            // A certificate has the stamp inside, and is checked like its bundle.
            let certificate = api.data.path().join("certificate.pdf");
            std::fs::write(&certificate, programs::certificate(&api, &record).await).unwrap();
            let inside = printed(verify(&certificate, Some(&authority.ca())), 0);
            assert!(inside.contains("proven: the log held the record by 2"), "{inside}");
        }
        // Without a CA the time is unchecked.
        let unchecked = printed(verify(&file, None), 0);
        assert!(unchecked.contains("its signature was not checked here"), "{unchecked}");
        let other = Authority::make(&Making::GOOD);
        let refused = printed(verify(&file, Some(&other.ca())), 1);
        assert!(
            refused.contains("NOT proven. timestamp: its signer's certificate does not chain"),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn each_of_several_logs_a_month_is_stamped_and_its_records_proven_by_its_stamp() {
    let authority = Arc::new(Authority::make(&Making::GOOD));
    let asked = Asked::serve(&authority);
    let api = Api::serve(Sites::with(SITE, &format!("log_shards = 2\n{}", naming(SITE, &asked.url))));
    let mut records = Vec::new();
    for _ in 0..8 {
        records.push(api.record("allow_all").await.0);
    }
    let stamped = printed(timestamp(&api).output().unwrap(), 0);
    // Both, but once in 128 times: the first log also names what is served.
    let log_count = stamped.lines().count();
    assert!(stamped.contains("/1of2: ") && log_count <= 2, "{stamped}");
    for record in &records {
        let proven = printed(verify(&prove(&api, record), Some(&authority.ca())), 0);
        assert!(proven.contains("proven: the log held the record by 2"), "{proven}");
    }
    let again = printed(timestamp(&api).output().unwrap(), 0);
    assert_eq!(again.matches("nothing new since it was stamped").count(), log_count, "{again}");
}

#[tokio::test]
async fn a_log_is_stamped_again_only_when_it_has_grown_and_a_bundle_keeps_the_first_stamp() {
    let authority = Arc::new(Authority::make(&Making::GOOD));
    let asked = Asked::serve(&authority);
    let api = serve(&asked.url);
    let record = api.record("allow_all").await.0;
    printed(timestamp(&api).output().unwrap(), 0);
    let first = std::fs::read(prove(&api, &record)).unwrap();
    let again = printed(timestamp(&api).output().unwrap(), 0);
    assert!(again.contains("nothing new since it was stamped"), "{again}");
    assert_eq!(asked.requests().len(), 1);
    let newer = api.record("allow_all").await.0;
    let grown = printed(timestamp(&api).output().unwrap(), 0);
    assert!(grown.contains("leaves stamped at 2"), "{grown}");
    assert_eq!(asked.requests().len(), 2);
    let token = |bytes: &[u8]| Evidence::verify(bytes).unwrap().0.timestamp().unwrap().clone();
    let file = prove(&api, &record);
    assert_eq!(token(&std::fs::read(&file).unwrap()), token(&first));
    let newer = prove(&api, &newer);
    assert_ne!(token(&std::fs::read(&newer).unwrap()), token(&first));
    printed(verify(&newer, Some(&authority.ca())), 0);
}

#[tokio::test]
async fn an_authority_is_sent_a_hash_and_nothing_about_a_visitor() {
    let authority = Arc::new(Authority::make(&Making::GOOD));
    let asked = Asked::serve(&authority);
    let api = serve(&asked.url);
    let record = api.record("allow_all").await.0;
    printed(timestamp(&api).output().unwrap(), 0);
    let [(head, body)] = <[_; 1]>::try_from(asked.requests()).unwrap();
    let names: Vec<_> =
        head.lines().skip(1).filter_map(|line| line.split_once(':')).map(|(name, _)| name).collect();
    let mut names: Vec<_> = names.iter().map(|name| name.to_lowercase()).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "content-length", "content-type", "host", "user-agent"], "{head}");
    assert!(head.starts_with("POST /tsr HTTP/1.1\r\n"), "{head}");
    // Version, algorithm, hash, nonce and one flag leave room for nothing else.
    assert!((60..=70).contains(&body.len()), "{}", body.len());
    let sent = [head.into_bytes(), body].concat();
    for secret in [record.consent_id.as_bytes().as_slice(), record.event_id.as_bytes(), SITE.as_bytes()] {
        assert!(!sent.windows(secret.len()).any(|window| window == secret));
    }
}

#[tokio::test]
async fn any_change_to_the_token_in_a_bundle_is_found() {
    let authority = Arc::new(Authority::make(&Making::GOOD));
    let asked = Asked::serve(&authority);
    let api = serve(&asked.url);
    let record = api.record("allow_all").await.0;
    printed(timestamp(&api).output().unwrap(), 0);
    let file = prove(&api, &record);
    let text = std::fs::read_to_string(&file).unwrap();
    let start = text.find("\"token\":\"").unwrap() + 9;
    let end = start + text[start..].find('"').unwrap();
    for at in (start..end).step_by((end - start) / 12) {
        let mut changed = text.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        std::fs::write(&file, changed).unwrap();
        let refused = printed(verify(&file, Some(&authority.ca())), 1);
        assert!(refused.contains("NOT proven. timestamp: "), "byte {at}: {refused}");
    }
}

#[tokio::test]
async fn an_authority_over_tls_is_asked_when_the_machine_trusts_it() {
    let authority = Arc::new(Authority::make(&Making::GOOD));
    let api = serve("https://127.0.0.1:9/tsr");
    api.record("allow_all").await;
    for (trusted, code, words) in [
        (authority.ca(), 0, format!("by {NAME}")),
        (Authority::make(&Making::GOOD).ca(), 1, "invalid peer certificate".into()),
    ] {
        let tls = TlsOnce::serve(&authority);
        api.sites.write(SITE, &naming(SITE, &tls.url));
        // This variable names the CAs that the machine trusts.
        let output = timestamp(&api).env("SSL_CERT_FILE", trusted).env_remove("SSL_CERT_DIR").output();
        let printed = printed(output.unwrap(), code);
        assert!(printed.contains(&words), "{printed}");
        api.record("allow_all").await;
    }
}

/// Authorities with one fault each, and a part of the error message.
fn misbehaving() -> Vec<(Asked, &'static str)> {
    let good = || Authority::make(&Making::GOOD);
    let changing = |at: fn(usize) -> usize| {
        let authority = good();
        Asked::answer(move |query| {
            let mut other = query.to_vec();
            other[at(query.len())] ^= 1;
            Some(response("200 OK", &authority.reply(&other)))
        })
    };
    let answering =
        |answer: &'static str, body: Vec<u8>| Asked::answer(move |_| Some(response(answer, &body)));
    let expired = Authority::make(&Making { days: -1, ..Making::GOOD });
    let refusing = good();
    vec![
        // The last byte of the hash, and of the nonce before the flag at the end.
        (changing(|_| 40), "its token was not kept: it stamps something else"),
        (changing(|length| length - 4), "its nonce is not the one sent"),
        // A version that the authority does not know.
        (
            Asked::answer(move |query| {
                let mut other = query.to_vec();
                let version = other.iter().position(|byte| *byte == 0x02).unwrap() + 2;
                other[version] = 2;
                Some(response("200 OK", &refusing.reply(&other)))
            }),
            "it refused (status 2)",
        ),
        (Asked::serve(&Arc::new(expired)), "its signer's certificate was not valid at the time it states"),
        (answering("200 OK", b"<html>".to_vec()), "is not a time-stamp response"),
        (answering("200 OK", Vec::new()), "is not a time-stamp response"),
        (answering("200 OK", vec![0x30; 64 * 1024 + 1]), "its answer is larger than 64 KiB"),
        (answering("503 Service Unavailable", Vec::new()), "it answered with the HTTP status 503"),
        (answering("302 Found\r\nlocation: https://elsewhere.example/", Vec::new()), "HTTP status 302"),
        (Asked::answer(|_| None), "no answer came"),
    ]
}

#[tokio::test]
async fn an_authority_that_misbehaves_is_named_and_nothing_is_kept() {
    let api = serve("http://127.0.0.1:9/");
    let record = api.record("allow_all").await.0;
    let before = size(&api, &record).await;
    for (asked, words) in misbehaving() {
        api.sites.write(SITE, &naming(SITE, &asked.url));
        let failure = printed(timestamp(&api).output().unwrap(), 1);
        assert!(failure.contains(words) && failure.contains(&asked.url), "{words}: {failure}");
        assert_eq!(asked.requests().len(), 1, "{words}");
    }
    api.sites.write(SITE, &naming(SITE, "http://127.0.0.1:9/"));
    assert!(printed(timestamp(&api).output().unwrap(), 1).contains("no answer came"));
    assert_eq!(size(&api, &record).await, before);
    let evidence = std::fs::read(prove(&api, &record)).unwrap();
    assert_eq!(Evidence::verify(&evidence).unwrap().0.timestamp, None);
}

#[tokio::test]
async fn an_authority_that_fails_does_not_affect_other_sites() {
    let authority = Arc::new(Authority::make(&Making::GOOD));
    let asked = Asked::serve(&authority);
    let sites = Sites::with("a-first", &naming("a-first", "http://127.0.0.1:9/"));
    sites.write(SITE, &naming(SITE, &asked.url));
    sites.write("silent", &with_shipped_vendors("silent", SITE_ORIGIN));
    let api = Api::serve(sites);
    let record = api.record("allow_all").await.0;
    let output = timestamp(&api).output().unwrap();
    let (stdout, failure) = (String::from_utf8(output.stdout.clone()).unwrap(), printed(output, 1));
    assert!(
        failure.contains("constat: a-first: ") && failure.contains("the logs of 1 of 2 sites"),
        "{failure}"
    );
    assert!(stdout.contains(&format!("constat/{SITE}/")) && stdout.contains(NAME), "{stdout}");
    assert!(!stdout.contains("silent"), "{stdout}");
    let bundle = std::fs::read(prove(&api, &record)).unwrap();
    let entry = Evidence::verify(&bundle).unwrap().0.timestamp.unwrap().logged.entry;
    assert!(matches!(entry, LogEntry::Timestamp(_)));
}

#[tokio::test]
async fn without_an_authority_in_any_site_file_the_command_names_the_key_to_write() {
    let api = Api::start();
    let failure = printed(timestamp(&api).output().unwrap(), 1);
    assert!(
        failure.contains("write timestamp_authority = \"https://…\" at the top of its file"),
        "{failure}"
    );
}
