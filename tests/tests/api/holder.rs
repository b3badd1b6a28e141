//! Whose history: who may add to the records of a consent id, read them and erase them.

use crate::command::constat;
use constat_testkit::redis::Redis;
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Answer, Api, SITE, SITE_ORIGIN, answer, client, notice_hash};
use constat_tests::consent::{request, secret_of, uuid};
use constat_tests::receipts;
use constat_tests::server::Server;
use constat_tests::sites::Sites;
use reqwest::Method;
use reqwest::header::ORIGIN;
use serde_json::Value;

/// Another answer of the same visitor.
async fn next(api: &Api, consent: &Value) -> Value {
    let mut next = api.consent("withdraw").await;
    next["consent_id"] = consent["consent_id"].clone();
    next["previous_event_id"] = consent["event_id"].clone();
    next
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn who_knows_a_consent_id_and_an_event_id_gets_no_receipt() {
    let api = Api::start();
    let consent = api.consent("refuse_all").await;
    assert_eq!(api.post(&consent).await.status, 201);
    let (_, of_another) = api.record("refuse_all").await;
    let other_secret = secret_of(&api.consent("refuse_all").await);
    let id = text(&consent["consent_id"]);
    let mut conflict = consent.clone();
    conflict["language"] = "nl".into();
    let tokens = [None, Some(of_another.as_str()), Some(&other_secret), Some(&id), Some("x.y.z"), Some("x")];
    for token in tokens {
        for event in [&next(&api, &consent).await, &consent, &conflict] {
            let refused = api.post_with(event, token).await;
            assert_eq!(refused.status, 401, "{token:?}: {refused:?}");
            refused.assert_problem("a stranger", "holder_unproven", "consent_id");
            assert_eq!(refused.header("access-control-allow-origin"), SITE_ORIGIN);
        }
    }
    assert_eq!(api.record_count(), 2);
}

#[tokio::test]
async fn the_secret_or_any_receipt_that_has_not_ended_adds_repeats_reads_and_erases() {
    let api = Api::start();
    let consent = api.consent("allow_all").await;
    let first = api.post(&consent).await.json();
    let (receipt, secret, id) = (text(&first["receipt"]), secret_of(&consent), text(&consent["consent_id"]));
    for token in [&receipt, &secret] {
        let again = api.post_with(&consent, Some(token)).await;
        assert_eq!((again.status, again.json()), (200, first.clone()));
        assert_eq!(api.post_with(&next(&api, &consent).await, Some(token)).await.status, 201);
    }
    let record = serde_json::from_value(first["record"].clone()).unwrap();
    let ended = receipts::ending_in(api.data.path(), &record, -1);
    let refused = api.post_with(&next(&api, &consent).await, Some(&ended)).await;
    refused.assert_problem("an ended receipt", "holder_unproven", "consent_id");
    for token in [&receipt, &secret] {
        let records = api.history(Method::GET, &id, token).await.json()["records"].as_array().unwrap().len();
        assert_eq!(records, 3);
    }
    let foreign = api.history(Method::GET, &uuid(), &receipt).await;
    foreign.assert_problem("another consent id", "receipt_foreign", "");
    let other = secret_of(&api.consent("refuse_all").await);
    for method in [Method::GET, Method::DELETE] {
        let refused = api.history(method, &id, &other).await;
        assert_eq!(refused.status, 401);
        refused.assert_problem("another secret", "holder_unproven", "consent_id");
    }
    let erased = api.history(Method::DELETE, &id, &secret).await;
    assert_eq!((erased.status, &erased.json()["erased_count"]), (200, &3.into()));
    // A second press, or the retry of a request whose answer was lost.
    let again = api.history(Method::DELETE, &id, &secret).await;
    assert_eq!((again.status, &again.json()["erased_count"]), (200, &0.into()));
}

#[tokio::test]
async fn an_answer_without_a_secret_is_taken_where_there_are_no_records_and_its_receipt_goes_on() {
    let api = Api::start();
    let consent = api.consent("refuse_all").await;
    let first = api.post_with(&consent, None).await;
    assert_eq!(first.status, 201);
    let receipt = text(&first.json()["receipt"]);
    // Nobody can claim the consent id with a secret made later.
    let claimed = api.post(&next(&api, &consent).await).await;
    claimed.assert_problem("a late secret", "holder_unproven", "consent_id");
    assert_eq!(api.post_with(&next(&api, &consent).await, Some(&receipt)).await.status, 201);
    assert_eq!(api.post_with(&consent, Some(&receipt)).await.status, 200);
}

#[tokio::test]
async fn a_token_that_shows_nothing_keeps_nobody_from_a_new_consent_id() {
    let api = Api::start();
    let (_, foreign) = api.record("refuse_all").await;
    for token in ["x.y.z", "", &foreign] {
        let consent = api.consent("refuse_all").await;
        assert_eq!(api.post_with(&consent, Some(token)).await.status, 201, "{token}");
        api.post_with(&consent, Some(token)).await.assert_problem("again", "holder_unproven", "consent_id");
    }
}

#[tokio::test]
async fn the_receipt_of_an_erased_record_opens_nothing_that_comes_later() {
    let api = Api::start();
    // Somebody who knows the consent id before its first record arrives.
    let mut early = api.consent("refuse_all").await;
    let consent = api.consent("allow_all").await;
    early["consent_id"] = consent["consent_id"].clone();
    let receipt = text(&api.post_with(&early, None).await.json()["receipt"]);
    let id = text(&consent["consent_id"]);
    assert_eq!(api.history(Method::DELETE, &id, &receipt).await.status, 200);
    assert_eq!(api.post(&consent).await.status, 201);
    for event in [&consent, &next(&api, &consent).await] {
        api.post_with(event, Some(&receipt)).await.assert_problem("later", "holder_unproven", "consent_id");
    }
    for method in [Method::GET, Method::DELETE] {
        api.history(method, &id, &receipt).await.assert_problem("later", "holder_unproven", "consent_id");
    }
    let records = api.history(Method::GET, &id, &secret_of(&consent)).await.json()["records"].clone();
    assert_eq!(records.as_array().unwrap().len(), 1);
}

/// While strangers ask all the time to read and erase it.
#[tokio::test]
async fn a_first_answer_is_neither_read_nor_erased_by_who_waits_for_it() {
    let api = std::sync::Arc::new(Api::start());
    for _ in 0..20 {
        let consent = api.consent("refuse_all").await;
        let id = text(&consent["consent_id"]);
        let strangers = [Method::GET, Method::DELETE, Method::DELETE].map(|method| {
            let (api, id) = (std::sync::Arc::clone(&api), id.clone());
            tokio::spawn(async move {
                loop {
                    let answer = api.history(method.clone(), &id, "AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH").await;
                    if answer.status == 401 {
                        return;
                    }
                    let found = answer.text().to_owned();
                    assert!(
                        found.contains("\"records\":[]") || found.contains("\"erased_count\":0"),
                        "{found}"
                    );
                }
            })
        });
        assert_eq!(api.post(&consent).await.status, 201);
        for stranger in strangers {
            stranger.await.unwrap();
        }
        let records = api.history(Method::GET, &id, &secret_of(&consent)).await.json()["records"].clone();
        assert_eq!(records.as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn the_scheme_of_another_password_is_not_for_constat() {
    let api = Api::shared().await;
    let consent = api.consent("refuse_all").await;
    let path = format!("/v1/sites/{SITE}/consents");
    let request = api.request(Method::POST, &path).header(ORIGIN, SITE_ORIGIN);
    let request = request.basic_auth("tester", Some("password")).body(consent.to_string());
    assert_eq!(answer(request).await.status, 201);
}

#[tokio::test]
async fn a_secret_is_in_no_file_record_bundle_or_log_line() {
    let api = Api::start();
    let consent = api.consent("allow_all").await;
    // Letters that are no digits of the consent id.
    let secret = "ZZxxYYwwVVuuTTssRRqqPPooNNmmLLkk";
    let reply = api.post_with(&consent, Some(secret)).await;
    assert_eq!(reply.status, 201);
    assert_eq!(api.post_with(&consent, Some(&secret.replace('Z', "z"))).await.status, 401);
    let (data, id) = (api.data.path().to_owned(), text(&consent["consent_id"]));
    let mut places = vec![reply.text().to_owned().into_bytes()];
    places.push(constat(&data, &["records", "--json", "--site", SITE, "--consent-id", &id]).stdout);
    let bundle = data.join("evidence.json");
    let output = bundle.to_str().unwrap();
    assert!(constat(&data, &["prove", "--site", SITE, "--consent-id", &id, "-o", output]).status.success());
    let files = || std::fs::read_dir(&data).unwrap().map(|file| file.unwrap().path());
    places.extend(files().filter(|path| path.is_file()).map(|path| std::fs::read(path).unwrap()));
    let Api { server, data: _data, .. } = api;
    places.push(server.stop_with_log().1.into_bytes());
    places.extend(files().filter(|path| path.is_file()).map(|path| std::fs::read(path).unwrap()));
    let bytes = base64(secret);
    for place in &places {
        for needle in [secret.as_bytes(), &bytes] {
            assert!(!place.windows(needle.len()).any(|window| window == needle));
        }
    }
}

/// The bytes of a text of base64 (RFC 4648, section 4) without padding.
fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.chars().map(|letter| ALPHABET.find(letter).unwrap() as u32).collect::<Vec<_>>();
    let quads = digits.chunks(4).map(|quad| quad.iter().fold(0, |bits, digit| bits << 6 | digit));
    quads.flat_map(|bits: u32| bits.to_be_bytes().into_iter().skip(1)).collect()
}

#[tokio::test]
async fn one_consent_id_takes_no_more_than_200_answers_a_day() {
    let api = Api::start();
    let consent = api.consent("refuse_all").await;
    assert_eq!(api.post(&consent).await.status, 201);
    for _ in 1..200 {
        assert_eq!(api.post(&next(&api, &consent).await).await.status, 201);
    }
    let refused = api.post(&next(&api, &consent).await).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "3600"));
    refused.assert_problem("the 201st answer", "too_many_events", "consent_id");
    assert_eq!(api.post(&consent).await.status, 200);
    assert_eq!(api.post(&api.consent("refuse_all").await).await.status, 201);
    assert_eq!(api.record_count(), 201);
}

#[tokio::test]
async fn the_holder_is_known_to_every_server_of_one_redis() {
    let redis = Redis::start();
    let sites = Sites::with(SITE, &with_shipped_vendors(SITE, SITE_ORIGIN));
    let data = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let args = ["--sites", sites.arg(), "--store", &redis.url()];
    let first = Server::start(data[0].path(), &args);
    std::fs::create_dir(data[1].path().join("keys")).unwrap();
    std::fs::copy(data[0].path().join("keys/1.pem"), data[1].path().join("keys/1.pem")).unwrap();
    let second = Server::start(data[1].path(), &args);
    let hash = notice_hash(&first).await;
    let consent = request(&hash, "refuse_all");
    let post = async |server: &Server, body: &Value, token: Option<&str>| -> Answer {
        let url = format!("{}/v1/sites/{SITE}/consents", server.url);
        let request = client().post(url).header(ORIGIN, SITE_ORIGIN).body(body.to_string());
        answer(token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth)).await
    };
    let secret = secret_of(&consent);
    assert_eq!(post(&first, &consent, Some(&secret)).await.status, 201);
    let mut more = request(&hash, "allow_all");
    more["consent_id"] = consent["consent_id"].clone();
    for server in [&first, &second] {
        for event in [&consent, &more] {
            post(server, event, None).await.assert_problem("no secret", "holder_unproven", "consent_id");
        }
    }
    let reply = post(&second, &more, Some(&secret)).await;
    assert_eq!(reply.status, 201);
    let receipt = text(&reply.json()["receipt"]);
    assert_eq!(post(&first, &consent, Some(&receipt)).await.status, 200);
}
