//! The evidence of an answer, handed out by the console and by the API.

use crate::command::constat;
use constat_shared::Record;
use constat_tests::api::{Answer, answer, client};
use constat_tests::consent::request;
use constat_tests::console::{House, OWN};
use reqwest::Method;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

/// An answer of a visitor of [`OWN`]: the record and the receipt.
async fn answered(house: &House, action: &str) -> (Record, String) {
    let consent = request(&constat_tests::api::notice_hash(&house.server).await, action);
    let made = constat_tests::api::post(&house.server, &consent).await.json();
    let record = serde_json::from_value(made["record"].clone()).unwrap();
    (record, made["receipt"].as_str().unwrap().to_owned())
}

fn path(record: &Record, kind: &str) -> String {
    format!("records/{}/{}/{kind}", record.consent_id, record.event_id)
}

async fn export(house: &House, token: &str, path: &str, body: Value, receipt: Option<&str>) -> Answer {
    let url = house.visitor().url;
    let mut asked = client().request(Method::POST, format!("{url}/v1/admin/sites/{OWN}/{path}"));
    asked = asked.bearer_auth(token).body(body.to_string());
    if let Some(receipt) = receipt {
        asked = asked.header("constat-receipt", receipt);
    }
    answer(asked).await
}

fn asked() -> Value {
    json!({ "recipient": "CNIL", "purpose": "complaint <7>", "reason": "dispute" })
}

fn verify(file: &Path) -> (Output, Value) {
    let output = constat(file.parent().unwrap(), &["verify", "--json", file.to_str().unwrap()]);
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    (output, json)
}

fn failed(report: &Value) -> Vec<String> {
    let steps = report["steps"].as_array().unwrap().iter().filter(|step| step["result"] == "failed");
    steps.map(|step| step["step"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn each_file_of_an_answer_is_handed_out_and_the_certificate_is_proven_by_the_command() {
    let house = House::start();
    let token = house.token("files", &["records:export"]).await;
    let (record, _) = answered(&house, "allow_all").await;
    let data = house.data.path();
    let mut pdf = Vec::new();
    for (kind, media_type, extension) in [
        ("bundle", "application/json", ".json\""),
        ("certificate", "application/pdf", ".pdf\""),
        ("consent-record", "application/ld+json", ".jsonld\""),
    ] {
        let file = export(&house, &token, &path(&record, kind), asked(), None).await;
        assert_eq!((file.status, file.header("content-type")), (200, media_type), "{kind}");
        let name = file.header("content-disposition");
        assert!(name.starts_with("attachment; filename=\"") && name.ends_with(extension), "{name}");
        assert!(
            !name.contains(&record.consent_id.to_string()) && !name.contains(&record.event_id.to_string())
        );
        if kind == "consent-record" {
            let said = file.json()["@graph"][0]["dct:description"].as_str().unwrap().to_owned();
            assert!(said.starts_with("Proven by its evidence bundle"), "{said}");
        }
        pdf = file.body.to_vec();
        let file = data.join(format!("export-{kind}"));
        std::fs::write(&file, &pdf).unwrap();
        if kind != "consent-record" {
            let (output, report) = verify(&file);
            assert!(output.status.success(), "{output:?}");
            assert_eq!(report["verdict"], "proven", "{report}");
            assert!(report["steps"].to_string().contains("inclusion_proof"));
        }
    }
    assert!(!pdf.is_empty());
    let checked = Command::new("qpdf").arg("--check").arg(data.join("export-certificate")).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));

    let certificate = std::fs::read(data.join("export-certificate")).unwrap();
    let wanted = b"\"inclusion_proof\":[\"";
    let at = certificate.windows(wanted.len()).position(|window| window == wanted).unwrap() + wanted.len();
    let mut changed = certificate;
    changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
    let file = data.join("changed.pdf");
    std::fs::write(&file, changed).unwrap();
    let (output, report) = verify(&file);
    assert_eq!((output.status.code(), failed(&report)), (Some(1), vec!["inclusion_proof".to_owned()]));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("NOT proven. inclusion_proof: "), "{said}");
}

#[tokio::test]
async fn recipient_purpose_and_without_a_receipt_the_reason_are_asked_for_and_stand_in_the_trail_alone() {
    let house = House::start();
    let token = house.token("files", &["records:export", "audit-trail:read"]).await;
    let (record, receipt) = answered(&house, "refuse_all").await;
    let (_, foreign) = answered(&house, "refuse_all").await;
    let path = path(&record, "bundle");
    let whole = asked();
    for (field, value, status) in [
        ("recipient", json!(null), 400),
        ("recipient", json!(" "), 400),
        ("purpose", json!("x".repeat(121)), 400),
        ("reason", json!(null), 422),
        ("reason", json!("because"), 422),
    ] {
        let mut body = whole.clone();
        body[field] = value;
        let refused = export(&house, &token, &path, body, None).await;
        assert_eq!((refused.status, refused.json()["field"].as_str()), (status, Some(field)), "{refused:?}");
    }
    let mut without = whole;
    without.as_object_mut().unwrap().remove("reason");
    let by_foreign = export(&house, &token, &path, without.clone(), Some(&foreign)).await;
    assert_eq!((by_foreign.status, by_foreign.json()["field"].as_str()), (400, Some("constat-receipt")));
    let by_receipt = export(&house, &token, &path, without, Some(&receipt)).await;
    assert_eq!(by_receipt.status, 200, "{by_receipt:?}");
    let url = format!("{}/v1/admin/audit-trail?action=record_exported", house.visitor().url);
    let trail = answer(client().get(url).bearer_auth(&token)).await.json();
    let items = trail["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "what was refused is no export: {trail}");
    let target = items[0]["target"].as_str().unwrap();
    for part in [&*record.consent_id.to_string(), "bundle", "CNIL", "complaint <7>", "reason: receipt"] {
        assert!(target.contains(part), "{part}: {target}");
    }
    let (_, log) = house.server.stop_with_log();
    assert!(!log.contains("CNIL") && !log.contains(&record.consent_id.to_string()), "{log}");
}

#[tokio::test]
async fn a_record_that_is_not_proven_is_handed_out_and_every_file_names_the_step() {
    let house = House::start();
    let token = house.token("files", &["records:export", "records:read"]).await;
    let (record, _) = answered(&house, "refuse_all").await;
    let store = rusqlite::Connection::open(house.data.path().join("constat.db")).unwrap();
    store.execute("UPDATE records SET vendors = '1' || substr(vendors, 2)", []).unwrap();
    let url = format!("{}/v1/admin/sites/{OWN}/records/{}", house.visitor().url, record.consent_id);
    let shown = answer(client().get(url).bearer_auth(&token)).await.json();
    let expected = failed(&shown["records"][0]);
    assert!(expected.contains(&"inclusion_proof".to_owned()), "{shown}");
    for kind in ["bundle", "certificate"] {
        let file = house.data.path().join(kind);
        let made = export(&house, &token, &path(&record, kind), asked(), None).await;
        assert_eq!(made.status, 200, "{made:?}");
        std::fs::write(&file, &made.body).unwrap();
        let (output, report) = verify(&file);
        assert_eq!((output.status.code(), &report["verdict"]), (Some(1), &json!("not_proven")), "{kind}");
        assert_eq!(failed(&report), expected, "{kind}");
    }
    let made = export(&house, &token, &path(&record, "consent-record"), asked(), None).await.json();
    let said = made["@graph"][0]["dct:description"].as_str().unwrap();
    assert!(said.starts_with("Not proven.") && said.contains("inclusion_proof"), "{said}");
}

#[tokio::test]
async fn the_console_hands_out_a_file_and_says_beside_its_field_what_is_missing() {
    let house = House::start();
    let (mut dpo, _) = house.person("dpo@helvia.example", "dpo", OWN).await;
    let (record, _) = answered(&house, "allow_all").await;
    let screen = format!("/console/sites/{OWN}/records/{}", record.consent_id);
    let page = dpo.get(&screen).await;
    for kind in ["certificate", "bundle", "consent-record"] {
        let there = format!("{screen}/{}/{kind}", record.event_id);
        assert!(page.text().contains(&format!("method=\"post\" action=\"{there}\"")), "{kind}");
        let fields = [("recipient", ""), ("purpose", "<b>x"), ("reason", "because")];
        let wrong = dpo.submit(&screen, &there, &fields).await;
        assert_eq!(wrong.status, 422, "{kind}");
        for part in [
            "id=\"error-recipient\"",
            "id=\"error-reason\"",
            "aria-describedby=\"error-reason",
            "&#60;b&#62;x",
        ] {
            assert!(wrong.text().contains(part), "{kind} {part}: {}", wrong.text());
        }
        assert!(!wrong.text().contains("error-purpose"));
        let fields = [("recipient", "Mme X"), ("purpose", "her own request"), ("reason", "person_asked")];
        let file = dpo.submit(&screen, &there, &fields).await;
        assert_eq!(file.status, 200, "{file:?}");
        assert!(file.header("content-disposition").starts_with("attachment; "));
    }
    let trail = dpo.get("/console/audit-trail?action=record_exported").await;
    assert_eq!(trail.text().matches("recipient: Mme X; purpose: her own request").count(), 3);
    let (mut owner, _) = house.person("owner@helvia.example", "owner", OWN).await;
    let refused =
        owner.submit("/console/account", &format!("{screen}/{}/bundle", record.event_id), &[]).await;
    assert_eq!(refused.status, 403);
}
