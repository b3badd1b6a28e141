//! Files that the program writes: nobody else reads them, and no link is followed.

use crate::command::{constat, prove};
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Api, SITE, SITE_ORIGIN};
use constat_tests::server::{Server, binary};
use constat_tests::sites::Sites;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

fn sites() -> Sites {
    Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN))
}

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Everything below a folder.
pub fn below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(dir).unwrap() {
        let path = file.unwrap().path();
        if path.symlink_metadata().unwrap().is_dir() {
            found.extend(below(&path));
        }
        found.push(path);
    }
    found.sort();
    found
}

fn assert_closed(dir: &Path) {
    let names: Vec<_> = below(dir);
    for path in &names {
        assert_eq!(mode(path) & 0o077, 0, "{}", path.display());
    }
    assert!(names.len() >= 5, "{names:?}");
}

/// A server of an account whose umask hides nothing.
fn start_open(data: &Path, sites: &Sites) -> Server {
    let mut command = Command::new("sh");
    command.args(["-c", "umask 000; exec \"$0\" \"$@\""]).arg(binary());
    Server::start_by(command, data, &["--sites", sites.arg()])
}

#[tokio::test]
async fn nobody_else_reads_a_file_whatever_the_folder_and_its_files_were() {
    let (sites, data) = (sites(), tempfile::tempdir().unwrap());
    set_mode(data.path(), 0o755);
    let server = start_open(data.path(), &sites);
    assert_closed(data.path());
    assert!(server.stop());
    // As a backup that was put back by hand, or a volume, may have them.
    for path in below(data.path()) {
        set_mode(&path, if path.is_dir() { 0o755 } else { 0o644 });
    }
    for key in ["1.pem", "console.key"] {
        set_mode(&data.path().join("keys").join(key), 0o600);
    }
    set_mode(data.path(), 0o777);
    let listed = constat(data.path(), &["keys", "list"]);
    assert!(listed.status.success(), "{listed:?}");
    let server = start_open(data.path(), &sites);
    assert_closed(data.path());
    assert_eq!(mode(data.path()) & 0o022, 0, "no stranger can put a file there");
    assert!(server.stop());
}

#[tokio::test]
async fn evidence_is_its_owners_alone_also_in_place_of_a_file_that_was_not() {
    let api = Api::start();
    let (record, _) = api.record("allow_all").await;
    assert_eq!(mode(&prove(api.data.path(), &record)), 0o600);
    set_mode(&api.data.path().join("evidence.json"), 0o666);
    assert_eq!(mode(&prove(api.data.path(), &record)), 0o600);
}

/// Starts a server that has to refuse; returns its sentence.
fn refused(data: &Path, sites: &Sites) -> String {
    let output = constat(data, &["serve", "--port", "0", "--sites", sites.arg()]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(words.contains("constat: ") && !words.contains("panicked"), "{words}");
    words
}

#[tokio::test]
async fn a_link_in_the_place_of_a_file_of_the_store_is_refused_and_nothing_changes() {
    let sites = sites();
    for name in ["lock", "constat.db", "constat.db-wal", "constat.db-shm", "constat.db-journal"] {
        for is_there in [true, false] {
            let (data, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            let (link, victim) = (data.path().join(name), elsewhere.path().join("victim"));
            if is_there {
                std::fs::write(&victim, "precious").unwrap();
                set_mode(&victim, 0o644);
            }
            symlink(&victim, &link).unwrap();
            set_mode(data.path(), 0o755);
            let words = refused(data.path(), &sites);
            assert!(words.contains(link.to_str().unwrap()) && words.contains("symbolic link"), "{words}");
            assert!(words.contains("remove the link"), "{words}");
            assert_eq!(below(data.path()), [link], "nothing was made");
            assert_eq!(mode(data.path()), 0o755);
            assert_eq!(victim.exists(), is_there);
            if is_there {
                assert_eq!(
                    (std::fs::read(&victim).unwrap().as_slice(), mode(&victim)),
                    (b"precious".as_slice(), 0o644)
                );
            }
        }
    }
}

#[tokio::test]
async fn a_file_with_a_second_name_elsewhere_is_refused_and_nothing_changes() {
    let sites = sites();
    for name in ["lock", "constat.db"] {
        let folder = tempfile::tempdir().unwrap();
        let (data, victim) = (folder.path().join("data"), folder.path().join("victim"));
        std::fs::create_dir(&data).unwrap();
        std::fs::write(&victim, "precious").unwrap();
        set_mode(&victim, 0o644);
        std::fs::hard_link(&victim, data.join(name)).unwrap();
        let words = refused(&data, &sites);
        assert!(words.contains("hard link") && words.contains(name), "{words}");
        assert_eq!(
            (std::fs::read(&victim).unwrap().as_slice(), mode(&victim)),
            (b"precious".as_slice(), 0o644)
        );
        assert_eq!(below(&data).len(), 1);
    }
}

#[tokio::test]
async fn a_pipe_in_the_place_of_the_lock_is_refused_and_nobody_waits_for_it() {
    let (sites, data) = (sites(), tempfile::tempdir().unwrap());
    let made = Command::new("mkfifo").arg(data.path().join("lock")).status().unwrap();
    assert!(made.success());
    assert!(refused(data.path(), &sites).contains("is not a file"));
}

#[tokio::test]
async fn a_data_folder_that_is_itself_reached_through_a_link_is_used() {
    let (sites, folder) = (sites(), tempfile::tempdir().unwrap());
    let (target, link) = (folder.path().join("private"), folder.path().join("data"));
    std::fs::create_dir(&target).unwrap();
    symlink(&target, &link).unwrap();
    let server = Server::start(&link, &["--sites", sites.arg()]);
    assert!(target.join("constat.db").is_file());
    let listed = constat(&link, &["keys", "list"]);
    assert!(listed.status.success(), "{listed:?}");
    assert!(server.stop());
}

#[tokio::test]
async fn the_other_commands_follow_no_link_either() {
    let api = Api::start();
    let (record, _) = api.record("allow_all").await;
    let elsewhere = tempfile::tempdir().unwrap();
    let victim = elsewhere.path().join("victim");
    std::fs::write(&victim, "precious").unwrap();
    // prove -o
    let link = elsewhere.path().join("evidence.json");
    symlink(&victim, &link).unwrap();
    let id = record.consent_id.to_string();
    let prove = ["prove", "--site", SITE, "--consent-id", &id, "-o", link.to_str().unwrap()];
    let output = constat(api.data.path(), &prove);
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && words.contains(link.to_str().unwrap()), "{words}");
    assert!(words.contains("symbolic link"), "{words}");
    // The lock of the pictures.
    let snapshots = api.data.path().join("snapshots");
    std::fs::create_dir(&snapshots).unwrap();
    symlink(&victim, snapshots.join("lock")).unwrap();
    let output = constat(api.data.path(), &["snapshot"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("symbolic link"), "{output:?}");
    // A key that was not there yet.
    symlink(elsewhere.path().join("planted"), api.data.path().join("keys/2.pem")).unwrap();
    assert!(!constat(api.data.path(), &["keys", "rotate"]).status.success());
    assert!(!elsewhere.path().join("planted").exists());
    assert_eq!(std::fs::read(&victim).unwrap(), b"precious");
}
