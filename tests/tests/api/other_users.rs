//! Commands of another user than the owner of the data folder, and keys of a
//! mounted secret or volume. Only root can play several users: with any other
//! account these tests do nothing.

use crate::files::below;
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{SITE, SITE_ORIGIN, get, notice_hash, post};
use constat_tests::consent;
use constat_tests::server::{Server, binary};
use constat_tests::sites::Sites;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const OWNER: u32 = 54_321;
const STRANGER: u32 = 54_322;
const GROUP: u32 = 54_323;

struct Setup {
    folder: tempfile::TempDir,
    data: PathBuf,
    sites: Sites,
}

/// A data folder, site files and a program that every user reaches; nothing without root.
fn set_up(owner: u32, group: u32, mode: u32) -> Option<Setup> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    set_mode(folder.path(), 0o755);
    set_mode(sites.path(), 0o755);
    set_mode(&sites.file(SITE), 0o644);
    // Another process copies it: a test that starts a program meanwhile would hand on a file that is open for
    // writing, which cannot be started.
    let copy = Command::new("cp").arg(binary()).arg(folder.path().join("constat")).status().unwrap();
    assert!(copy.success());
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    chown(&data, Some(owner), Some(group)).unwrap();
    set_mode(&data, mode);
    Some(Setup { folder, data, sites })
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

impl Setup {
    fn program(&self, user: u32, group: u32) -> Command {
        let mut program = Command::new(self.folder.path().join("constat"));
        program.current_dir("/").uid(user).gid(group);
        program
    }

    fn start(&self, user: u32, group: u32, more: &[&str]) -> Server {
        let args = [&["--sites", self.sites.arg()], more].concat();
        Server::start_by(self.program(user, group), &self.data, &args)
    }

    fn run(&self, user: u32, group: u32, args: &[&str]) -> Output {
        let mut program = self.program(user, group);
        program.args(args).arg("--data").arg(&self.data).output().unwrap()
    }

    /// The sentence of a command that has to refuse.
    fn refusal(&self, user: u32, group: u32, args: &[&str]) -> String {
        let output = self.run(user, group, args);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn serve(&self) -> [&str; 5] {
        ["serve", "--port", "0", "--sites", self.sites.arg()]
    }

    /// Path, owner, mode and size of everything in the data folder.
    fn all(&self) -> Vec<(PathBuf, u32, u32, u64)> {
        let facts = |path: PathBuf| {
            let found = path.symlink_metadata().unwrap();
            (path, found.uid(), found.mode(), if found.is_dir() { 0 } else { found.size() })
        };
        let mut all: Vec<_> = below(&self.data).into_iter().map(facts).collect();
        all.push(facts(self.data.clone()));
        all
    }

    fn assert_all_belong_to(&self, user: u32, group: u32) {
        for path in below(&self.data) {
            let found = path.symlink_metadata().unwrap();
            assert_eq!((found.uid(), found.gid()), (user, group), "{}", path.display());
        }
    }
}

#[tokio::test]
async fn what_root_writes_belongs_to_the_owner_of_the_folder() {
    let Some(setup) = set_up(OWNER, OWNER, 0o700) else { return };
    let server = setup.start(0, 0, &[]);
    let visitor = consent::request(&notice_hash(&server).await, "refuse_all");
    assert_eq!(post(&server, &visitor).await.status, 201);
    setup.assert_all_belong_to(OWNER, OWNER);
    let id = visitor["consent_id"].as_str().unwrap();
    let file = setup.data.join("evidence.json");
    let prove = ["prove", "--site", SITE, "--consent-id", id, "-o", file.to_str().unwrap()];
    for args in [&["keys", "rotate"][..], &prove, &["snapshot", "--chromium", "/bin/false"]] {
        setup.run(0, 0, args);
        setup.assert_all_belong_to(OWNER, OWNER);
    }
    assert!(file.exists() && setup.data.join("keys/2.pem").exists() && setup.data.join("snapshots").exists());
    assert!(server.stop());
    // So the owner goes on with it, after a command that came when no server ran.
    assert!(setup.run(0, 0, &["keys", "list"]).status.success());
    setup.assert_all_belong_to(OWNER, OWNER);
    let server = setup.start(OWNER, OWNER, &[]);
    assert_eq!(get(&server, "/readyz").await.status, 200);
    assert!(server.stop());
}

#[tokio::test]
async fn another_user_is_refused_before_anything_changes() {
    for mode in [0o777, 0o2775] {
        let Some(setup) = set_up(OWNER, GROUP, mode) else { return };
        let words = setup.refusal(STRANGER, GROUP, &setup.serve());
        assert!(words.contains(setup.data.to_str().unwrap()) && words.contains("--reuid 54321"), "{words}");
        assert_eq!(below(&setup.data).len(), 0);
        assert!(setup.start(OWNER, OWNER, &[]).stop());
        for path in below(&setup.data) {
            set_mode(&path, if path.is_dir() { 0o777 } else { 0o666 });
        }
        set_mode(&setup.data, mode);
        let before = setup.all();
        let audit = ["audit", "--site", SITE, "--month", "2026-11"];
        for args in [&setup.serve()[..], &["keys", "rotate"], &["keys", "list"], &audit, &["snapshot"]] {
            let words = setup.refusal(STRANGER, GROUP, args);
            assert!(words.contains("belongs to the user 54321"), "{args:?}: {words}");
            assert_eq!(setup.all(), before, "{args:?}");
        }
    }
}

#[tokio::test]
async fn a_volume_of_root_for_a_group_of_the_process_is_used_again_and_again() {
    let Some(setup) = set_up(0, GROUP, 0o2770) else { return };
    for _ in 0..2 {
        let server = setup.start(OWNER, GROUP, &[]);
        assert_eq!(get(&server, "/readyz").await.status, 200);
        assert!(server.stop());
        for path in below(&setup.data) {
            assert_eq!(path.metadata().unwrap().mode() & 0o077, 0, "{}", path.display());
            // Before each start the group gets read and write.
            chown(&path, None, Some(GROUP)).unwrap();
            set_mode(&path, if path.is_dir() { 0o2770 } else { 0o660 });
        }
    }
    // Root, as in a shell of the container, leaves nothing that the process could not use.
    assert!(setup.run(0, GROUP, &["keys", "rotate"]).status.success());
    assert_eq!(setup.data.join("keys/2.pem").metadata().unwrap().uid(), OWNER);
    // Where every user may write, it is refused.
    let Some(setup) = set_up(0, 0, 0o777) else { return };
    assert!(setup.refusal(OWNER, GROUP, &setup.serve()).contains("belongs to the user 0"));
}

#[tokio::test]
async fn a_key_of_root_for_a_group_of_the_process_is_used_and_no_stranger_may_have_it() {
    let Some(setup) = set_up(OWNER, OWNER, 0o700) else { return };
    assert!(setup.start(OWNER, OWNER, &[]).stop());
    let key = setup.folder.path().join("secret.pem");
    std::fs::rename(setup.data.join("keys/1.pem"), &key).unwrap();
    let name = key.to_str().unwrap();
    let give = |user, group, mode| {
        chown(&key, Some(user), Some(group)).unwrap();
        set_mode(&key, mode);
    };
    for (user, group, mode) in
        [(0, GROUP, 0o440), (0, GROUP, 0o660), (OWNER, GROUP, 0o640), (OWNER, 0, 0o440)]
    {
        give(user, group, mode);
        let server = setup.start(OWNER, GROUP, &["--key-file", name]);
        assert!(server.stop());
        assert_eq!(key.metadata().unwrap().mode() & 0o777, mode, "it is left alone");
    }
    let serve = [&setup.serve()[..], &["--key-file", name]].concat();
    let refusals = [
        (0, GROUP, 0o444, "others"),
        (0, GROUP, 0o442, "others"),
        (OWNER, STRANGER, 0o640, "the group 54322"),
        (OWNER, STRANGER, 0o620, "the group 54322"),
        (STRANGER, GROUP, 0o440, "its owner, the user 54322"),
    ];
    for (user, group, mode, stranger) in refusals {
        give(user, group, mode);
        let words = setup.refusal(OWNER, GROUP, &serve);
        assert!(words.contains(name) && words.contains(stranger), "{words}");
        assert!(words.contains("chmod 600"), "{words}");
    }
}
