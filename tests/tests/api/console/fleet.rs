//! Two servers on one Redis are one console.

use constat_testkit::redis::Redis;
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{SITE_ORIGIN, notice_hash, post};
use constat_tests::consent::request;
use constat_tests::console::{OWN, PASSWORD, Visitor, add, path_of};
use constat_tests::server::{Server, run};
use constat_tests::sites::Sites;
use std::path::Path;

const EMAIL: &str = "ana@helvia.example";

/// Several servers have one set of keys.
fn copy_keys(from: &Path, to: &Path) {
    std::fs::create_dir(to.join("keys")).unwrap();
    for file in std::fs::read_dir(from.join("keys")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join("keys").join(file.file_name())).unwrap();
    }
}

#[tokio::test]
async fn sessions_links_and_their_ends_count_on_every_server_at_once() {
    let redis = Redis::start();
    let sites = Sites::with(OWN, &with_shipped_vendors(OWN, SITE_ORIGIN));
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let url = redis.url();
    let args = ["--sites", sites.arg(), "--store", &url];
    let first = Server::start(folders[0].path(), &args);
    copy_keys(folders[0].path(), folders[1].path());
    let second = Server::start(folders[1].path(), &args);
    let (first_url, second_url) = (Visitor::at(&first).url, Visitor::at(&second).url);
    let link = add(folders[0].path(), &["--store", &url], EMAIL, "dpo", OWN).await;

    // The password on one, the second factor on the other.
    let mut visitor = Visitor::at(&first);
    let path = path_of(&link).to_owned();
    assert_eq!(visitor.submit(&path, &path, &[("password", PASSWORD)]).await.status, 303);
    visitor.url = second_url.clone();
    let mut person = visitor.welcome(EMAIL, &link).await;
    assert!(visitor.is_in().await);
    visitor.url = first_url.clone();
    assert!(visitor.is_in().await);
    assert_eq!(Visitor::at(&first).get(&path).await.status, 410);

    let code = person.next_code();
    let mut other = Visitor::at(&second);
    assert_eq!(other.sign_in(EMAIL, PASSWORD, &code).await.status, 303);
    assert_eq!(Visitor::at(&first).sign_in(EMAIL, PASSWORD, &code).await.status, 401, "a code works once");

    // Ended on one, it opens nothing on the other.
    visitor.submit("/console/account", "/console/account/sessions/end", &[]).await;
    assert!(!other.is_in().await && visitor.is_in().await);
    let code = person.recovery_code();
    assert_eq!(other.sign_in(EMAIL, PASSWORD, &code).await.status, 303);
    let fields = [("current_password", PASSWORD), ("password", "a better horse battery")];
    visitor.submit("/console/account", "/console/account/password", &fields).await;
    assert!(!other.is_in().await && visitor.is_in().await);
    let mut copy = visitor.clone();
    copy.url = second_url;
    assert!(copy.is_in().await);
    a_look_by_a_command_is_noted_unless_redis_takes_no_entry(&second, &redis, folders[0].path(), &mut copy)
        .await;
    visitor.submit("/console/account", "/console/sign-out", &[]).await;
    assert!(!copy.is_in().await);
}

/// The command runs in the folder of one server, and the other shows the entry.
async fn a_look_by_a_command_is_noted_unless_redis_takes_no_entry(
    server: &Server,
    redis: &Redis,
    data: &Path,
    dpo: &mut Visitor,
) {
    let asked = request(&notice_hash(server).await, "allow_all");
    let id = asked["consent_id"].as_str().unwrap();
    assert_eq!(post(server, &asked).await.status, 201);
    let url = redis.url();
    let args =
        ["records", "--site", OWN, "--consent-id", id, "--store", &url, "--data", data.to_str().unwrap()];
    let looked = run(args).await;
    assert!(looked.status.success() && looked.stderr.is_empty(), "{looked:?}");
    let entries = async |dpo: &mut Visitor| {
        let page = dpo.get("/console/audit-trail?who=constat+records").await;
        page.text().matches(id).count()
    };
    assert_eq!(entries(dpo).await, 1);
    // It has no replica.
    redis.ask(&["CONFIG", "SET", "min-replicas-to-write", "1"]);
    let looked = run(args).await;
    assert!(
        looked.status.success() && String::from_utf8_lossy(&looked.stdout).contains("allow_all"),
        "{looked:?}"
    );
    let words = String::from_utf8_lossy(&looked.stderr);
    assert!(words.contains("the audit trail does not say that this was seen: "), "{words}");
    redis.ask(&["CONFIG", "SET", "min-replicas-to-write", "0"]);
    assert_eq!(entries(dpo).await, 1);
}
