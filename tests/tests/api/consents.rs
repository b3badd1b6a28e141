//! `POST /v1/sites/{site}/consents`: what is accepted.

use constat_shared::{Record, Timestamp};
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Api, SITE, SITE_ORIGIN, answer, site_path};
use constat_tests::consent::{secret_of, uuid};
use constat_tests::server::run;
use constat_tests::sites::Sites;
use reqwest::Method;
use reqwest::header::ORIGIN;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// The records of a consent id, as `constat records` prints them.
async fn stored(api: &Api, consent_id: &Value) -> Value {
    let data = api.data.path().to_str().unwrap();
    let args =
        ["records", "--json", "--data", data, "--site", SITE, "--consent-id", consent_id.as_str().unwrap()];
    let output = run(args).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn now_ms() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// The same day and time so many calendar months later, or the last day of a month that is too short.
fn months_later(text: &str, months: u32) -> String {
    let number = |from: usize, to: usize| text[from..to].parse::<u32>().unwrap();
    let month = number(5, 7) - 1 + months;
    let (year, month) = (number(0, 4) + month / 12, month % 12 + 1);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    format!("{year:04}-{month:02}-{:02}{}", number(8, 10).min(length), &text[10..])
}

#[tokio::test]
async fn an_answer_becomes_a_record_of_all_that_was_sent_dated_by_the_server() {
    let api = Api::shared().await;
    let mut consent = api.consent("save").await;
    consent["layer"] = json!("configuration");
    consent["language"] = json!("nl");
    consent["previous_event_id"] = json!(uuid());
    consent["vendors"]["youtube"] = json!(true);
    consent["signals"] = json!({ "gpc": true, "dnt": true });
    let before = now_ms();
    let answer = api.post(&consent).await;
    let after = now_ms();
    assert_eq!((answer.status, answer.header("content-type")), (201, "application/json"), "{answer:?}");
    let reply = answer.json();
    assert!(reply["receipt"].is_string());
    assert_eq!(reply.as_object().unwrap().len(), 2);

    let record = &reply["record"];
    let recorded_at = record["recorded_at"].as_str().unwrap();
    let mut expected = consent.clone();
    expected["site"] = json!(SITE);
    expected["terms_hash"] =
        api.get(&format!("/v1/sites/{SITE}/notice/nl")).await.json()["terms_hash"].clone();
    expected["recorded_at"] = json!(recorded_at);
    expected["choice_expires_at"] = json!(months_later(recorded_at, 6));
    expected["expires_at"] = json!(months_later(recorded_at, 13));
    assert_eq!(record, &expected);
    assert!(
        recorded_at.len() == "2026-03-01T09:30:00.000Z".len() && recorded_at.ends_with('Z'),
        "{recorded_at}"
    );
    let recorded_ms = Timestamp::parse(recorded_at).unwrap().unix_ms();
    assert!((before..=after).contains(&recorded_ms), "{before} {recorded_ms} {after}");
    serde_json::from_value::<Record>(record.clone()).unwrap();
}

#[tokio::test]
async fn a_record_can_be_read_at_once_beside_the_running_server_and_after_a_restart() {
    let api = Api::start();
    let first = api.consent("allow_all").await;
    let mut second = api.consent("withdraw").await;
    second["consent_id"] = first["consent_id"].clone();
    second["previous_event_id"] = first["event_id"].clone();
    let mut records = Vec::new();
    for consent in [&first, &second] {
        records.push(api.post(consent).await.json()["record"].clone());
        assert_eq!(stored(&api, &first["consent_id"]).await, json!(records));
    }
    let api = api.restart();
    assert_eq!(stored(&api, &first["consent_id"]).await, json!(records));
    // The first answer is still the answer to its event id.
    let again = api.post(&first).await;
    assert_eq!((again.status, &again.json()["record"]), (200, &records[0]));
}

#[tokio::test]
async fn every_action_is_stored_as_it_was_meant() {
    let api = Api::shared().await;
    for action in ["allow_all", "refuse_all", "continue_without_accepting", "save", "withdraw"] {
        let consent = api.consent(action).await;
        let answer = api.post(&consent).await;
        assert_eq!(answer.status, 201, "{action}: {answer:?}");
        for part in ["action", "categories", "vendors"] {
            assert_eq!(answer.json()["record"][part], consent[part], "{action}");
        }
        assert_eq!(stored(&api, &consent["consent_id"]).await, json!([answer.json()["record"]]));
    }
}

#[tokio::test]
async fn a_vendor_may_be_allowed_without_its_category_and_the_other_way_round() {
    let api = Api::shared().await;
    let mut consent = api.consent("save").await;
    consent["vendors"]["google-analytics"] = json!(true);
    consent["categories"]["third_party"] = json!(true);
    let answer = api.post(&consent).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let record = &answer.json()["record"];
    assert_eq!((&record["categories"], &record["vendors"]), (&consent["categories"], &consent["vendors"]));
    assert_eq!(stored(&api, &consent["consent_id"]).await[0], *record);
}

#[tokio::test]
async fn a_repeated_event_returns_the_first_answer_and_stores_nothing() {
    let api = Api::start();
    let consent = api.consent("refuse_all").await;
    let first = api.post(&consent).await;
    assert_eq!(first.status, 201);
    // Time passes: the first answer is the first answer.
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    for body in [consent.to_string(), format!("\n{consent:#}\n")] {
        let request = api.request(Method::POST, &site_path("consents")).header(ORIGIN, SITE_ORIGIN);
        let again = answer(request.bearer_auth(secret_of(&consent)).body(body)).await;
        assert_eq!((again.status, again.json()), (200, first.json()));
    }
    assert_eq!(api.record_count(), 1);
}

#[tokio::test]
async fn an_event_id_with_other_content_is_a_conflict_that_changes_nothing() {
    let api = Api::start();
    let consent = api.consent("save").await;
    let first = api.post(&consent).await;
    let others = [
        ("consent_id", json!(uuid())),
        ("previous_event_id", json!(uuid())),
        ("action", json!("refuse_all")),
        ("layer", json!("configuration")),
        ("language", json!("de")),
        ("signals", json!({ "gpc": false, "dnt": true })),
        ("vendors", json!({ "google-analytics": false, "youtube": true, "recaptcha": false })),
    ];
    for (field, value) in others {
        let mut other = consent.clone();
        other[field] = value;
        let answer = api.post(&other).await;
        assert_eq!(answer.status, 409, "{field}");
        answer.assert_problem(field, "event_conflict", "event_id");
    }
    assert_eq!(api.record_count(), 1);
    assert_eq!(stored(&api, &consent["consent_id"]).await, json!([first.json()["record"]]));
}

#[tokio::test]
async fn a_site_knows_nothing_of_the_event_ids_of_another() {
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    sites.write("other", &with_shipped_vendors("other", SITE_ORIGIN));
    let api = Api::serve(sites);
    let consent = api.consent("save").await;
    assert_eq!(api.post(&consent).await.status, 201);
    let mut other = consent.clone();
    other["notice_hash"] = api.get("/v1/sites/other/notice/fr").await.json()["notice_hash"].clone();
    assert_eq!(api.post_to("other", other.to_string()).await.status, 201);
    assert_eq!(api.record_count(), 2);
}

#[tokio::test]
async fn one_event_sent_many_times_at_once_is_stored_once() {
    let api = Arc::new(Api::start());
    let consent = api.consent("allow_all").await;
    let post = |consent: Value| {
        let api = Arc::clone(&api);
        tokio::spawn(async move { api.post(&consent).await })
    };
    let sent: Vec<_> = (0..24).map(|_| post(consent.clone())).collect();
    let (mut statuses, mut bodies) = (Vec::new(), BTreeSet::new());
    for answer in sent {
        let answer = answer.await.unwrap();
        statuses.push(answer.status);
        bodies.insert(answer.body);
    }
    statuses.sort_unstable();
    assert_eq!((statuses[..23].to_vec(), statuses[23]), (vec![200; 23], 201));
    assert_eq!(bodies.len(), 1, "all got the same record");
    assert_eq!(api.record_count(), 1);
}

#[tokio::test]
async fn what_is_exempt_stays_allowed_when_everything_is_refused() {
    let file = with_shipped_vendors(SITE, SITE_ORIGIN)
        .replace("[categories.functional]", "[categories.functional]\nexempt = true");
    let api = Api::serve(Sites::with(SITE, &file));
    let mut consent = api.consent("refuse_all").await;
    api.post(&consent).await.assert_problem("functional refused", "exempt_refused", "categories.functional");
    consent["categories"]["functional"] = json!(true);
    assert_eq!(api.post(&consent).await.status, 201);
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_taken() {
    let api = Api::shared().await;
    let consent = api.consent("refuse_all").await.to_string();
    let padded = format!("{consent}{}", " ".repeat(16 * 1024 - consent.len()));
    assert_eq!(api.post_to(SITE, padded).await.status, 201);
}

#[tokio::test]
async fn the_sites_own_lifetimes_count() {
    let file = with_shipped_vendors(SITE, SITE_ORIGIN).replace("choice_months = 6", "choice_months = 12");
    let api = Api::serve(Sites::with(SITE, &file.replace("proof_months = 13", "proof_months = 12")));
    let consent = api.consent("refuse_all").await;
    let record = api.post(&consent).await.json()["record"].clone();
    let expected = months_later(record["recorded_at"].as_str().unwrap(), 12);
    assert_eq!((&record["choice_expires_at"], &record["expires_at"]), (&json!(expected), &json!(expected)));
}

#[tokio::test]
async fn a_repeated_answer_gets_the_same_receipt() {
    let api = Api::shared().await;
    let consent = api.consent("refuse_all").await;
    let (first, again) = (api.post(&consent).await, api.post(&consent).await);
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.json(), again.json());
}
