//! Files to verify: from a server, and a bundle with pictures made by hand.

use constat_shared::log::merkle::{leaf_hash, node_hash};
use constat_shared::log::{Image, Snapshot};
use constat_shared::proof::Logged;
use constat_shared::{Evidence, Hash, Jwk, Language, Layer, LogEntry, Record, TreeHead};
use constat_tests::api::{Api, SITE};
use constat_tests::server::run;
use ed25519_dalek::SigningKey;
use serde_json::json;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A server with a record, and what it gives to prove it.
pub struct Files {
    /// Taken away to show that nothing needs it.
    pub api: Option<Api>,
    pub folder: TempDir,
    pub record: Record,
    pub evidence: PathBuf,
    pub certificate: PathBuf,
    pub jwks: PathBuf,
    pub receipt: PathBuf,
}

impl Files {
    pub async fn make() -> Files {
        let (api, folder) = (Api::start(), tempfile::tempdir().unwrap());
        let reply = api.post(&api.consent("allow_all").await).await.json();
        let record: Record = serde_json::from_value(reply["record"].clone()).unwrap();
        let file = |name: &str| folder.path().join(name);
        let (evidence, jwks, receipt) = (file("evidence.json"), file("jwks.json"), file("receipt.jwt"));
        std::fs::write(&receipt, reply["receipt"].as_str().unwrap()).unwrap();
        std::fs::write(&jwks, api.get("/.well-known/jwks.json").await.body).unwrap();
        let id = record.consent_id.to_string();
        let arguments =
            ["prove", "--site", SITE, "--consent-id", &id, "-o", evidence.to_str().unwrap(), "--data"];
        let data = api.data.path().to_str().unwrap().to_owned();
        let proved = run(arguments.into_iter().chain([data.as_str()])).await;
        assert!(proved.status.success(), "{proved:?}");
        let certificate = file("certificate.pdf");
        std::fs::write(&certificate, constat_tests::programs::certificate(&api, &record).await).unwrap();
        Files { api: Some(api), folder, record, evidence, certificate, jwks, receipt }
    }

    /// The address of the verifier's page.
    pub fn page(&self) -> String {
        format!("{}/verify/", self.api.as_ref().unwrap().server.url)
    }
}

/// A bundle of the same record that names a picture, signed with another key:
/// the bundle, that key as a set, and the picture.
pub fn with_pictures(files: &Files) -> (PathBuf, PathBuf, PathBuf) {
    let (bytes, key) = (std::fs::read(&files.evidence).unwrap(), SigningKey::from_bytes(&[5; 32]));
    let (whole, _) = Evidence::verify(&bytes).unwrap();
    let png = b"\x89PNG\r\n\x1a\n and a picture".to_vec();
    let image = Image {
        language: Language::Fr,
        layer: Layer::Banner,
        width: 360,
        height: 740,
        sha256: Hash::of(&png),
    };
    let entry = LogEntry::Snapshot(Snapshot {
        site: whole.record.site.clone(),
        notice_hash: whole.record.notice_hash,
        taken_at: whole.record.recorded_at,
        browser: "Chromium 140".into(),
        images: vec![image],
    });
    // A log of two leaves: each is the other's proof.
    let record_leaf = leaf_hash(whole.commitment_key.commit(&whole.record).as_bytes());
    let root = node_hash(record_leaf, entry.leaf_hash());
    let checkpoint = TreeHead { size: 2, root }.sign(&whole.log, &key);
    let snapshot = Logged {
        log: whole.log.clone(),
        leaf_index: 1,
        inclusion_proof: vec![record_leaf],
        checkpoint: checkpoint.clone(),
        entry: entry.clone(),
    };
    let bundle = Evidence {
        leaf_index: 0,
        inclusion_proof: vec![entry.leaf_hash()],
        checkpoint,
        public_key: Jwk::of(&key.verifying_key()),
        serving: None,
        snapshot: Some(snapshot),
        ..whole
    };
    let file = |name: &str, bytes: &[u8]| write(files.folder.path(), name, bytes);
    (
        file("pictured.json", &bundle.to_vec()),
        file("keys.json", json!({ "keys": [bundle.public_key] }).to_string().as_bytes()),
        file("fr-banner-360x740.png", &png),
    )
}

/// A set with a key that has signed nothing here.
pub fn other_key(files: &Files) -> PathBuf {
    let other = Jwk::of(&SigningKey::from_bytes(&[6; 32]).verifying_key());
    write(files.folder.path(), "other.json", json!({ "keys": [other] }).to_string().as_bytes())
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}
