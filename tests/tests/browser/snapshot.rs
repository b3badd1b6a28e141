//! `constat snapshot` with a real Chromium: the pictures, their entry in the
//! log, and that nothing else is left behind.

use constat_shared::{Evidence, Hash, LogEntry};
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Api, SITE, SITE_ORIGIN};
use constat_tests::server::binary;
use constat_tests::sites::Sites;
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// Longer than the 30 seconds that one picture may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server with a small site in two languages, and a folder for temporary files.
struct Setup {
    api: Api,
    tmp: TempDir,
}

impl Setup {
    fn start() -> Setup {
        let all = r#"languages = ["fr", "nl", "de", "en"]"#;
        let site = with_shipped_vendors(SITE, SITE_ORIGIN).replace(all, r#"languages = ["fr", "nl"]"#);
        Setup { api: Api::serve(Sites::with(SITE, &site)), tmp: tempfile::tempdir().unwrap() }
    }

    fn data(&self) -> &Path {
        self.api.data.path()
    }

    fn spawn(&self, args: &[&str]) -> Child {
        let mut command = Command::new(binary());
        command.arg("snapshot").args(args).arg("--data").arg(self.data()).env("TMPDIR", self.tmp.path());
        command.env("CONSTAT_KEY_FILE", "/a/secret");
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        command.kill_on_drop(true).spawn().unwrap()
    }

    /// Runs the command, and sees that no process and no folder is left of it.
    async fn snapshot(&self, args: &[&str]) -> Output {
        self.end(self.spawn(args)).await
    }

    async fn end(&self, command: Child) -> Output {
        let output = tokio::time::timeout(PATIENCE, command.wait_with_output()).await;
        let output = output.expect("the command exits in time").unwrap();
        let left: Vec<_> = std::fs::read_dir(self.tmp.path()).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(processes_with(self.tmp.path().to_str().unwrap()), Vec::<String>::new());
        output
    }

    async fn browser_runs(&self) {
        let start = Instant::now();
        while processes_with(self.tmp.path().to_str().unwrap()).is_empty() {
            assert!(start.elapsed() < PATIENCE, "no browser was started");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The folder of the only notice's pictures.
    async fn folder(&self) -> PathBuf {
        self.data().join("snapshots").join(self.api.notice_hash().await)
    }

    async fn post(&self, action: &str) -> serde_json::Value {
        let answer = self.api.post(&self.api.consent(action).await).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["record"].clone()
    }

    /// A stand-in for a Chromium that does not work.
    fn program(&self, name: &str, script: &str) -> String {
        let path = self.data().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    async fn constat(&self, args: &[&str]) -> Output {
        let mut command = Command::new(binary());
        command.args(args);
        if args[0] != "verify" {
            command.arg("--data").arg(self.data());
        }
        command.output().await.unwrap()
    }

    async fn prove(&self, record: &serde_json::Value) -> PathBuf {
        let file = self.data().join("evidence.json");
        let id = record["consent_id"].as_str().unwrap();
        let output =
            self.constat(&["prove", "--site", SITE, "--consent-id", id, "-o", file.to_str().unwrap()]).await;
        assert!(output.status.success(), "{output:?}");
        file
    }

    async fn audit(&self, record: &serde_json::Value) -> String {
        let month = &record["recorded_at"].as_str().unwrap()[..7];
        let output = self.constat(&["audit", "--site", SITE, "--month", month]).await;
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// The command lines of the running processes that name something.
fn processes_with(name: &str) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    lines.map(|line| String::from_utf8_lossy(&line).into_owned()).filter(|line| line.contains(name)).collect()
}

fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn done(output: &Output, words: &str) {
    assert!(output.status.success() && printed(output).contains(words), "{output:?}");
}

fn failed(output: &Output, words: &str) {
    assert!(output.status.code() == Some(1) && printed(output).contains(words), "{output:?}");
}

/// Width and height, from the first bytes of a PNG.
fn size(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[tokio::test]
async fn a_bundle_names_the_pictures_of_both_layers_in_every_language_and_window() {
    let setup = Setup::start();
    let record = setup.post("refuse_all").await;
    done(&setup.snapshot(&["--site", SITE]).await, "polaire: 8 pictures taken");
    let folder = setup.folder().await;
    assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);

    let file = setup.prove(&record).await;
    let (evidence, _) = Evidence::verify(&std::fs::read(&file).unwrap()).unwrap();
    let pack = evidence.snapshot().unwrap();
    assert!(pack.browser.starts_with("Chromium ") && pack.browser.contains('.'), "{}", pack.browser);
    let mut names = BTreeSet::new();
    let mut hashes = BTreeSet::new();
    for image in &pack.images {
        let png = std::fs::read(folder.join(image.file_name())).unwrap();
        assert_eq!(size(&png), (image.width, image.height));
        assert_eq!(Hash::of(&png), image.sha256, "{}", image.file_name());
        assert!(png.len() > 10_000, "{} is nearly empty", image.file_name());
        names.insert(image.file_name());
        hashes.insert(image.sha256.to_string());
    }
    let mut expected = BTreeSet::new();
    for language in ["fr", "nl"] {
        for layer in ["banner", "configuration"] {
            expected.extend(["360x740", "1280x800"].map(|size| format!("{language}-{layer}-{size}.png")));
        }
    }
    assert_eq!((names, hashes.len()), (expected, 8));
    let kept: LogEntry = serde_json::from_slice(&std::fs::read(folder.join("pack.json")).unwrap()).unwrap();
    assert_eq!(kept, evidence.snapshot.as_ref().unwrap().entry);

    let before = setup.audit(&record).await;
    let again = setup.snapshot(&[]).await;
    done(&again, "nothing to do");
    assert!(again.stderr.is_empty(), "{again:?}");
    std::fs::remove_file(folder.join("nl-banner-360x740.png")).unwrap();
    std::fs::write(folder.join("fr-banner-360x740.png"), "another").unwrap();
    done(&setup.snapshot(&[]).await, "2 of the 8 pictures of polaire are not in");
    assert!(!folder.join("nl-banner-360x740.png").exists(), "they are not taken again");
    assert_eq!(setup.audit(&record).await, before);
}

#[tokio::test]
async fn records_posted_while_pictures_are_taken_are_all_stored() {
    let setup = Setup::start();
    let ended = std::cell::Cell::new(false);
    let taking = async {
        let output = setup.end(setup.spawn(&[])).await;
        ended.set(true);
        output
    };
    let posting = async {
        let mut records = Vec::new();
        while !ended.get() {
            records.push(setup.post("allow_all").await);
        }
        records
    };
    let (output, records) = tokio::join!(taking, posting);
    done(&output, "8 pictures taken");
    let count = records.len();
    assert!(count > 10, "{count}");
    assert_eq!(setup.api.record_count(), i64::try_from(count).unwrap());
    let audit = setup.audit(&records[0]).await;
    assert!(audit.contains(&format!("records {count}, entries 2, erased or expired 0")), "{audit}");
}

#[tokio::test]
async fn pictures_that_are_there_whole_are_written_to_the_log_and_half_of_them_are_taken_again() {
    let first = Setup::start();
    done(&first.snapshot(&[]).await, "8 pictures taken");
    let Api { server, sites, data, .. } = first.api;
    assert!(server.stop());
    // The same site with another store, whose log has no pictures.
    let second = Setup { api: Api::serve(sites), tmp: first.tmp };
    let (from, to) = (data.path().join("snapshots"), second.data().join("snapshots"));
    std::fs::rename(from, to).unwrap();
    let folder = second.folder().await;
    let record = second.post("allow_all").await;
    let banner = folder.join("fr-banner-360x740.png");
    let whole = std::fs::read(&banner).unwrap();

    std::fs::write(&banner, &whole[..100]).unwrap();
    failed(&second.snapshot(&["--chromium", "/bin/false"]).await, "Chromium ended too early");
    std::fs::write(&banner, &whole).unwrap();
    done(&second.snapshot(&["--chromium", "/bin/false"]).await, "8 pictures taken earlier, now in the log");
    let (evidence, _) = Evidence::verify(&std::fs::read(second.prove(&record).await).unwrap()).unwrap();
    assert!(evidence.snapshot().unwrap().images.iter().any(|image| image.sha256 == Hash::of(&whole)));
}

#[tokio::test]
async fn a_picture_that_is_not_the_one_in_the_log_is_named() {
    let setup = Setup::start();
    let record = setup.post("allow_all").await;
    done(&setup.snapshot(&[]).await, "8 pictures taken");
    let (file, folder) = (setup.prove(&record).await, setup.folder().await);
    let (file, images) = (file.to_str().unwrap(), folder.to_str().unwrap());
    let verify = async || setup.constat(&["verify", file, "--images", images]).await;
    let lines_of = |output: &Output, name: &str| -> Vec<String> {
        printed(output).lines().filter(|line| line.contains(name)).map(str::to_owned).collect()
    };
    let good = verify().await;
    assert!(good.status.success(), "{good:?}");
    assert_eq!(lines_of(&good, ".png").iter().filter(|line| line.starts_with("proven: ")).count(), 8);

    let (banner, gone) = ("fr-banner-360x740.png", "nl-banner-360x740.png");
    std::fs::remove_file(folder.join(gone)).unwrap();
    let output = verify().await;
    assert!(output.status.success(), "{output:?}");
    assert!(lines_of(&output, gone)[0].starts_with("not proven: "), "{output:?}");
    let mut png = std::fs::read(folder.join(banner)).unwrap();
    *png.last_mut().unwrap() ^= 1;
    std::fs::write(folder.join(banner), png).unwrap();
    let output = verify().await;
    failed(&output, "NOT proven");
    assert!(lines_of(&output, banner)[0].starts_with("not proven: "), "{output:?}");
    failed(&setup.constat(&["verify", file, "--images", "/no/such"]).await, "/no/such cannot be read");
    let empty = setup.tmp.path().to_str().unwrap();
    failed(&setup.constat(&["verify", file, "--images", empty]).await, "there is no picture in");
}

#[tokio::test]
async fn a_chromium_that_is_missing_or_does_not_work_is_named_and_writes_nothing() {
    let setup = Setup::start();
    let hanging = setup.program("hanging", "sleep 600; true");
    let late = setup.spawn(&["--chromium", &hanging]);
    let dumps = setup.data().join("environment");
    let failing = setup.program("failing", &format!("env > {}; echo no sandbox >&2", dumps.display()));

    setup.browser_runs().await;
    let beside = setup.spawn(&[]).wait_with_output().await.unwrap();
    failed(&beside, "another `constat snapshot` works in");
    failed(&setup.end(late).await, "Chromium has not started within 30 seconds");
    failed(&setup.snapshot(&["--chromium", "/no/such"]).await, "/no/such is no program");
    failed(&setup.snapshot(&["--site", "nobody"]).await, "no notice of the site nobody");
    let output = setup.snapshot(&["--chromium", &failing]).await;
    failed(&output, "Chromium ended too early");
    failed(&output, "no sandbox");
    let environment = std::fs::read_to_string(dumps).unwrap();
    assert!(environment.contains("PATH=") && !environment.contains("/a/secret"), "{environment}");

    let mut command = Command::new(binary());
    let output = command.args(["snapshot", "--data"]).arg(setup.data()).env("PATH", "/no/such").output();
    failed(&output.await.unwrap(), "Chromium was not found: install it");

    let stopped = setup.spawn(&["--chromium", &hanging]);
    setup.browser_runs().await;
    let pid = rustix::process::Pid::from_raw(stopped.id().unwrap().cast_signed()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    failed(&setup.end(stopped).await, "stopped; what was finished before is kept");
    assert!(!setup.folder().await.exists());
}
