//! `GET` and `DELETE /v1/sites/{site}/consents/{consent_id}`: the visitor's own records, as JSON and as
//! consent records in JSON-LD.

use crate::command::constat;
use constat_shared::log::merkle::verify_consistency;
use constat_shared::{LogId, LogShards, Record};
use constat_tests::api::{Answer, Api, SITE, SITE_ORIGIN, answer};
use constat_tests::receipts;
use constat_tests::server::Server;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

#[tokio::test]
async fn only_a_receipt_opens_and_erases_the_records() {
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
    // The leaf stays, and another one records the erasure.
    let (log, after) =
        (LogId::of(&record, LogShards::ONE), api.checkpoint(&LogId::of(&record, LogShards::ONE)).await);
    assert_eq!(after.size, before.size + 1);
    let proof = api.proof(&log, &format!("consistency?from={}&to={}", before.size, after.size)).await;
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
async fn a_receipt_opens_and_erases_nothing_from_its_end_on() {
    let api = Api::start();
    let (record, _) = api.record("allow_all").await;
    let id = record.consent_id.to_string();
    let ended = [0, -1, -100 * 86_400].map(|seconds| receipts::ending_in(api.data.path(), &record, seconds));
    for receipt in &ended {
        for method in [Method::GET, Method::DELETE] {
            let refused = api.history(method, &id, receipt).await;
            refused.assert_problem("an expired receipt", "receipt_expired", "");
            assert_eq!(refused.status, 401);
        }
    }
    let receipt = receipts::ending_in(api.data.path(), &record, 4);
    let end = receipts::now_s() + 4;
    assert_eq!(api.history(Method::GET, &id, &receipt).await.status, 200);
    while receipts::now_s() < end {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(api.history(Method::GET, &id, &receipt).await.status, 401);
    assert_eq!(api.history(Method::DELETE, &id, &receipt).await.status, 401);
    let (other, _) = api.record("allow_all").await;
    let foreign = receipts::ending_in(api.data.path(), &other, -1);
    assert_eq!(api.history(Method::GET, &id, &foreign).await.status, 403);
    assert_eq!(api.record_count(), 2);
}

const JSON_LD: &str = "application/ld+json";

/// Posts an answer; returns its consent id, event id and receipt.
async fn taken(api: &Api, consent: &Value) -> (String, String, String) {
    let reply = api.post(consent).await.json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&reply["record"]["consent_id"]), text(&reply["record"]["event_id"]), text(&reply["receipt"]))
}

/// Asks for the records of a consent id from a page of the site.
async fn own(api: &Api, consent_id: &str, receipt: &str, accept: &str) -> Answer {
    let request = api.request(Method::GET, &format!("/v1/sites/{SITE}/consents/{consent_id}"));
    let request = request.bearer_auth(receipt).header("origin", SITE_ORIGIN);
    answer(request.header("accept", accept)).await
}

fn node<'a>(document: &'a Value, name: &str) -> &'a Value {
    let nodes = document["@graph"].as_array().unwrap();
    nodes.iter().find(|node| node["@id"] == name).unwrap_or_else(|| panic!("no {name}"))
}

/// The parts of the notice that a record lists in this state, by the end of their names.
fn processes(document: &Value, event_id: &str, state: &str) -> BTreeSet<String> {
    let statuses = &node(document, &format!("urn:uuid:{event_id}"))["dpv:hasConsentStatus"];
    let of = statuses.as_array().unwrap().iter().filter(|status| status["@type"] == state);
    let names = of.flat_map(|status| status["dpv:hasProcess"].as_array().unwrap());
    names.map(|name| name.as_str().unwrap().split_once('#').unwrap().1.to_owned()).collect()
}

#[tokio::test]
async fn the_history_is_also_a_consent_record_in_json_ld() {
    let api = Api::shared().await;
    let mut first = api.consent("refuse_all").await;
    first["action"] = "save".into();
    first["vendors"]["youtube"] = true.into();
    let (consent_id, first_event, _) = taken(&api, &first).await;
    let mut second = api.consent("withdraw").await;
    second["consent_id"] = consent_id.clone().into();
    second["previous_event_id"] = first_event.clone().into();
    second["language"] = "nl".into();
    let (_, second_event, receipt) = taken(&api, &second).await;

    let answer = own(&api, &consent_id, &receipt, JSON_LD).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, JSON_LD));
    assert_eq!(answer.header("cache-control"), "no-store");
    let document = answer.json();
    assert_eq!(document["@context"]["dpv"], "https://w3id.org/dpv#");
    let youtube = BTreeSet::from(["service-youtube".to_owned()]);
    assert_eq!(processes(&document, &first_event, "dpv:ConsentGiven"), youtube);
    let refused = processes(&document, &first_event, "dpv:ConsentRefused");
    assert!(refused.contains("category-third_party") && refused.contains("service-google-analytics"));
    assert_eq!(processes(&document, &second_event, "dpv:ConsentWithdrawn"), youtube);
    assert_eq!(processes(&document, &second_event, "dpv:ConsentRefused"), refused);

    let record = node(&document, &format!("urn:uuid:{second_event}"));
    assert_eq!(record["@type"], "dpv:ConsentRecord");
    assert_eq!(record["dct:identifier"], second_event);
    assert_eq!(record["dpv:hasDataSubject"]["dct:identifier"], consent_id);
    assert_eq!(record["dct:replaces"], format!("urn:uuid:{first_event}"));
    let notice = record["dpv:hasNotice"].as_str().unwrap();
    assert_eq!(node(&document, notice)["dct:identifier"], api.notice_hash().await);
    assert_eq!(node(&document, &format!("{notice}#controller"))["dpv:hasName"], "Assurances Boréale");
    let vendor = node(&document, &format!("{notice}#vendor-youtube"));
    assert_eq!(vendor["dpv:hasName"], "Google Ireland Limited");
    assert_eq!(vendor["dpv:hasCountry"]["dct:identifier"], "US");
    // In the languages of the two records, and no other.
    let titles = node(&document, &format!("{notice}#purpose-video-playback"))["dct:title"].clone();
    let languages: BTreeSet<_> =
        titles.as_array().unwrap().iter().map(|title| title["@language"].as_str()).collect();
    assert_eq!(languages, BTreeSet::from([Some("fr"), Some("nl")]));
}

#[tokio::test]
async fn a_client_gets_the_form_it_prefers_and_caches_know_that_there_are_two() {
    let api = Api::shared().await;
    let (consent_id, event_id, receipt) = taken(&api, &api.consent("allow_all").await).await;
    let forms = [
        (JSON_LD, JSON_LD),
        ("application/ld+json, application/json;q=0.9", JSON_LD),
        ("application/json, application/ld+json;q=0.9", "application/json"),
        ("*/*", "application/json"),
        ("text/html", "application/json"),
    ];
    for (accept, form) in forms {
        let answer = own(&api, &consent_id, &receipt, accept).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, form), "{accept}");
        assert_eq!(answer.header("access-control-allow-origin"), SITE_ORIGIN, "{accept}");
        let vary = answer.headers.get_all("vary").iter().map(|value| value.to_str().unwrap().to_lowercase());
        let vary = vary.collect::<Vec<_>>().join(",");
        let names: Vec<_> = vary.split(',').map(str::trim).collect();
        assert!(names.contains(&"accept") && names.contains(&"origin"), "{accept}: {vary}");
        let body = answer.json();
        let found = if form == JSON_LD {
            &body["@graph"][0]["dct:identifier"]
        } else {
            &body["records"][0]["event_id"]
        };
        assert_eq!(*found, event_id, "{accept}");
    }
    let refused = own(&api, &consent_id, "x.y.z", JSON_LD).await;
    assert_eq!(refused.status, 401);
    refused.assert_problem("a wrong receipt", "receipt_invalid", "");
}

#[tokio::test]
async fn nothing_is_left_of_an_erased_history() {
    let api = Api::start();
    let (consent_id, _, receipt) = taken(&api, &api.consent("allow_all").await).await;
    let path = format!("/v1/sites/{SITE}/consents/{consent_id}");
    assert_eq!(answer(api.request(Method::DELETE, &path).bearer_auth(&receipt)).await.status, 200);
    let empty = own(&api, &consent_id, &receipt, JSON_LD).await;
    assert_eq!((empty.status, empty.json()["@graph"].clone()), (200, json!([])));
}

/// Whether a file of the data folder has these bytes.
fn holds(data: &Path, marker: &[u8]) -> bool {
    let files = std::fs::read_dir(data).unwrap().map(|file| file.unwrap().path());
    let mut files = files.filter(|path| path.is_file()).map(|path| std::fs::read(path).unwrap());
    files.any(|bytes| bytes.windows(marker.len()).any(|window| window == marker))
}

#[tokio::test]
async fn an_erasure_beside_a_long_reader_is_answered_202_and_finished_after_a_crash() {
    let api = Api::start();
    let (record, receipt) = api.record("allow_all").await;
    let (id, marker) = (record.consent_id.to_string(), *record.consent_id.as_bytes());
    // As a backup does.
    let reader = rusqlite::Connection::open(api.data.path().join("constat.db")).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM records").unwrap();
    let erased = api.history(Method::DELETE, &id, &receipt).await;
    assert_eq!((erased.status, erased.json()), (202, json!({ "erased_count": 1, "bytes_remain": true })));
    assert_eq!(api.history(Method::GET, &id, &receipt).await.json()["records"], json!([]));
    let posted = api.post(&api.consent("refuse_all").await).await;
    assert_eq!(posted.status, 201, "the reader stops no answer");
    let again = api.history(Method::DELETE, &id, &receipt).await;
    assert_eq!((again.status, again.json()), (202, json!({ "erased_count": 0, "bytes_remain": true })));
    let Api { server, sites, data, client } = api;
    server.kill();
    let server = Server::start(data.path(), &["--sites", sites.arg()]);
    server.logs("a file still has the bytes of deleted records", 1).await;
    assert!(holds(data.path(), &marker), "the marker must be found before, or the test proves nothing");
    drop(reader);
    server.logs("no file has the bytes of deleted records any more", 1).await;
    assert!(!holds(data.path(), &marker));
    let api = Api { server, sites, data, client };
    let again = api.history(Method::DELETE, &id, &receipt).await;
    assert_eq!((again.status, again.json()), (200, json!({ "erased_count": 0 })));
}

#[tokio::test]
async fn an_erased_event_that_is_sent_again_is_refused_and_nothing_of_it_is_kept() {
    let api = Api::start();
    let consent = api.consent("allow_all").await;
    let (consent_id, event_id, receipt) = taken(&api, &consent).await;
    assert_eq!(api.history(Method::DELETE, &consent_id, &receipt).await.status, 200);
    let mut changed = consent.clone();
    changed["language"] = "nl".into();
    for request in [&consent, &changed] {
        let refused = api.post(request).await;
        assert_eq!(refused.status, 410);
        refused.assert_problem("an erased event", "event_erased", "event_id");
    }
    assert_eq!(api.record_count(), 0);
    let Api { server, sites, data, client } = api;
    let (stopped_well, log) = server.stop_with_log();
    assert!(stopped_well && !log.contains(&consent_id) && !log.contains(&event_id), "{log}");
    for id in [&consent_id, &event_id] {
        let bytes = uuid::Uuid::parse_str(id).unwrap();
        assert!(!holds(data.path(), bytes.as_bytes()) && !holds(data.path(), id.as_bytes()));
    }
    let server = Server::start(data.path(), &["--sites", sites.arg()]);
    let api = Api { server, sites, data, client };
    assert_eq!(api.post(&consent).await.status, 410, "also after a restart");
    let mut new = consent.clone();
    new["event_id"] = json!(constat_tests::consent::uuid());
    assert_eq!(api.post(&new).await.status, 201);
}
