//! What a server says can be checked without trusting it: receipts, the log,
//! evidence bundles; and the visitor's own way to their records.

use constat_shared::log::merkle::{self, verify_consistency, verify_inclusion};
use constat_shared::{CommitmentKey, Evidence, Hash, Jwk, LogId, LogShards, Month, Receipt, Record};
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Api, SITE, SITE_ORIGIN};
use constat_tests::server::{Server, binary};
use reqwest::Method;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

async fn hashes(api: &Api, log: &LogId, what: &str) -> Vec<Hash> {
    let answer = api.get(&format!("/v1/sites/{SITE}/log/{}/{what}", log.month)).await.json();
    serde_json::from_value(answer["proof"].clone()).unwrap()
}

fn constat(data: &Path, args: &[&str]) -> Output {
    let (command, rest) = args.split_first().unwrap();
    let mut constat = Command::new(binary());
    constat.arg(command).args(rest);
    if *command != "verify" {
        constat.arg("--data").arg(data);
    }
    constat.output().unwrap()
}

/// The hash of a record's leaf, worked out from what is stored.
fn leaf(data: &Path, record: &Record) -> Hash {
    let store = rusqlite::Connection::open(data.join("constat.db")).unwrap();
    let event = uuid::Uuid::parse_str(&record.event_id.to_string()).unwrap();
    let sql = "SELECT commitment_key FROM records WHERE event_id = ?";
    let key = store.query_row(sql, [event.as_bytes().as_slice()], |row| row.get(0)).unwrap();
    merkle::leaf_hash(CommitmentKey::from_bytes(key).commit(record).as_bytes())
}

fn prove(data: &Path, record: &Record) -> PathBuf {
    let file = data.join("evidence.json");
    let (id, event) = (record.consent_id.to_string(), record.event_id.to_string());
    let name = file.to_str().unwrap();
    let output =
        constat(data, &["prove", "--site", SITE, "--consent-id", &id, "--event", &event, "-o", name]);
    assert!(output.status.success(), "{output:?}");
    file
}

#[tokio::test]
async fn an_answer_gets_a_receipt_that_the_published_key_proves() {
    let api = Api::shared().await;
    let (record, receipt) = api.record("allow_all").await;
    let key =
        api.keys().await.iter().find(|jwk| jwk.kid == Receipt::key_id(&receipt).unwrap()).and_then(Jwk::key);
    let opened = Receipt::open(&receipt, &key.unwrap()).unwrap();
    assert_eq!(
        (opened.sub, opened.jti, &opened.log),
        (record.consent_id, record.event_id, &LogId::of(&record, LogShards::ONE))
    );
    assert_eq!(opened.record, record);
    assert!(api.checkpoint(&opened.log).await.size > opened.leaf_index);
}

#[tokio::test]
async fn a_repeated_answer_gets_the_same_receipt() {
    let api = Api::shared().await;
    let consent = api.consent("refuse_all").await;
    let (first, again) = (api.post(&consent).await, api.post(&consent).await);
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.json(), again.json());
}

#[tokio::test]
async fn the_log_only_grows_and_holds_every_record() {
    let api = Api::start();
    let (first, _) = api.record("allow_all").await;
    let log = LogId::of(&first, LogShards::ONE);
    let old = api.checkpoint(&log).await;
    for _ in 0..5 {
        api.record("refuse_all").await;
    }
    let new = api.checkpoint(&log).await;
    // The first leaf says what is served.
    assert_eq!((old.size, new.size), (2, 7));
    let proof = hashes(&api, &log, "consistency?from=2&to=7").await;
    assert!(verify_consistency(2, old.root, 7, new.root, &proof));
    let leaf = leaf(api.data.path(), &first);
    let proof = hashes(&api, &log, "proof/1?size=7").await;
    assert!(verify_inclusion(leaf, 1, 7, &proof, new.root));
    for nothing in ["proof/7", "proof/0?size=8", "consistency?from=2&to=8", "consistency?from=3&to=2"] {
        let answer = api.get(&format!("/v1/sites/{SITE}/log/{}/{nothing}", log.month)).await;
        assert_eq!(answer.status, 404, "{nothing}");
    }
    let answer = api.get(&format!("/v1/sites/{SITE}/log/1999-01/checkpoint")).await;
    assert_eq!(
        (answer.status, answer.json()["code"].as_str().unwrap().to_owned()),
        (404, "log_unknown".to_owned())
    );
}

#[tokio::test]
async fn whoever_holds_a_receipt_reads_and_erases_the_records_and_nobody_else() {
    let api = Api::start();
    let (record, receipt) = api.record("allow_all").await;
    let (_, foreign) = api.record("allow_all").await;
    let id = record.consent_id.to_string();
    let history = api.history(Method::GET, &id, &receipt).await;
    assert_eq!(history.status, 200);
    let records: Vec<Record> = serde_json::from_value(history.json()["records"].clone()).unwrap();
    assert_eq!(records, std::slice::from_ref(&record));
    for (token, status) in [("", 401), ("x.y.z", 401), (&receipt[..receipt.len() - 4], 401), (&foreign, 403)]
    {
        for method in [Method::GET, Method::DELETE] {
            assert_eq!(api.history(method, &id, token).await.status, status, "{token:.20}");
        }
    }
    let path = format!("/v1/sites/{SITE}/consents/{id}");
    assert_eq!(api.get(&path).await.status, 401);
    assert_eq!(api.record_count(), 2);

    let before = api.checkpoint(&LogId::of(&record, LogShards::ONE)).await;
    let erased = api.history(Method::DELETE, &id, &receipt).await;
    assert_eq!((erased.status, erased.json()["erased_count"].clone()), (200, Value::from(1)));
    assert_eq!(api.record_count(), 1);
    assert_eq!(api.history(Method::GET, &id, &receipt).await.json()["records"], Value::Array(Vec::new()));
    // The leaf stays, and one more says that a record was erased.
    let (log, after) =
        (LogId::of(&record, LogShards::ONE), api.checkpoint(&LogId::of(&record, LogShards::ONE)).await);
    assert_eq!(after.size, before.size + 1);
    let proof = hashes(&api, &log, &format!("consistency?from={}&to={}", before.size, after.size)).await;
    assert!(verify_consistency(before.size, before.root, after.size, after.root, &proof));
    let files = std::fs::read_dir(api.data.path()).unwrap().map(|file| file.unwrap().path());
    for file in files.filter(|path| path.is_file()) {
        let bytes = std::fs::read(&file).unwrap();
        let found = bytes.windows(16).any(|window| window == record.consent_id.as_bytes());
        assert!(!found, "the erased consent id is in {}", file.display());
    }
    let month = LogId::of(&record, LogShards::ONE).month.to_string();
    assert!(constat(api.data.path(), &["audit", "--site", SITE, "--month", &month]).status.success());
}

#[tokio::test]
async fn a_bundle_is_verified_with_nothing_but_itself_and_any_change_is_found() {
    let api = Api::start();
    let (record, receipt) = api.record("allow_all").await;
    api.record("refuse_all").await;
    let data = api.data.path().to_owned();
    let file = prove(&data, &record);
    let jwks = data.join("jwks.json");
    std::fs::write(&jwks, api.get("/.well-known/jwks.json").await.body).unwrap();
    let receipt_file = data.join("receipt.jwt");
    std::fs::write(&receipt_file, &receipt).unwrap();
    let Api { server, data: _kept, .. } = api;
    assert!(server.stop());

    let name = file.to_str().unwrap();
    let output = constat(&data, &["verify", name]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    let id = record.consent_id;
    assert!(text.contains(&format!("proven: consent id {id} on site {SITE}\n")), "{text}");
    assert!(text.contains("proven: the answer: allow all, on the banner, in French, recorded at"), "{text}");
    assert!(text.contains("not proven: that this key is the operator’s; compare it"), "{text}");
    assert!(text.contains("not proven: that a human hand clicked"), "{text}");

    let output = constat(&data, &["verify", name, "--jwks", jwks.to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\nproven: this key is one of those the operator publishes"), "{text}");
    let other = data.join("other.json");
    std::fs::write(&other, r#"{"keys":[]}"#).unwrap();
    let output = constat(&data, &["verify", name, "--jwks", other.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("it is none of the published keys given"));

    let arguments = ["verify", "--receipt", receipt_file.to_str().unwrap(), "--jwks", jwks.to_str().unwrap()];
    assert!(constat(&data, &arguments).status.success());
    std::fs::write(&receipt_file, receipt.replacen("eyJ", "eyK", 1)).unwrap();
    assert_eq!(constat(&data, &arguments).status.code(), Some(1));

    let bytes = std::fs::read(&file).unwrap();
    for at in [0, bytes.len() / 3, bytes.len() / 2, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        std::fs::write(&file, changed).unwrap();
        let output = constat(&data, &["verify", name]);
        assert_eq!(output.status.code(), Some(1), "byte {at}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("NOT proven"), "byte {at}");
    }
}

#[tokio::test]
async fn a_bundle_names_the_files_that_were_served_when_the_record_was_taken() {
    let api = Api::start();
    let (record, _) = api.record("refuse_all").await;
    let bytes = std::fs::read(prove(api.data.path(), &record)).unwrap();
    let (evidence, _) = Evidence::verify(&bytes).unwrap();
    let files = &evidence.serving().unwrap().files;
    let mut served = 0;
    for (name, hash) in files {
        let path = match name.as_str() {
            "consent.js" => format!("/v1/sites/{SITE}/consent.js"),
            // The styles travel inside the others.
            "first_layer.css" | "configuration.css" => continue,
            asset => format!("/assets/{asset}"),
        };
        assert_eq!(Hash::of(&api.get(&path).await.body), *hash, "{name}");
        served += 1;
    }
    assert!(served >= 3 && files.len() == served + 2, "{files:?}");
    assert!(files.keys().any(|name| name.ends_with(".wasm")));

    // The same files again are not said twice; another notice is.
    let api = api.restart();
    let log = LogId::of(&record, LogShards::ONE);
    assert_eq!(api.checkpoint(&log).await.size, 2);
    api.sites.write(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN).replace("1 rue", "2 rue"));
    api.server.signal(rustix::process::Signal::HUP);
    api.server.logs("the site files were read again", 1).await;
    assert_eq!(api.checkpoint(&log).await.size, 3);
    let bytes = std::fs::read(prove(api.data.path(), &record)).unwrap();
    assert_eq!(Evidence::verify(&bytes).unwrap().0.serving(), evidence.serving());
}

#[tokio::test]
async fn a_log_whose_proofs_have_all_ended_is_dropped_and_its_last_head_stays() {
    let api = Api::start();
    let (record, _) = api.record("refuse_all").await;
    let Api { server, sites, data, client } = api;
    assert!(server.stop());
    // Two years pass.
    let store = rusqlite::Connection::open(data.path().join("constat.db")).unwrap();
    store.execute_batch("UPDATE records SET expires_at = 1000; UPDATE logs SET month = '2024-03'").unwrap();
    drop(store);
    let server = Server::start(data.path(), &["--sites", sites.arg()]);
    server.logs("a log was dropped", 1).await;
    let api = Api { server, sites, data, client };
    let log = LogId::of(&record, LogShards::ONE).in_month(Month::parse("2024-03").unwrap());
    assert_eq!(api.checkpoint(&log).await.size, 2);
    let proof = api.get(&format!("/v1/sites/{SITE}/log/2024-03/proof/0?size=2")).await;
    assert_eq!(proof.status, 404);
    assert_eq!(api.post(&api.consent("refuse_all").await).await.status, 201);
}

#[tokio::test]
async fn an_audit_finds_what_the_operator_changed() {
    let api = Api::start();
    let (record, _) = api.record("refuse_all").await;
    api.checkpoint(&LogId::of(&record, LogShards::ONE)).await;
    let data = api.data.path();
    let month = LogId::of(&record, LogShards::ONE).month.to_string();
    let audit = || constat(data, &["audit", "--site", SITE, "--month", &month]);
    assert!(audit().status.success(), "{:?}", audit());
    let hand = rusqlite::Connection::open(data.join("constat.db")).unwrap();
    hand.execute("UPDATE records SET action = 'continue_without_accepting'", []).unwrap();
    let output = audit();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("leaf 1"), "{output:?}");
    hand.execute("DELETE FROM records", []).unwrap();
    assert!(String::from_utf8_lossy(&audit().stderr).contains("records missing: 1"), "{:?}", audit());
}

#[tokio::test]
async fn after_a_rotation_old_receipts_still_open_their_records() {
    let api = Api::start();
    let (record, receipt) = api.record("allow_all").await;
    assert!(constat(api.data.path(), &["keys", "rotate"]).status.success());
    let api = api.restart();
    let (_, newer) = api.record("allow_all").await;
    assert_ne!(Receipt::key_id(&newer).unwrap(), Receipt::key_id(&receipt).unwrap());
    assert_eq!(api.keys().await.len(), 2);
    assert_eq!(api.history(Method::GET, &record.consent_id.to_string(), &receipt).await.status, 200);
    // The checkpoint is by the key that signs now.
    assert_eq!(api.checkpoint(&LogId::of(&record, LogShards::ONE)).await.size, 3);
}

#[tokio::test]
async fn a_key_that_does_not_match_the_log_stops_the_start() {
    let Api { server, sites, data, .. } = Api::start();
    assert!(server.stop());
    let elsewhere = tempfile::tempdir().unwrap();
    let key = elsewhere.path().join("key.pem");
    std::fs::rename(data.path().join("keys/1.pem"), &key).unwrap();
    let serve = ["serve", "--port", "0", "--sites", sites.arg()];
    let output = constat(data.path(), &serve);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("put it back"), "{output:?}");
    // The same key from elsewhere: by its path, or in the environment.
    let given = Server::start(data.path(), &["--sites", sites.arg(), "--key-file", key.to_str().unwrap()]);
    assert!(given.stop());
    let pem = std::fs::read_to_string(&key).unwrap();
    let list = |pem: &str| {
        let mut command = Command::new(binary());
        command.args(["keys", "rotate", "--data"]).arg(data.path()).env("CONSTAT_KEY", pem).output().unwrap()
    };
    assert!(String::from_utf8_lossy(&list(&pem).stderr).contains("signs already"));
    assert!(String::from_utf8_lossy(&list("no key").stderr).contains("CONSTAT_KEY"));
}

#[tokio::test]
async fn a_key_that_others_may_read_stops_the_start() {
    use std::os::unix::fs::PermissionsExt;
    let Api { server, sites, data, .. } = Api::start();
    assert!(server.stop());
    let key = data.path().join("keys/1.pem");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let output = constat(data.path(), &["serve", "--port", "0", "--sites", sites.arg()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("chmod 600"), "{output:?}");
}
