//! The records of visitors: found, seen, erased; and where they stand afterwards.

use crate::command::{constat, prove};
use constat_shared::{Record, cookie};
use constat_tests::api::{answer, client};
use constat_tests::consent::{request, secret_of};
use constat_tests::console::{House, OWN, between};
use reqwest::Method;
use serde_json::{Value, json};

const RECORDS: &str = "/console/sites/polaire/records";

/// An answer of a visitor of [`OWN`]: the record and the receipt.
async fn answered(house: &House, consent: &Value) -> (Record, String) {
    let made = constat_tests::api::post(&house.server, consent).await.json();
    let record = serde_json::from_value(made["record"].clone()).unwrap();
    (record, made["receipt"].as_str().unwrap().to_owned())
}

async fn consent(house: &House, action: &str) -> Value {
    request(&constat_tests::api::notice_hash(&house.server).await, action)
}

/// A token for programs.
async fn token(house: &House) -> String {
    house.token("program", &["records:read", "records:erase"]).await
}

async fn ask(house: &House, token: &str, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
    let url = house.visitor().url;
    let mut asked = client().request(method, format!("{url}/v1/admin/sites/{OWN}/{path}")).bearer_auth(token);
    if let Some(body) = body {
        asked = asked.body(body.to_string());
    }
    let found = answer(asked).await;
    (found.status, found.json())
}

fn rows(html: &str) -> Vec<String> {
    html.split("<tr data-event-id=\"").skip(1).map(|row| row.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_same_id_by_every_kind_of_paste_leads_to_the_same_answers() {
    let house = House::start();
    let (mut dpo, _) = house.person("dpo@helvia.example", "dpo", OWN).await;
    let asked = consent(&house, "allow_all").await;
    let (record, receipt) = answered(&house, &asked).await;
    let bundle = std::fs::read_to_string(prove(house.data.path(), &record)).unwrap();
    let id = record.consent_id.to_string();
    let parts = format!("{id}.{}.0123456789ab.t0zhs0.tbbm80.11111.", record.event_id);
    let made = json!({ "record": record, "receipt": receipt }).to_string();
    let there = format!("{RECORDS}/{id}");
    for text in [
        &*id,
        &id.replace('-', ""),
        &id.to_uppercase(),
        &receipt,
        &bundle,
        &made,
        &format!("1.{parts}"),
        &format!("2.{parts}"),
        &format!("{}=2.{parts}", cookie::name(&record.site)),
    ] {
        for (path, site) in [(RECORDS, ""), ("/console/records", OWN)] {
            let sent = dpo.submit("/console/", path, &[("text", text), ("site", site)]).await;
            assert_eq!((sent.status, sent.header("location")), (303, &*there), "{path} {text}");
        }
    }
    let page = dpo.get(&there).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains(&format!("data-event-id=\"{}\"", record.event_id)));
    assert!(
        page.text().contains("data-verdict=\"proven\"") && !page.text().contains("not_proven\">\n    <h2")
    );
    for step in ["file", "record", "inclusion_proof", "checkpoint", "published_key", "serving"] {
        let named = format!("<li data-step=\"{step}\" data-result=\"ok\">");
        assert!(page.text().contains(&named), "{step}");
    }
    let digits = id.replace('-', "");
    let today = record.recorded_at.to_string()[..10].to_owned();
    let typed = digits[..8].replace('0', "O").replace('1', "l");
    for (text, from, to) in [(&digits[..8], "", ""), (&typed, "", ""), (&digits[28..], &*today, "")] {
        let fields = [("text", text), ("from", from), ("to", to)];
        let sent = dpo.submit(RECORDS, RECORDS, &fields).await;
        assert_eq!(sent.status, 303, "{text}");
        let list = dpo.get(sent.header("location")).await;
        assert!(list.text().contains("data-found=\"part\""), "{text} {}", list.text());
        assert!(rows(list.text()).contains(&record.event_id.to_string()), "{text}");
    }
}

#[tokio::test]
async fn what_is_pasted_stands_in_no_address_log_line_or_trail() {
    let House { server, sites: _sites, data } = {
        let house = House::start();
        let (mut dpo, _) = house.person("dpo@helvia.example", "dpo", OWN).await;
        let (record, receipt) = answered(&house, &consent(&house, "allow_all").await).await;
        let signature = receipt.rsplit('.').next().unwrap();
        let sent = dpo.submit(RECORDS, RECORDS, &[("text", &receipt)]).await;
        assert!(!sent.header("location").contains(signature));
        dpo.get(sent.header("location")).await;
        // A receipt with a mistake is no id: it is not shown again either.
        let broken = receipt.replace('.', ",");
        let sent = dpo.submit(RECORDS, RECORDS, &[("text", &broken)]).await;
        assert!(sent.status == 200 && sent.text().contains("data-why=\"not_an_id\""), "{sent:?}");
        assert!(!sent.text().contains(signature));
        let trail = dpo.get("/console/audit-trail").await;
        assert!(trail.text().contains(&record.consent_id.to_string()) && !trail.text().contains(signature));
        std::fs::write(house.data.path().join("signature"), signature).unwrap();
        house
    };
    let signature = std::fs::read_to_string(data.path().join("signature")).unwrap();
    std::fs::remove_file(data.path().join("signature")).unwrap();
    let (_, log) = server.stop_with_log();
    assert!(!log.contains(&signature), "{log}");
    for file in std::fs::read_dir(data.path()).unwrap().flatten().filter(|file| file.path().is_file()) {
        let bytes = std::fs::read(file.path()).unwrap();
        let has = bytes.windows(signature.len()).any(|window| window == signature.as_bytes());
        assert!(!has, "{}", file.path().display());
    }
}

#[tokio::test]
async fn when_nothing_is_found_the_screen_and_the_api_say_why() {
    let house = House::start();
    let (mut dpo, _) = house.person("dpo@helvia.example", "dpo", OWN).await;
    let token = token(&house).await;
    answered(&house, &consent(&house, "refuse_all").await).await;
    for (text, why) in [
        ("somebody", "not_an_id"),
        ("0190abc", "not_an_id"),
        ("ffffffff-ffff-7fff-8fff-ffffffffffff", "future"),
        ("00000001-0000-7000-8000-000000000000", "before_oldest"),
        (&constat_tests::consent::uuid(), "unknown"),
    ] {
        let (status, said) =
            ask(&house, &token, Method::POST, "records/search", Some(json!({ "text": text }))).await;
        assert_eq!((status, &said["found"], &said["why"]), (200, &json!("none"), &json!(why)), "{text}");
        let sent = dpo.submit(RECORDS, RECORDS, &[("text", text)]).await;
        let page = if sent.status == 303 { dpo.get(sent.header("location")).await } else { sent };
        assert!(page.text().contains(&format!("data-why=\"{why}\"")), "{text} {}", page.text());
    }
}

#[tokio::test]
async fn a_search_filters_and_goes_on_page_by_page() {
    let house = House::start();
    let (mut dpo, _) = house.person("dpo@helvia.example", "dpo", OWN).await;
    let token = token(&house).await;
    let mut events = Vec::new();
    for action in ["allow_all", "refuse_all", "refuse_all"] {
        events.push(answered(&house, &consent(&house, action).await).await.0.event_id.to_string());
    }
    events.reverse();
    let list = dpo.get(RECORDS).await;
    assert_eq!(rows(list.text()), events);
    let refused = dpo.get(&format!("{RECORDS}?vendor=youtube&vendor_allowed=false")).await;
    assert_eq!(rows(refused.text()), events[..2]);
    let wrong = dpo.get(&format!("{RECORDS}?from=2026-01-01&to=2026-12-31")).await;
    assert!(wrong.status == 422 && wrong.text().contains("id=\"error-to\""), "{wrong:?}");

    let (mut seen, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let body = json!({ "limit": 1, "cursor": cursor });
        let (status, page) = ask(&house, &token, Method::POST, "records/search", Some(body)).await;
        assert_eq!((status, page["examined"].as_u64()), (200, Some(1)));
        seen.extend(
            page["records"].as_array().unwrap().iter().map(|it| it["event_id"].as_str().unwrap().to_owned()),
        );
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(seen, events);
    for (body, field) in [
        (json!({ "from": "2026-02-30" }), "from"),
        (json!({ "from": "2026-01-01", "to": "2026-02-01" }), "to"),
        (json!({ "action": "accept" }), "action"),
        (json!({ "limit": 101 }), "limit"),
        (json!({ "vendor_allowed": true }), "vendor"),
        (json!({ "who": "x" }), "who"),
    ] {
        let (status, problem) = ask(&house, &token, Method::POST, "records/search", Some(body)).await;
        assert_eq!((status, problem["field"].as_str()), (400, Some(field)), "{problem}");
    }
}

#[tokio::test]
async fn one_byte_changed_in_the_store_is_not_proven_at_the_same_step_everywhere() {
    let house = House::start();
    let (mut dpo, _) = house.person("dpo@helvia.example", "dpo", OWN).await;
    let token = token(&house).await;
    let (record, _) = answered(&house, &consent(&house, "refuse_all").await).await;
    let path = format!("records/{}", record.consent_id);
    let (_, before) = ask(&house, &token, Method::GET, &path, None).await;
    assert_eq!(before["records"][0]["verdict"], "proven", "{before}");
    let store = rusqlite::Connection::open(house.data.path().join("constat.db")).unwrap();
    store.execute("UPDATE records SET vendors = '1' || substr(vendors, 2)", []).unwrap();
    let (_, after) = ask(&house, &token, Method::GET, &path, None).await;
    assert_eq!(after["records"][0]["verdict"], "not_proven", "{after}");
    let failed =
        after["records"][0]["steps"].as_array().unwrap().iter().filter(|step| step["result"] == "failed");
    let failed: Vec<_> = failed.map(|step| step["step"].as_str().unwrap()).collect();
    assert!(failed.contains(&"inclusion_proof"), "{after}");
    let page = dpo.get(&format!("{RECORDS}/{}", record.consent_id)).await;
    let first = between(page.text(), "data-verdict=\"not_proven\"", "</section>");
    assert!(first.contains("<details open>"), "a failed step stands open");
    for step in failed {
        assert!(page.text().contains(&format!("<li data-step=\"{step}\" data-result=\"failed\">")), "{step}");
    }
}

#[tokio::test]
async fn erasing_asks_for_a_reason_and_a_confirmation_and_gives_a_proof_that_names_nobody() {
    let house = House::start();
    let (mut dpo, _) = house.person("dpo@helvia.example", "dpo", OWN).await;
    let asked = consent(&house, "allow_all").await;
    let (record, _) = answered(&house, &asked).await;
    let (id, there) = (record.consent_id.to_string(), format!("{RECORDS}/{}", record.consent_id));
    let erase = format!("{there}/erase");
    for (fields, error) in [
        (vec![("confirm", "yes")], "error-reason"),
        (vec![("reason", "because"), ("confirm", "yes")], "error-reason"),
        (vec![("reason", "person_asked")], "error-confirm"),
    ] {
        let refused = dpo.submit(&there, &erase, &fields).await;
        assert_eq!(refused.status, 422, "{fields:?}");
        assert!(refused.text().contains(&format!("id=\"{error}\"")), "{fields:?}");
    }
    assert_eq!(dpo.get(&there).await.status, 200, "nothing was erased");
    let done = dpo.submit(&there, &erase, &[("reason", "person_asked"), ("confirm", "yes")]).await;
    assert_eq!(done.status, 303, "{done:?}");
    assert!(!done.header("location").contains(&id));
    let purge = dpo.get(done.header("location")).await;
    assert_eq!(purge.status, 200, "{purge:?}");
    let href = between(purge.text(), "href=\"/console/sites/polaire/purges/", "\"");
    let file = dpo.get(&format!("/console/sites/polaire/purges/{href}")).await;
    assert_eq!(file.status, 200);
    let path = house.data.path().join("erasure.json");
    std::fs::write(&path, &file.body).unwrap();
    let jwks = house.data.path().join("jwks.json");
    std::fs::write(&jwks, constat_tests::api::get(&house.server, "/.well-known/jwks.json").await.body)
        .unwrap();
    let arguments = ["verify", path.to_str().unwrap(), "--jwks", jwks.to_str().unwrap()];
    let verified = constat(house.data.path(), &arguments);
    let text = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(verified.status.success() && text.contains("names nobody"), "{text}");
    std::fs::write(&path, String::from_utf8(file.body.clone()).unwrap().replacen("\":1,", "\":2,", 1))
        .unwrap();
    assert!(!constat(house.data.path(), &arguments).status.success());
    for file in [&path, &jwks] {
        std::fs::remove_file(file).unwrap();
    }
    assert_eq!(dpo.get(&there).await.status, 404);
    let trail = dpo.get("/console/audit-trail").await;
    assert!(trail.text().contains("Records erased") && trail.text().contains("person_asked"));
    assert!(!trail.text().contains(&id), "the trail has forgotten whose records were seen");
    let site = dpo.get("/console/sites/polaire").await;
    assert!(site.text().contains("No answer is kept") && !site.text().contains("Put this first"), "{site:?}");
    let repeated = constat_tests::api::post(&house.server, &asked).await;
    assert_eq!(repeated.status, 410, "{repeated:?}");
    assert!(constat(house.data.path(), &["audit", "--trail"]).status.success());
    let House { server, sites: _sites, data } = house;
    let (_, log) = server.stop_with_log();
    assert!(!log.contains(&id), "{log}");
    let bytes = record.consent_id.as_bytes();
    for file in std::fs::read_dir(data.path()).unwrap().flatten().filter(|file| file.path().is_file()) {
        let content = std::fs::read(file.path()).unwrap();
        let has = |wanted: &[u8]| content.windows(wanted.len()).any(|window| window == wanted);
        assert!(!has(id.as_bytes()) && !has(bytes), "{}", file.path().display());
    }
}

#[tokio::test]
async fn a_program_erases_with_a_reason_of_the_list_and_gets_the_proof() {
    let house = House::start();
    let token = token(&house).await;
    let (record, _) = answered(&house, &consent(&house, "allow_all").await).await;
    let path = format!("records/{}", record.consent_id);
    for body in [json!({}), json!({ "reason": "because" }), json!({ "reason": null })] {
        let (status, problem) = ask(&house, &token, Method::DELETE, &path, Some(body)).await;
        assert_eq!((status, problem["field"].as_str()), (422, Some("reason")), "{problem}");
    }
    let (status, done) =
        ask(&house, &token, Method::DELETE, &path, Some(json!({ "reason": "ordered" }))).await;
    assert_eq!((status, done["erased"].as_u64()), (200, Some(1)), "{done}");
    let purge = format!("purges/{}/{}", done["purge"]["log"].as_str().unwrap(), done["purge"]["index"]);
    let (status, proof) = ask(&house, &token, Method::GET, &purge, None).await;
    assert_eq!((status, proof["purge_format"].as_u64()), (200, Some(1)), "{proof}");
    assert!(!proof.to_string().contains(&record.consent_id.to_string()));
    let (status, _) = ask(&house, &token, Method::DELETE, &path, Some(json!({ "reason": "ordered" }))).await;
    assert_eq!(status, 404, "a second erasure finds nothing");
    let (status, _) = ask(&house, &token, Method::GET, "purges/2026-01/999", None).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_withdrawal_says_what_it_had_to_remove_and_which_files_did_it() {
    let house = House::start();
    let (mut dpo, _) = house.person("dpo@helvia.example", "dpo", OWN).await;
    let allowed = consent(&house, "allow_all").await;
    let (record, _) = answered(&house, &allowed).await;
    let mut withdrawn = consent(&house, "withdraw").await;
    withdrawn["consent_id"] = allowed["consent_id"].clone();
    withdrawn["previous_event_id"] = allowed["event_id"].clone();
    withdrawn["layer"] = json!("configuration");
    assert_eq!(secret_of(&withdrawn), secret_of(&allowed));
    answered(&house, &withdrawn).await;
    let page = dpo.get(&format!("{RECORDS}/{}", record.consent_id)).await;
    let withdrawal = page.text().split_once("data-action=\"withdraw\"").unwrap().1;
    assert!(
        withdrawal.contains("What it had to remove") && withdrawal.contains("<code>_ga</code>"),
        "{withdrawal}"
    );
    assert!(withdrawal.contains("<code>consent.js</code>"));
    assert!(withdrawal.contains("Now refused: "));
    assert_eq!(page.text().matches("data-event-id=").count(), 2);

    // So does an answer that takes a part back; who allowed nothing before had nothing removed.
    for (first, removes) in [("allow_all", true), ("refuse_all", false)] {
        let before = consent(&house, first).await;
        let (record, _) = answered(&house, &before).await;
        let mut saved = consent(&house, "save").await;
        saved["consent_id"] = before["consent_id"].clone();
        saved["previous_event_id"] = before["event_id"].clone();
        saved["layer"] = json!("configuration");
        answered(&house, &saved).await;
        let page = dpo.get(&format!("{RECORDS}/{}", record.consent_id)).await;
        assert_eq!(page.text().contains("What it had to remove"), removes, "{first}");
    }
}
