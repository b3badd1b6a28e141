//! `constat audit`: the logs of a month, compared with the store.

use crate::command::constat;
use constat_shared::{LogId, LogShards};
use constat_tests::api::{Api, SITE};

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
