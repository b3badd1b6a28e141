//! `GET /v1/sites/{site}/log/…`: heads and proofs.

use constat_shared::log::merkle::{self, verify_consistency, verify_inclusion};
use constat_shared::{CommitmentKey, Hash, LogId, LogShards, Record};
use constat_tests::api::{Api, SITE};
use std::path::Path;

/// The hash of a record's leaf, computed from what is stored.
fn leaf(data: &Path, record: &Record) -> Hash {
    let store = rusqlite::Connection::open(data.join("constat.db")).unwrap();
    let event = uuid::Uuid::parse_str(&record.event_id.to_string()).unwrap();
    let sql = "SELECT commitment_key FROM records WHERE event_id = ?";
    let key = store.query_row(sql, [event.as_bytes().as_slice()], |row| row.get(0)).unwrap();
    merkle::leaf_hash(CommitmentKey::from_bytes(key).commit(record).as_bytes())
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
    // The first leaf names the files that are served.
    assert_eq!((old.size, new.size), (2, 7));
    let proof = api.proof(&log, "consistency?from=2&to=7").await;
    assert!(verify_consistency(2, old.root, 7, new.root, &proof));
    let leaf = leaf(api.data.path(), &first);
    let proof = api.proof(&log, "proof/1?size=7").await;
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
