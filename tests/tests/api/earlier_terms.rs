//! A change of the terms asks again only those whom it concerns: what consent.js says about earlier terms, and
//! what the operator is told.

use constat_testkit::redis::Redis;
use constat_testkit::sample_site::{with_one_vendor_more, with_shipped_vendors};
use constat_tests::api::{Api, SITE, SITE_ORIGIN, get, site_path};
use constat_tests::consent;
use constat_tests::server::{Server, run};
use constat_tests::sites::Sites;
use rustix::process::Signal;
use serde_json::{Value, json};

const NOBODY: &str = "serving a site; nobody is asked again: nothing came or changed in the terms";
const CAME: &str =
    "serving a site; visitors who had allowed something are asked again: the vendor `matomo` came";

fn small() -> String {
    with_shipped_vendors(SITE, SITE_ORIGIN)
}

fn larger() -> String {
    with_one_vendor_more(SITE, SITE_ORIGIN)
}

async fn settings(server: &Server) -> Value {
    let answer = get(server, &site_path("consent.js")).await;
    let loader = answer.text();
    let start = loader.find("{\"site\":").expect("the loader has settings");
    let mut values = serde_json::Deserializer::from_str(&loader[start..]).into_iter();
    values.next().expect("the settings are JSON").expect("the settings are JSON")
}

async fn reload(api: &Api, text: &str) -> Value {
    api.sites.write(SITE, text);
    let count = api.server.log().matches("the site files were read again").count();
    api.server.signal(Signal::HUP);
    api.server.logs("the site files were read again", count + 1).await;
    settings(&api.server).await
}

#[tokio::test]
async fn a_vendor_taken_away_asks_nobody_and_one_that_came_asks_who_had_allowed_something() {
    let api = Api::serve(Sites::with(SITE, &larger()));
    let first = settings(&api.server).await;
    assert_eq!((&first["earlier"], &first["again"]), (&Value::Null, &Value::Null));
    api.server.logs("serving a site for the first time", 1).await;

    let second = reload(&api, &small()).await;
    assert_eq!(second["earlier"], json!([[first["terms"], "10000", [0, 2, 3]]]));
    assert!(api.server.log().contains(NOBODY), "{}", api.server.log());

    // It goes back to the earlier terms, which are the present ones now.
    let third = reload(&api, &larger()).await;
    assert_eq!((&third["terms"], &third["earlier"]), (&first["terms"], &json!([[second["terms"], "10000"]])));
    assert!(api.server.log().contains(CAME), "{}", api.server.log());

    let fourth = reload(&api, &format!("ask_refusers_again = true\n{}", small())).await;
    assert_eq!((&fourth["earlier"], &fourth["again"]), (&second["earlier"], &json!(1)));
    let worded = format!(
        "{}\n[texts]\nfr.title = \"T\"\nnl.title = \"T\"\nde.title = \"T\"\nen.title = \"T\"\n",
        small()
    );
    let fifth = reload(&api, &worded).await;
    assert_ne!(fifth["notice"], fourth["notice"]);
    assert_eq!((&fifth["earlier"], &fifth["again"]), (&second["earlier"], &Value::Null));

    // The same after a start, which compares with what was served last.
    let api = api.restart();
    assert_eq!(settings(&api.server).await, fifth);
    api.server.logs(NOBODY, 1).await;
    api.sites.write(SITE, &format!("ask_refusers_again = true\n{}", larger()));
    let api = api.restart();
    let asked = CAME.replace("visitors who had allowed something", "all visitors");
    api.server.logs(&asked, 1).await;
}

#[tokio::test]
async fn earlier_terms_are_compared_with_the_present_ones_whatever_was_between() {
    let api = Api::serve(Sites::with(SITE, &larger()));
    let first = settings(&api.server).await;
    let exempt = larger().replace("[categories.functional]", "[categories.functional]\nexempt = true");
    let second = reload(&api, &exempt).await;
    assert_eq!(second["earlier"], json!([[first["terms"], "10000", [0, 1, 2, 3]]]), "exempt asks nobody");
    let third = reload(&api, &small()).await;
    let expected = json!([[second["terms"], "11000"], [first["terms"], "10000", [0, 2, 3]]]);
    assert_eq!(third["earlier"], expected, "an exemption withdrawn asks; the first terms only lost a vendor");
    let log = api.server.log();
    assert!(log.contains("the category `functional` is not exempt any more"), "{log}");
}

#[tokio::test]
async fn an_answer_on_new_terms_follows_the_one_on_the_old_terms() {
    let api = Api::serve(Sites::with(SITE, &larger()));
    let mut first = consent::request(&api.notice_hash().await, "allow_all");
    first["vendors"]["matomo"] = json!(true);
    assert_eq!(api.post(&first).await.status, 201);
    reload(&api, &small()).await;
    let mut next = api.consent("refuse_all").await;
    next["consent_id"] = first["consent_id"].clone();
    next["previous_event_id"] = first["event_id"].clone();
    let stored = api.post(&next).await;
    assert_eq!(stored.status, 201, "{stored:?}");
    let record = &stored.json()["record"];
    assert_eq!(record["previous_event_id"], first["event_id"]);
    assert_eq!(record["notice_hash"], next["notice_hash"]);
}

#[tokio::test]
async fn a_check_says_who_would_be_asked_again() {
    let api = Api::start();
    let changed = Sites::with(SITE, &larger());
    let file = changed.file(SITE);
    let check = async |data: &std::path::Path| {
        let args: [&std::ffi::OsStr; 4] = ["check".as_ref(), file.as_ref(), "--data".as_ref(), data.as_ref()];
        run(args).await
    };
    let checked = check(api.data.path()).await;
    let printed = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(checked.status.success(), "{checked:?}");
    let sentence = CAME.trim_start_matches("serving a site; ");
    assert_eq!(printed.lines().last(), Some(format!("{}: {sentence}", file.display()).as_str()));
    assert_eq!(settings(&api.server).await["earlier"], Value::Null, "a check publishes nothing");
    let empty = tempfile::tempdir().unwrap();
    let refused = check(empty.path()).await;
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
}

#[tokio::test]
async fn servers_on_one_redis_and_a_copy_of_it_know_the_same_terms() {
    let redis = Redis::start();
    let url = redis.url();
    let sites = Sites::with(SITE, &larger());
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let args = ["--sites", sites.arg(), "--store", &url];
    let first = Server::start(folders[0].path(), &args);
    let before = settings(&first).await;
    sites.write(SITE, &small());
    first.signal(Signal::HUP);
    first.logs("the site files were read again", 1).await;
    let expected = settings(&first).await;
    assert_eq!(expected["earlier"], json!([[before["terms"], "10000", [0, 2, 3]]]));
    std::fs::create_dir(folders[1].path().join("keys")).unwrap();
    std::fs::copy(folders[0].path().join("keys/1.pem"), folders[1].path().join("keys/1.pem")).unwrap();
    let second = Server::start(folders[1].path(), &args);
    assert_eq!(settings(&second).await, expected);
    assert!(first.stop() && second.stop());

    let target = tempfile::tempdir().unwrap();
    let to = target.path().join("data");
    let copied = run(["copy", "--from", &url, "--to", &format!("sqlite:{}", to.display())]).await;
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    std::fs::create_dir(to.join("keys")).ok();
    std::fs::copy(folders[0].path().join("keys/1.pem"), to.join("keys/1.pem")).unwrap();
    let third = Server::start(&to, &["--sites", sites.arg()]);
    assert_eq!(settings(&third).await, expected);
}
