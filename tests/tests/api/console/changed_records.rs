//! Whatever is changed of a stored record, byte by byte: it is shown as not proven, the answers beside it are
//! shown too, and what is handed out says the same step.

use constat_shared::Record;
use constat_shared::proof::{CheckedStep, GivenFiles, StepResult, Verification};
use constat_testkit::redis::Redis;
use constat_tests::api::{answer, client, notice_hash, post};
use constat_tests::consent::request;
use constat_tests::console::{House, OWN};
use constat_tests::programs::token;
use reqwest::Method;
use rusqlite::Connection;
use rusqlite::types::Value as Sql;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Mutex;

/// What is no part of a proof: changes of it are found by `constat audit`, or show nobody's answers.
const BESIDE: [&str; 3] = ["records.shard", "records.log", "records.holder"];

/// A house with three answers of one visitor, of which the second is changed.
struct Changed {
    house: House,
    token: String,
    records: Vec<Record>,
    /// The failed steps of which a certificate was made: it takes longer than a bundle.
    certified: Mutex<BTreeSet<Vec<String>>>,
}

impl Changed {
    async fn start(args: &[&str]) -> Changed {
        // Certificates take long without optimisation.
        let house = House::start_with(&[args, &["--deadline", "60"]].concat());
        let scope = ["records:read", "records:export"];
        let token = token(house.data.path(), "program", &scope, args).await;
        let mut first = request(&notice_hash(&house.server).await, "allow_all");
        let mut records = Vec::new();
        for action in ["allow_all", "refuse_all", "allow_all"] {
            let mut consent = request(first["notice_hash"].as_str().unwrap(), action);
            consent["consent_id"] = first["consent_id"].clone();
            consent["previous_event_id"] = first["previous_event_id"].clone();
            first["previous_event_id"] = consent["event_id"].clone();
            let made = post(&house.server, &consent).await.json();
            records.push(serde_json::from_value(made["record"].clone()).unwrap());
        }
        Changed { house, token, records, certified: Mutex::default() }
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> (u16, Vec<u8>) {
        let url = format!("{}/v1/admin/sites/{OWN}/records/{path}", self.house.visitor().url);
        let mut asked = client().request(method.clone(), url).bearer_auth(&self.token);
        if method == Method::POST {
            asked = asked.body(body.to_string());
        }
        let found = answer(asked).await;
        (found.status, found.body.to_vec())
    }

    /// The failed steps of each answer that is shown, by its event id.
    async fn shown(&self, what: &str) -> Vec<(Option<String>, Vec<String>)> {
        let (status, body) =
            self.ask(Method::GET, &self.records[0].consent_id.to_string(), Value::Null).await;
        let text = String::from_utf8_lossy(&body).into_owned();
        assert_eq!(status, 200, "{what}: {text}");
        let (status, found) = self.ask(Method::POST, "search", json!({})).await;
        assert_eq!(status, 200, "{what}: {}", String::from_utf8_lossy(&found));
        let page: Value = serde_json::from_slice(&body).unwrap();
        let shown = |one: &Value| {
            let id = [&one["record"]["event_id"], &one["unreadable"]["event_id"]];
            let steps = one["steps"].as_array().unwrap().iter().filter(|step| step["result"] == "failed");
            let failed: Vec<_> = steps.map(|step| step["step"].as_str().unwrap().to_owned()).collect();
            assert_eq!(one["verdict"] == "proven", failed.is_empty(), "{what}: {one}");
            (id.iter().find_map(|id| id.as_str()).map(str::to_owned), failed)
        };
        page["records"].as_array().unwrap().iter().map(shown).collect()
    }

    /// What was changed in the second answer is seen, beside two others that are proven.
    async fn is_seen(&self, what: &str) {
        let shown = self.shown(what).await;
        let of = |record: &Record| {
            let id = record.event_id.to_string();
            shown.iter().find(|(event_id, _)| event_id.as_ref() == Some(&id)).map(|(_, failed)| failed)
        };
        for record in [&self.records[0], &self.records[2]] {
            assert_eq!(of(record), Some(&vec![]), "{what}: {shown:?}");
        }
        for (event_id, failed) in shown.iter().filter(|(_, failed)| !failed.is_empty()) {
            let Some(event_id) = event_id else { continue };
            self.is_handed_out(what, event_id, failed).await;
        }
        let is_beside = BESIDE.iter().any(|name| what.starts_with(name));
        assert!(is_beside || of(&self.records[1]) != Some(&vec![]), "{what} is still proven: {shown:?}");
    }

    /// The files of an answer say the steps that the screen says.
    async fn is_handed_out(&self, what: &str, event_id: &str, failed: &[String]) {
        let asked = json!({ "recipient": "CNIL", "purpose": "complaint", "reason": "dispute" });
        let is_new = self.certified.lock().unwrap().insert(failed.to_vec());
        let kinds = ["bundle", "certificate", "consent-record"];
        for kind in kinds.into_iter().take(if is_new { 3 } else { 1 }) {
            let path = format!("{}/{event_id}/{kind}", self.records[0].consent_id);
            let (status, file) = self.ask(Method::POST, &path, asked.clone()).await;
            assert_eq!(status, 200, "{what} {kind}: {}", String::from_utf8_lossy(&file));
            if kind == "consent-record" {
                assert!(String::from_utf8_lossy(&file).contains("Not proven."), "{what}");
                continue;
            }
            let steps = match Verification::read(&file) {
                Ok(read) => read.steps(&GivenFiles::default()),
                Err(error) => vec![CheckedStep::failed(error)],
            };
            let steps = steps.iter().filter(|step| step.result == StepResult::Failed);
            let found: Vec<_> = steps.map(|step| step.step.as_str()).collect();
            // A bundle does not hold the published keys.
            let expected: Vec<_> = failed.iter().filter(|step| *step != "published_key").collect();
            assert_eq!(found, expected, "{what} {kind}");
        }
    }
}

/// Other values of the same type: one that differs in its last byte, and some that nobody can read.
fn others(value: &Sql) -> Vec<Sql> {
    let bytes = |bytes: &[u8]| {
        let mut flipped = bytes.to_vec();
        if let Some(last) = flipped.last_mut() {
            *last ^= 1;
        }
        [flipped, bytes[..bytes.len().saturating_sub(1)].to_vec(), [bytes, b"1"].concat()]
    };
    match value {
        Sql::Integer(number) => vec![Sql::Integer(number + 1), Sql::Integer(-7), Sql::Integer(i64::MAX)],
        Sql::Text(text) => {
            let texts = bytes(text.as_bytes()).into_iter();
            texts.map(|text| Sql::Text(String::from_utf8_lossy(&text).into_owned())).collect()
        }
        Sql::Blob(blob) => bytes(blob).map(Sql::Blob).into(),
        Sql::Null | Sql::Real(_) => Vec::new(),
    }
}

#[tokio::test]
async fn every_column_of_a_record_can_be_changed_and_no_change_is_an_error_or_proven() {
    let changed = Changed::start(&[]).await;
    let store = Connection::open(changed.house.data.path().join("constat.db")).unwrap();
    store.pragma_update(None, "foreign_keys", "OFF").unwrap();
    let event = changed.records[1].event_id.as_bytes().to_vec();
    let columns = |table: &str| -> Vec<String> {
        let mut statement = store.prepare("SELECT name FROM pragma_table_info(?)").unwrap();
        statement.query_map([table], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let mut count = 0;
    for column in columns("records") {
        let sql = format!("SELECT {column} FROM records WHERE event_id = ?");
        let value: Sql = store.query_row(&sql, [&event], |row| row.get(0)).unwrap();
        for other in others(&value) {
            let set = |to: &Sql, id: &dyn rusqlite::ToSql| {
                let sql = format!("UPDATE records SET {column} = ? WHERE event_id = ?");
                assert_eq!(store.execute(&sql, rusqlite::params![to, id]).unwrap(), 1, "{column}");
            };
            set(&other, &event);
            changed.is_seen(&format!("records.{column} = {other:?}")).await;
            if column == "event_id" {
                set(&value, &other)
            } else {
                set(&value, &event)
            }
            count += 1;
        }
    }
    assert!(count > 40, "{count}");

    // What the proof of every record needs: all of them are then not proven, and shown.
    let leaf = "SELECT leaf_index FROM records WHERE event_id = ?";
    let leaf: i64 = store.query_row(leaf, [&event], |row| row.get(0)).unwrap();
    for (table, whose) in [
        ("notices", "site = 'polaire'".to_owned()),
        ("subtrees", format!("level = 0 AND place = {leaf}")),
        ("entries", "json LIKE '%\"polaire\"%'".to_owned()),
        ("logs", "id = (SELECT max(log) FROM records)".to_owned()),
        ("keys", "1".to_owned()),
    ] {
        for column in columns(table) {
            let row = format!("(SELECT min({column}) FROM {table} WHERE {whose})");
            let value: Sql = store.query_row(&format!("SELECT {row}"), [], |row| row.get(0)).unwrap();
            for other in others(&value) {
                let set = format!("UPDATE {table} SET {column} = ?1 WHERE {column} = ?2 AND {whose}");
                if store.execute(&set, rusqlite::params![other, value]).is_err() {
                    continue; // Another row has that key.
                }
                let what = format!("{table}.{column} = {other:?}");
                let shown = changed.shown(&what).await;
                let matters = ["notices.json", "subtrees.hash", "entries.json", "keys.jwk"];
                if matters.iter().any(|name| what.starts_with(name)) {
                    assert!(shown.iter().any(|(_, failed)| !failed.is_empty()), "{what}: {shown:?}");
                }
                if let Some((Some(id), failed)) = shown.iter().find(|(_, failed)| !failed.is_empty()) {
                    changed.is_handed_out(&what, id, failed).await;
                }
                let back = format!("UPDATE {table} SET {column} = ?2 WHERE {column} = ?1");
                store.execute(&back, rusqlite::params![other, value]).unwrap();
            }
        }
    }
    let all: BTreeSet<_> = changed.shown("restored").await.into_iter().map(|(_, failed)| failed).collect();
    assert_eq!(all, BTreeSet::from([vec![]]), "every change was taken back");
    store.execute("DELETE FROM notices WHERE site = 'polaire'", []).unwrap();
    for (id, failed) in changed.shown("no notice").await {
        assert_eq!(failed, ["notice"]);
        changed.is_handed_out("no notice", &id.unwrap(), &failed).await;
    }
}

#[tokio::test]
async fn every_field_of_a_record_in_redis_can_be_changed_and_no_change_is_an_error_or_proven() {
    let redis = Redis::start();
    let url = redis.url();
    let changed = Changed::start(&["--store", &url]).await;
    let event: String =
        changed.records[1].event_id.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    // Keys and values have bytes that are no text.
    let run = |script: &str, at: usize| {
        let script = format!(
            "local key = '{{{OWN}}}r' .. ARGV[1]:gsub('..', function(hex) return string.char(tonumber(hex, 16)) end)
             local at = tonumber(ARGV[2])
             {script}"
        );
        redis.ask(&["EVAL", &script, "0", &event, &at.to_string()]).trim().to_owned()
    };
    let flip = "redis.call('SETRANGE', key, at, string.char(bit.bxor(string.byte(redis.call('GETRANGE', key, at, at)), 1)))";
    let length: usize = run("return redis.call('STRLEN', key)", 0).parse().unwrap();
    assert!(length > 110, "{length}");
    // The first byte of each field (`server/src/store/redis/data/record_bytes.rs`), and the last of all.
    for at in [0, 1, 4, 10, 26, 34, 42, 50, 82, 83, 84, 85, 87, 91, 107, 123, length - 1] {
        run(flip, at);
        // The month is only for the audit; the digest of the holder is in no proof.
        let what = match at {
            1..4 => "records.log".to_owned(),
            91..107 => "records.holder".to_owned(),
            _ => format!("byte {at}"),
        };
        changed.is_seen(&what).await;
        run(flip, at);
    }
    for (what, script) in [
        ("longer", "redis.call('APPEND', key, '1')"),
        ("shorter", "redis.call('SET', key, string.sub(redis.call('GET', key), 1, -3))"),
        ("cut off", "redis.call('SET', key, string.sub(redis.call('GET', key), 1, 40))"),
    ] {
        run(script, 0);
        changed.is_seen(what).await;
    }
    let notice = format!("notice:{}", changed.records[0].notice_hash);
    redis.ask(&["HSET", &notice, "json", "{}"]);
    let is_notice = |(_, failed): &(_, Vec<String>)| failed[0] == "notice" || failed[0] == "record";
    assert!(changed.shown("a notice that is none").await.iter().all(is_notice));
    redis.ask(&["DEL", &notice]);
    for (id, failed) in changed.shown("no notice").await.into_iter().filter(is_notice) {
        changed.is_handed_out("no notice", &id.unwrap(), &failed).await;
    }
}
