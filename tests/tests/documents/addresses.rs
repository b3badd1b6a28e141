//! The HTTP API answers as its document states: addresses, caching, CORS, problems.

use crate::markdown::{self, Row, report};
use crate::site_files::whole;
use constat_shared::{Code, Problem};
use constat_tests::api::{Answer, Api, SITE_ORIGIN, answer};
use constat_tests::routes::{filled_for, routes};
use constat_tests::sites::Sites;
use reqwest::Method;
use reqwest::header::ORIGIN;
use serde_json::Value;
use std::collections::BTreeSet;

const HTTP_API: &str = "docs/http-api.md";
const OTHER_ORIGIN: &str = "https://other.example";

/// The rows of a document's table of addresses, with the method and path of each.
pub fn addresses(document: &str) -> Vec<(Row, Method, String)> {
    let rows = markdown::read(document).rows.into_iter().filter(|row| row.table == "address");
    let parsed = rows.map(|row| {
        let (method, path) = row.cells[0].codes[0].split_once(' ').expect("an address has a method");
        let (method, path) = (method.parse().expect("it is a method"), path.to_owned());
        (row, method, path)
    });
    parsed.collect()
}

/// A path with a real value in every place, those of a new record.
async fn filled(api: &Api, path: &str) -> String {
    let (record, _) = api.record("refuse_all").await;
    filled_for(api, path, &record, &record.consent_id.to_string()).await
}

async fn asked(api: &Api, method: &Method, path: &str, origin: &str) -> Answer {
    answer(api.request(method.clone(), path).header(ORIGIN, origin)).await
}

#[tokio::test]
async fn every_address_of_the_table_is_answered() {
    let api = Api::start();
    let mut faults = Vec::new();
    for (row, method, path) in addresses(HTTP_API) {
        let path = filled(&api, &path).await;
        let answer = asked(&api, &method, &path, SITE_ORIGIN).await;
        // Without a receipt or a body, the two that want one refuse and name what is missing.
        let expected: &[u16] = match (&method, path.contains("/consents/")) {
            (&Method::POST, _) => &[400],
            (_, true) => &[401],
            // The sample site honours no signal.
            _ if path == "/.well-known/gpc.json" => &[404],
            _ => &[200],
        };
        if !expected.contains(&answer.status) {
            faults.push(format!("{HTTP_API}:{}: {method} {path} is answered {}", row.line, answer.status));
        }
    }
    report(&faults);
}

#[tokio::test]
async fn every_address_is_cached_and_read_as_the_table_states() {
    let api = Api::start();
    let mut faults = Vec::new();
    for (row, method, path) in addresses(HTTP_API) {
        let path = filled(&api, &path).await;
        let [own, other] = [SITE_ORIGIN, OTHER_ORIGIN].map(|origin| asked(&api, &method, &path, origin));
        let (own, other) = (own.await, other.await);
        let cached = match own.header("cache-control") {
            control if control.contains("immutable") => "one year",
            control if control.contains("max-age=300") => "5 minutes",
            _ => "no",
        };
        if !row.cells[2].text.starts_with(cached) {
            faults.push(format!("{HTTP_API}:{}: {path} is cached: {cached}", row.line));
        }
        let read = match [&own, &other].map(|answer| answer.header("access-control-allow-origin")) {
            // Another page may read that it is refused, and no more.
            [SITE_ORIGIN, OTHER_ORIGIN] if other.status == 403 => "the site",
            ["*", "*"] => "every site",
            ["", ""] => "no other site",
            _ => "in a way that the table does not know",
        };
        if row.cells[3].text != read {
            faults.push(format!("{HTTP_API}:{}: {path} is read by pages of: {read}", row.line));
        }
    }
    report(&faults);
}

#[test]
fn the_table_of_problems_is_that_of_the_code() {
    let document = markdown::read(HTTP_API);
    let rows = document.rows.iter().filter(|row| row.table == "code");
    let documented: Vec<_> =
        rows.map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>()).collect();
    let real = Code::ALL.iter().map(|code| (code.as_str(), code.status().to_string(), code.title()));
    let real: Vec<_> = real.collect();
    let real: Vec<Vec<&str>> =
        real.iter().map(|(code, status, title)| vec![*code, status.as_str(), *title]).collect();
    assert_eq!(documented, real);
}

fn json_blocks() -> Vec<String> {
    let blocks = markdown::read(HTTP_API).blocks.into_iter().filter(|block| block.language == "json");
    blocks.map(|block| block.text).collect()
}

#[test]
fn the_problem_shown_is_one_of_the_code() {
    let shown = json_blocks().into_iter().find_map(|json| serde_json::from_str::<Problem>(&json).ok());
    let shown = shown.expect("the document shows a problem");
    let made =
        Problem::of_field(shown.code, shown.field.clone().expect("it names its field"), shown.detail.clone());
    assert_eq!(shown, made);
}

#[tokio::test]
async fn the_answer_shown_becomes_a_record() {
    let file = whole(&markdown::read("docs/site-file.md")).expect("it has a whole file");
    let api = Api::serve(Sites::with("helvia", &file));
    let notice = api.get("/v1/sites/helvia/notice/fr").await.json();
    let shown = json_blocks().into_iter().find_map(|json| serde_json::from_str::<Value>(&json).ok());
    let mut shown = shown.expect("the document shows an answer");
    shown["notice_hash"] = notice["notice_hash"].clone();
    let request =
        api.request(Method::POST, "/v1/sites/helvia/consents").header(ORIGIN, "https://www.helvia.example");
    let answer = answer(request.body(shown.to_string())).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

/// A row as a text, whatever the places of the path are called.
pub fn address(method: &str, path: &str, readers: &str) -> String {
    let named = path.split('{').map(|part| part.split_once('}').map_or(part, |(_, behind)| behind));
    format!("{method} {} {readers}", named.collect::<Vec<_>>().join("{}"))
}

#[test]
fn the_table_of_addresses_is_that_of_the_code() {
    let rows = addresses(HTTP_API);
    let rows = rows.iter().map(|(row, method, path)| address(method.as_str(), path, &row.cells[3].text));
    let routes = routes().into_iter().map(|(method, path, readers)| address(&method, &path, readers));
    assert_eq!(rows.collect::<BTreeSet<_>>(), routes.collect::<BTreeSet<_>>());
}
