//! The hourly job: what has expired is deleted.

use constat_shared::{LogId, LogShards, Month};
use constat_tests::api::{Api, SITE, record_count};
use constat_tests::server::Server;

#[tokio::test]
async fn a_record_past_its_lifetime_is_gone_from_every_file_and_the_job_logs_it() {
    let api = Api::start();
    let (kept, due) = (api.consent("refuse_all").await, api.consent("allow_all").await);
    for consent in [&kept, &due] {
        assert_eq!(api.post(consent).await.status, 201);
    }
    let Api { server, sites, data, client } = api;
    assert!(server.stop());
    let key = uuid::Uuid::parse_str(due["consent_id"].as_str().unwrap()).unwrap();
    let holds = |key: &uuid::Uuid| {
        // All of the store; the folder of the keys is not searched.
        let paths = std::fs::read_dir(data.path()).unwrap().map(|file| file.unwrap().path());
        let files = paths.filter(|path| path.is_file()).map(|path| std::fs::read(path).unwrap());
        files.into_iter().any(|bytes| bytes.windows(16).any(|window| window == key.as_bytes()))
    };
    assert!(holds(&key));
    // Thirteen months pass.
    let store = rusqlite::Connection::open(data.path().join("constat.db")).unwrap();
    let sql = "UPDATE records SET expires_at = 1000 WHERE consent_id = ?";
    assert_eq!(store.execute(sql, [key.as_bytes().as_slice()]).unwrap(), 1);
    drop(store);

    let server = Server::start(data.path(), &["--sites", sites.arg()]);
    server.logs("expired_count=1", 1).await;
    assert!(!holds(&key), "a file still has the record");
    assert_eq!(record_count(data.path()), 1);
    // A browser that still has it queued can send it again.
    let api = Api { server, sites, data, client };
    assert_eq!(api.post(&kept).await.status, 200);
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
