//! `GET /.well-known/jwks.json` and `constat keys`: the keys that sign.

use crate::command::constat;
use constat_shared::{Jwk, LogId, LogShards, Receipt};
use constat_tests::api::Api;
use constat_tests::server::{Server, binary};
use reqwest::Method;
use std::process::Command;

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
    assert!(String::from_utf8_lossy(&output.stderr).contains("restore it from your backup"), "{output:?}");
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
