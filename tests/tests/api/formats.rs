//! Every version reads what an earlier one wrote. `tests/fixtures/` keeps that, with how it was made.

use constat_shared::{Category, ConsentCookie, Hash, Record, SiteId, cookie};
use constat_testkit::redis::Redis;
use constat_tests::api::{Answer, answer, client};
use constat_tests::console::Visitor;
use constat_tests::programs::token;
use constat_tests::receipts;
use constat_tests::server::{Server, run};
use reqwest::Method;
use reqwest::header::ORIGIN;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The consent ids, by site and last digits, in the order of `records.json`.
const VISITORS: [(&str, &str); 9] = [
    ("polaire", "0a00"),
    ("polaire", "0b00"),
    ("polaire", "0c00"),
    ("polaire", "0d00"),
    ("polaire", "0e00"),
    ("duo", "1000"),
    ("duo", "1101"),
    ("duo", "1200"),
    ("duo", "1301"),
];

fn fixture(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/0.1.0")).join(name)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn consent_id(end: &str) -> String {
    format!("0372a000-0000-7000-8000-00000000{end}")
}

/// A store with its keys, which the test may change.
struct Stored {
    folder: TempDir,
    redis: Option<Redis>,
    /// What `constat records` answered for each of [`VISITORS`] when it was written.
    records: Vec<Value>,
}

impl Stored {
    fn in_folder() -> Stored {
        let folder = folder_with_keys("data");
        for file in ["constat.db", "constat.db-wal"] {
            std::fs::copy(fixture("data").join(file), folder.path().join(file)).unwrap();
        }
        Stored { folder, redis: None, records: records("data") }
    }

    fn in_redis() -> Stored {
        let redis = Redis::start_from(&fixture("redis/dump.rdb"));
        Stored { folder: folder_with_keys("redis"), redis: Some(redis), records: records("redis") }
    }

    /// The options that name it.
    fn options(&self) -> Vec<String> {
        let data = ["--data".to_owned(), text(self.folder.path()).to_owned()];
        let store = self.redis.iter().flat_map(|redis| ["--store".to_owned(), redis.url()]);
        data.into_iter().chain(store).collect()
    }

    /// Its address, as `constat copy` takes it.
    fn address(&self) -> String {
        match &self.redis {
            Some(redis) => redis.url(),
            None => format!("sqlite:{}", text(self.folder.path())),
        }
    }

    /// Serves it, long before its dates: the operator says that the clock is right.
    async fn serve(&self) -> Server {
        let (sites, more) = (fixture("sites"), self.options().split_off(2));
        let args: Vec<&str> =
            ["--sites", text(&sites)].into_iter().chain(more.iter().map(String::as_str)).collect();
        let server = Server::start(self.folder.path(), &args);
        server.logs("nothing is recorded and nothing deleted: the system's clock", 1).await;
        self.run(&["clock", "accept"]).await;
        server.logs("the clock is right again", 1).await;
        server
    }

    async fn run(&self, args: &[&str]) -> String {
        let args = args.iter().map(|arg| (*arg).to_owned()).chain(self.options());
        succeeded(run(args).await)
    }
}

fn folder_with_keys(store: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    std::fs::create_dir(&keys).unwrap();
    for file in ["1.pem", "2.pem"] {
        std::fs::copy(fixture(store).join("keys").join(file), keys.join(file)).unwrap();
        // A checkout lets everybody read it.
        std::fs::set_permissions(keys.join(file), Permissions::from_mode(0o600)).unwrap();
    }
    folder
}

fn records(store: &str) -> Vec<Value> {
    let file = std::fs::read_to_string(fixture(store).join("records.json")).unwrap();
    let records: Vec<Value> =
        serde_json::Deserializer::from_str(&file).into_iter().map(Result::unwrap).collect();
    assert_eq!(records.len(), VISITORS.len());
    records
}

fn succeeded(output: std::process::Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Checks that a store holds what was written: every record, every log, and proofs of all of it.
async fn is_whole(stored: &Stored) {
    for ((site, end), expected) in VISITORS.iter().zip(&stored.records) {
        let id = consent_id(end);
        let of = ["--site", site, "--consent-id", &id];
        let found = stored.run(&[&["records", "--json"], &of[..]].concat()).await;
        assert_eq!(&serde_json::from_str::<Value>(&found).unwrap(), expected, "{site} {end}");
        for record in expected.as_array().unwrap() {
            let bundle = stored.folder.path().join("evidence.json");
            let event = record["event_id"].as_str().unwrap();
            let args = ["prove", "--event", event, "--output", text(&bundle)];
            stored.run(&[&args, &of[..]].concat()).await;
            let proven = succeeded(run(["verify", text(&bundle)]).await);
            assert!(proven.contains(&format!("proven: consent id {id} on site {site}")), "{proven}");
            assert!(proven.contains("proven: the log names, by SHA-256, the files served"), "{proven}");
        }
    }
    for (site, month, log_count, leaves) in [
        ("polaire", "2090-02", 1, "records 2, entries 5, erased or expired 1"),
        ("polaire", "2090-03", 1, "records 2, entries 1, erased or expired 0"),
        ("duo", "2090-02", 2, "records 2, entries 1, erased or expired 0"),
        ("duo", "2090-03", 2, "records 1, entries 0, erased or expired 0"),
    ] {
        let audited = stored.run(&["audit", "--site", site, "--month", month]).await;
        assert_eq!(audited.matches("agree with what is stored").count(), log_count, "{audited}");
        assert!(audited.contains(leaves), "{audited}");
    }
}

#[tokio::test]
async fn a_data_folder_of_version_0_1_0_still_opens() {
    let stored = Stored::in_folder();
    // Commands read it as it is, and after a server has migrated it. Its clock is behind what was
    // written, so it writes nothing.
    is_whole(&stored).await;
    assert!(Server::start(stored.folder.path(), &["--sites", text(&fixture("sites"))]).stop());
    is_whole(&stored).await;
}

#[tokio::test]
async fn a_site_of_version_0_1_0_keeps_the_facts_that_it_was_published_with() {
    let evidence: Value = serde_json::from_slice(&std::fs::read(fixture("evidence.json")).unwrap()).unwrap();
    let of = |vendors: &Value| {
        let vendors = vendors.as_array().unwrap().iter();
        let facts = vendors.map(|vendor| (vendor["id"].clone(), (vendor["country"].clone(), days(vendor))));
        facts.map(|(id, facts)| (id.to_string(), facts)).collect::<BTreeMap<_, _>>()
    };
    let published = of(&evidence["notice"]["vendors"]);
    let stored = Stored::in_folder();
    let server = Server::start(stored.folder.path(), &["--sites", text(&fixture("sites"))]);
    let served = client().get(format!("{}/v1/sites/polaire/vendors", server.url));
    let served = answer(served).await.json();
    let served =
        served["categories"].as_array().unwrap().iter().flat_map(|category| of(&category["vendors"]));
    let served: BTreeMap<_, _> = served.collect();
    assert!(served.len() > 1);
    for (id, facts) in &served {
        assert_eq!(published.get(id), Some(facts), "{id}");
    }
}

/// The days of each cookie of a vendor, by its name.
fn days(vendor: &Value) -> BTreeMap<String, Value> {
    let cookies = vendor["cookies"].as_array().unwrap().iter();
    cookies
        .map(|cookie| (cookie["name"].as_str().unwrap().to_owned(), cookie["duration_days"].clone()))
        .collect()
}

#[tokio::test]
async fn a_redis_store_of_version_0_1_0_still_opens() {
    is_whole(&Stored::in_redis()).await;
}

#[tokio::test]
async fn stores_of_version_0_1_0_can_still_be_copied() {
    for from in [Stored::in_folder(), Stored::in_redis()] {
        let (folder, records) = (TempDir::new().unwrap(), from.records.clone());
        let redis = from.redis.is_none().then(Redis::start);
        let to = Stored { folder, redis, records };
        let copied = succeeded(run(["copy", "--from", &from.address(), "--to", &to.address()]).await);
        assert!(copied.starts_with("keys 2, notices 3, records 9 (9 new), logs 6 "), "{copied}");
        assert!(copied.contains(", dropped logs 2"), "{copied}");
        std::fs::rename(from.folder.path().join("keys"), to.folder.path().join("keys")).unwrap();
        is_whole(&to).await;
    }
}

/// A store of SQLite schema 5, or of Redis format 2, and the keys of both.
fn of_schema_5(in_redis: bool) -> Stored {
    let from = fixture("../schema-5");
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("keys")).unwrap();
    for file in ["keys/1.pem", "keys/console.key", "keys/audit-trail.head", "constat.db"] {
        let to = folder.path().join(file);
        if !in_redis || file.starts_with("keys/") {
            std::fs::copy(from.join("data").join(file), &to).unwrap();
            std::fs::set_permissions(to, Permissions::from_mode(0o600)).unwrap();
        }
    }
    let records = std::fs::read_to_string(from.join("data/records.json")).unwrap();
    let redis = in_redis.then(|| Redis::start_from(&from.join("redis/dump.rdb")));
    Stored { folder, redis, records: vec![serde_json::from_str(&records).unwrap()] }
}

/// Its records are there and proven, and its logs and its trail agree with them.
async fn holds_what_schema_5_wrote(stored: &Stored) {
    let id = consent_id("0a00");
    let of = ["--site", "polaire", "--consent-id", &id];
    let found = stored.run(&[&["records", "--json"], &of[..]].concat()).await;
    assert_eq!(serde_json::from_str::<Value>(&found).unwrap(), stored.records[0]);
    let bundle = stored.folder.path().join("evidence.json");
    stored.run(&[&["prove", "--output", text(&bundle)], &of[..]].concat()).await;
    succeeded(run(["verify", text(&bundle)]).await);
    let audited = stored.run(&["audit", "--site", "polaire", "--month", "2090-02"]).await;
    assert!(audited.contains("records 2, entries 2, erased or expired 1"), "{audited}");
    stored.run(&["audit", "--trail"]).await;
}

#[tokio::test]
async fn a_store_of_schema_5_or_redis_format_2_opens_is_searched_and_copied() {
    for in_redis in [false, true] {
        let stored = of_schema_5(in_redis);
        holds_what_schema_5_wrote(&stored).await;
        let server = stored.serve().await;
        let more = stored.options().split_off(2);
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        let token = token(stored.folder.path(), "search", &["records:read"], &more).await;
        let url = format!("{}/v1/admin/sites/polaire/records/search", Visitor::at(&server).url);
        for body in [r#"{"text":"0372a000"}"#, r#"{"language":"fr","from":"2090-02-10","to":"2090-02-10"}"#] {
            let found = answer(client().post(&url).bearer_auth(&token).body(body)).await;
            let newest_first: Vec<_> = stored.records[0].as_array().unwrap().iter().rev().cloned().collect();
            assert_eq!((found.status, &found.json()["records"]), (200, &newest_first.into()), "{found:?}");
        }
        assert!(server.stop());
        holds_what_schema_5_wrote(&stored).await;

        let from = of_schema_5(in_redis);
        let (folder, records) = (TempDir::new().unwrap(), from.records.clone());
        let redis = from.redis.is_none().then(Redis::start);
        let to = Stored { folder, redis, records };
        succeeded(run(["copy", "--from", &from.address(), "--to", &to.address()]).await);
        std::fs::rename(from.folder.path().join("keys"), to.folder.path().join("keys")).unwrap();
        holds_what_schema_5_wrote(&to).await;
    }
}

/// The request that a record was made of.
fn request(record: &Value) -> Value {
    let mut request = record.clone();
    for added in ["site", "terms_hash", "recorded_at", "choice_expires_at", "expires_at"] {
        request.as_object_mut().unwrap().remove(added).unwrap();
    }
    request
}

async fn ask(server: &Server, method: Method, path: &str, receipt: &str) -> Answer {
    let request = client().request(method, format!("{}/v1/sites/polaire/{path}", server.url));
    answer(request.bearer_auth(receipt)).await
}

#[tokio::test]
async fn a_store_of_version_0_1_0_is_still_served() {
    for stored in [Stored::in_folder(), Stored::in_redis()] {
        let server = stored.serve().await;
        let history = &stored.records[2];
        let url = format!("{}/v1/sites/polaire/consents", server.url);
        let post = client().post(url).header(ORIGIN, "https://www.polaire.example");
        // Its browser made no secret: only a receipt shows whose records these are.
        let known: Record = serde_json::from_value(history[0].clone()).unwrap();
        let receipt = receipts::ending_in(stored.folder.path(), &known, 3600);
        let body = request(&history[0]).to_string();
        let unproven = answer(post.try_clone().unwrap().body(body.clone())).await;
        unproven.assert_problem("no receipt", "holder_unproven", "consent_id");
        let repeated = answer(post.bearer_auth(receipt).body(body)).await;
        assert_eq!((repeated.status, &repeated.json()["record"]), (200, &history[0]), "{repeated:?}");
        let reply = repeated.json();
        let mut receipts = vec![reply["receipt"].as_str().unwrap().to_owned()];
        if stored.redis.is_none() {
            receipts.push(std::fs::read_to_string(fixture("receipt.jwt")).unwrap().trim_end().to_owned());
        }
        let own = format!("consents/{}", consent_id("0c00"));
        for receipt in &receipts {
            let found = ask(&server, Method::GET, &own, receipt).await;
            assert_eq!((found.status, &found.json()["records"]), (200, history), "{found:?}");
        }
        for log in ["2090-02", "2090-03"] {
            let path = format!("log/{log}/checkpoint");
            assert_eq!(ask(&server, Method::GET, &path, "").await.status, 200, "{log}");
        }
        let erased = ask(&server, Method::DELETE, &own, &receipts[0]).await;
        // The files of Redis have the bytes until its next rewrite.
        let status = if stored.redis.is_some() { 202 } else { 200 };
        assert_eq!((erased.status, &erased.json()["erased_count"]), (status, &1.into()), "{erased:?}");
        assert!(server.stop());
        let audited = stored.run(&["audit", "--site", "polaire", "--month", "2090-02"]).await;
        assert!(audited.contains("records 1, ") && audited.contains("erased or expired 2"), "{audited}");
    }
}

#[tokio::test]
async fn a_notice_of_version_0_1_0_keeps_its_hash_and_is_shown_with_the_texts_that_came_later() {
    let stored = Stored::in_folder();
    let server = Server::start(stored.folder.path(), &["--sites", text(&fixture("sites"))]);
    let get = async |path: String| answer(client().get(format!("{}{path}", server.url))).await;
    let bundle = std::fs::read_to_string(fixture("evidence.json")).unwrap();
    let bundle: Value = serde_json::from_str(&bundle).unwrap();
    let hash = bundle["record"]["notice_hash"].as_str().unwrap();
    let whole = get(format!("/v1/notices/{hash}")).await;
    assert_eq!(Hash::of(&whole.body).to_string(), hash);
    let later = ["loading", "configure_unavailable", "placeholder_category", "placeholder_category_allow"];
    for language in ["fr", "nl", "de", "en"] {
        let before = &whole.json()["texts"][language];
        let banner = get(format!("/v1/sites/polaire/banner/{language}?notice={hash}")).await.json();
        let shown = banner["texts"].as_array().unwrap().iter().map(|text| text.as_str().unwrap());
        let shown: Vec<_> = shown.collect();
        assert_eq!((shown.len(), shown[0]), (10, before["manage_cookies"].as_str().unwrap()));
        assert!(!shown.contains(&""), "{language}: {shown:?}");
        let notice = get(format!("/v1/sites/polaire/notice/{language}?notice={hash}")).await.json();
        assert_eq!(notice["notice_hash"], hash);
        for key in later {
            let text = notice["texts"][key].as_str().unwrap_or_default();
            assert!(before[key].is_null() && shown.contains(&text), "{language} {key}");
        }
    }
}

#[tokio::test]
async fn a_bundle_and_a_receipt_of_version_0_1_0_still_verify() {
    let [bundle, ca, receipt, keys] = ["evidence.json", "ca.pem", "receipt.jwt", "jwks.json"].map(fixture);
    let args = ["verify", text(&bundle), "--ca", text(&ca), "--jwks", text(&keys)];
    let proven = succeeded(run(args).await);
    for expected in [
        "proven: the record is leaf 3 of the log constat/polaire/2090-02 (counted from 0, 8 in all)",
        "proven: the log names, by SHA-256, the files served with the notice from 2090-02-10T10:00:",
        "proven: the log names, by SHA-256, the pictures of what the notice shows, taken at 2090-02-10T11:00:",
        "proven: the log held the record by 2090-02-10T12:00:00.000Z (± 1000 ms)",
    ] {
        assert!(proven.contains(expected), "{expected}: {proven}");
    }
    let proven = succeeded(run(["verify", "--receipt", text(&receipt), "--jwks", text(&keys)]).await);
    assert!(proven.starts_with("proven: the receipt is signed by key "), "{proven}");
}

/// `cookies.txt` of version 0.1.0 has values of the cookie `constat`; `cookies-2.txt` has the same answers as
/// they are written since, with the name of the cookie.
#[test]
fn the_consent_cookies_of_both_versions_are_read_and_the_second_is_written() {
    let of = |file: PathBuf| std::fs::read_to_string(file).unwrap();
    let (first, second) = (of(fixture("cookies.txt")), of(fixture("../cookies-2.txt")));
    // The categories that each action allows, in their fixed order, and the vendor that differs.
    let expected = [
        ("allow_all", [true; 5], None),
        ("refuse_all", [true, false, false, false, false], None),
        ("continue_without_accepting", [true, false, false, false, false], None),
        ("save", [true, true, false, true, false], Some(9)),
        ("withdraw", [true, false, false, false, false], None),
    ];
    let pairs: Vec<_> = first.lines().zip(second.lines()).collect();
    assert_eq!((pairs.len(), second.lines().count()), (expected.len(), expected.len()));
    let name = cookie::name(&SiteId::parse("boreale").unwrap());
    for ((first, second), (action, categories, exception)) in pairs.into_iter().zip(expected) {
        let first = first.strip_prefix(&format!("{action} ")).unwrap();
        let second = second.strip_prefix(&format!("{action} {name}=")).unwrap();
        let cookie = ConsentCookie::decode(second).unwrap();
        assert_eq!(ConsentCookie::decode(first).as_ref(), Ok(&cookie), "{action}");
        assert_eq!(cookie.encode(), second, "{action}");
        assert_eq!(Category::ALL.map(|category| cookie.category(category)), categories, "{action}");
        for place in 0..40 {
            let allowed = cookie.vendor(place, Category::ThirdParty);
            assert_eq!(allowed, categories[4] != (exception == Some(place)), "{action}, vendor {place}");
        }
        assert!(cookie.decided().to_string().starts_with("2026-11-27T"), "{action}: {}", cookie.decided());
        assert!(cookie.expires().to_string().starts_with("2027-05-27T"), "{action}: {}", cookie.expires());
    }
}
