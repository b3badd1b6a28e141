//! `constat records`: a first look at what is stored.

use constat_tests::api::{Api, SITE};
use constat_tests::consent::uuid;
use constat_tests::server::run;
use serde_json::json;
use std::path::Path;
use std::process::Output;

async fn records(data: &Path, site: &str, consent_id: &str, more: &[&str]) -> Output {
    let data = data.to_str().unwrap();
    let args = ["records", "--data", data, "--site", site, "--consent-id", consent_id];
    run(args.iter().chain(more)).await
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn the_table_has_the_answer_its_date_and_its_expiry() {
    let api = Api::shared().await;
    let mut consent = api.consent("save").await;
    consent["vendors"]["youtube"] = json!(true);
    let record = api.post(&consent).await.json()["record"].clone();
    let output = records(api.data.path(), SITE, consent["consent_id"].as_str().unwrap(), &[]).await;
    assert!(output.status.success());
    let table = text(&output.stdout);
    for field in [
        "event_id",
        "action",
        "layer",
        "language",
        "notice_hash",
        "recorded_at",
        "choice_expires_at",
        "expires_at",
    ] {
        assert!(table.contains(record[field].as_str().unwrap()), "{field}: {table}");
    }
    let line = |name: &str| table.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    assert!(line("allowed").ends_with("essential, youtube"), "{table}");
    assert!(line("refused").ends_with("advertising, third_party, google-analytics, recaptcha"), "{table}");
}

#[tokio::test]
async fn nobody_has_no_records_and_no_other_sites_records() {
    let api = Api::shared().await;
    let consent = api.consent("refuse_all").await;
    assert_eq!(api.post(&consent).await.status, 201);
    let theirs = consent["consent_id"].as_str().unwrap();
    for (site, id) in [(SITE, uuid().as_str()), ("other", theirs)] {
        let output = records(api.data.path(), site, id, &["--json"]).await;
        assert!(output.status.success());
        assert_eq!(text(&output.stdout).trim(), "[]");
        let output = records(api.data.path(), site, id, &[]).await;
        assert!(output.status.success() && text(&output.stdout).starts_with("No records"));
    }
}

#[tokio::test]
async fn malformed_ids_are_refused_by_name() {
    let data = tempfile::tempdir().unwrap();
    let good = uuid();
    let v4 = "936da01f-9abd-4d9d-80c7-02af85c822a8";
    let cases =
        [("Polaire", good.as_str(), "--site"), (SITE, v4, "--consent-id"), (SITE, "x", "--consent-id")];
    for (site, id, argument) in cases {
        let output = records(data.path(), site, id, &[]).await;
        assert_eq!(output.status.code(), Some(2), "{site} {id}");
        assert!(
            text(&output.stderr).contains(argument) && output.stdout.is_empty(),
            "{}",
            text(&output.stderr)
        );
    }
}

#[tokio::test]
async fn a_store_that_is_not_there_is_named_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    for data in [folder.path().to_owned(), folder.path().join("absent")] {
        let output = records(&data, SITE, &uuid(), &[]).await;
        assert_eq!(output.status.code(), Some(1));
        let complaint = text(&output.stderr);
        assert!(complaint.contains(data.to_str().unwrap()) && complaint.contains("--data"), "{complaint}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_file_that_is_no_store_is_refused() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(data.path().join("constat.db"), "not a database, and longer than a header".repeat(10))
        .unwrap();
    let output = records(data.path(), SITE, &uuid(), &[]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("constat: "), "{}", text(&output.stderr));
}
