//! What a server says can be checked without trusting it: receipts, the log,
//! evidence bundles; and the visitor's own way to their records.

use constat_shared::log::checkpoint::Checkpoint;
use constat_shared::log::merkle::{verify_consistency, verify_inclusion};
use constat_shared::receipt::Jwk;
use constat_shared::{Hash, LogId, Receipt, Record};
use constat_tests::api::{Answer, Api, SITE, answer};
use constat_tests::server::binary;
use reqwest::Method;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

async fn keys(api: &Api) -> Vec<Jwk> {
    let set = api.get("/.well-known/jwks.json").await.json();
    serde_json::from_value(set["keys"].clone()).unwrap()
}

/// Posts an answer; returns its record and its receipt.
async fn taken(api: &Api, action: &str) -> (Record, String) {
    let reply = api.post(&api.consent(action).await).await.json();
    let record = serde_json::from_value(reply["record"].clone()).unwrap();
    (record, reply["receipt"].as_str().unwrap().to_owned())
}

async fn checkpoint(api: &Api, log: &LogId) -> Checkpoint {
    let answer = api.get(&format!("/v1/sites/{SITE}/log/{}/checkpoint", log.month)).await;
    assert_eq!(answer.status, 200);
    let key = keys(api).await.last().and_then(Jwk::key).unwrap();
    Checkpoint::open(answer.text(), log, &key).unwrap()
}

async fn hashes(api: &Api, log: &LogId, what: &str) -> Vec<Hash> {
    let answer = api.get(&format!("/v1/sites/{SITE}/log/{}/{what}", log.month)).await.json();
    serde_json::from_value(answer["proof"].clone()).unwrap()
}

/// Asks for the records of a consent id as whoever holds that token.
async fn own(api: &Api, method: Method, consent_id: &str, token: &str) -> Answer {
    let path = format!("/v1/sites/{SITE}/consents/{consent_id}");
    answer(api.request(method, &path).bearer_auth(token)).await
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
    let (record, receipt) = taken(&api, "allow_all").await;
    let key =
        keys(&api).await.iter().find(|jwk| jwk.kid == Receipt::key_id(&receipt).unwrap()).and_then(Jwk::key);
    let opened = Receipt::open(&receipt, &key.unwrap()).unwrap();
    assert_eq!(
        (opened.sub, opened.jti, &opened.log),
        (record.consent_id, record.event_id, &LogId::of(&record))
    );
    assert_eq!(opened.record, record);
    assert!(checkpoint(&api, &opened.log).await.size > opened.leaf_index);
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
    let (first, _) = taken(&api, "allow_all").await;
    let log = LogId::of(&first);
    let old = checkpoint(&api, &log).await;
    for _ in 0..5 {
        taken(&api, "refuse_all").await;
    }
    let new = checkpoint(&api, &log).await;
    assert_eq!((old.size, new.size), (1, 6));
    let proof = hashes(&api, &log, "consistency?from=1&to=6").await;
    assert!(verify_consistency(1, old.root, 6, new.root, &proof));
    // A log of one leaf has that leaf as its root.
    let proof = hashes(&api, &log, "proof/0?size=6").await;
    assert!(verify_inclusion(old.root, 0, 6, &proof, new.root));
    for nothing in ["proof/6", "proof/0?size=7", "consistency?from=2&to=7", "consistency?from=3&to=2"] {
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
    let (record, receipt) = taken(&api, "allow_all").await;
    let (_, foreign) = taken(&api, "allow_all").await;
    let id = record.consent_id.to_string();
    let history = own(&api, Method::GET, &id, &receipt).await;
    assert_eq!(history.status, 200);
    let records: Vec<Record> = serde_json::from_value(history.json()["records"].clone()).unwrap();
    assert_eq!(records, std::slice::from_ref(&record));
    for (token, status) in [("", 401), ("x.y.z", 401), (&receipt[..receipt.len() - 4], 401), (&foreign, 403)]
    {
        for method in [Method::GET, Method::DELETE] {
            assert_eq!(own(&api, method, &id, token).await.status, status, "{token:.20}");
        }
    }
    let path = format!("/v1/sites/{SITE}/consents/{id}");
    assert_eq!(api.get(&path).await.status, 401);
    assert_eq!(api.record_count(), 2);

    let before = checkpoint(&api, &LogId::of(&record)).await;
    let erased = own(&api, Method::DELETE, &id, &receipt).await;
    assert_eq!((erased.status, erased.json()["erased_count"].clone()), (200, Value::from(1)));
    assert_eq!(api.record_count(), 1);
    assert_eq!(own(&api, Method::GET, &id, &receipt).await.json()["records"], Value::Array(Vec::new()));
    assert_eq!(checkpoint(&api, &LogId::of(&record)).await, before, "the leaf stays");
    let files = std::fs::read_dir(api.data.path()).unwrap().map(|file| file.unwrap().path());
    for file in files.filter(|path| path.is_file()) {
        let bytes = std::fs::read(&file).unwrap();
        let found = bytes.windows(16).any(|window| window == record.consent_id.as_bytes());
        assert!(!found, "the erased consent id is in {}", file.display());
    }
    let month = LogId::of(&record).month.to_string();
    assert!(constat(api.data.path(), &["audit", "--site", SITE, "--month", &month]).status.success());
}

#[tokio::test]
async fn a_bundle_is_verified_with_nothing_but_itself_and_any_change_is_found() {
    let api = Api::start();
    let (record, receipt) = taken(&api, "allow_all").await;
    taken(&api, "refuse_all").await;
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
async fn an_audit_finds_what_the_operator_changed() {
    let api = Api::start();
    let (record, _) = taken(&api, "refuse_all").await;
    checkpoint(&api, &LogId::of(&record)).await;
    let data = api.data.path();
    let month = LogId::of(&record).month.to_string();
    let audit = || constat(data, &["audit", "--site", SITE, "--month", &month]);
    assert!(audit().status.success(), "{:?}", audit());
    let hand = rusqlite::Connection::open(data.join("constat.db")).unwrap();
    hand.execute("UPDATE records SET action = 'continue_without_accepting'", []).unwrap();
    let output = audit();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("leaf 0"), "{output:?}");
}

#[tokio::test]
async fn after_a_rotation_old_receipts_still_open_their_records() {
    let api = Api::start();
    let (record, receipt) = taken(&api, "allow_all").await;
    assert!(constat(api.data.path(), &["keys", "rotate"]).status.success());
    let api = api.restart();
    let (_, newer) = taken(&api, "allow_all").await;
    assert_ne!(Receipt::key_id(&newer).unwrap(), Receipt::key_id(&receipt).unwrap());
    assert_eq!(keys(&api).await.len(), 2);
    assert_eq!(own(&api, Method::GET, &record.consent_id.to_string(), &receipt).await.status, 200);
    // The checkpoint is by the key that signs now.
    assert_eq!(checkpoint(&api, &LogId::of(&record)).await.size, 2);
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
