//! What a receipt opens, what a consent id opens, and what nothing opens: every route is tried with each,
//! and answers as the table of docs/proof.md states.

use crate::addresses::{address, addresses};
use crate::markdown::report;
use constat_shared::Record;
use constat_testkit::sample_site::with_shipped_vendors;
use constat_tests::api::{Api, SITE, SITE_ORIGIN, answer};
use constat_tests::consent::uuid;
use constat_tests::receipts;
use constat_tests::routes::{filled_for, routes};
use constat_tests::sites::Sites;
use reqwest::Method;
use reqwest::header::ORIGIN;
use std::collections::BTreeSet;

const PROOF: &str = "docs/proof.md";

/// The columns behind that of the address, in their order.
const HELD: [&str; 7] = [
    "nothing",
    "a consent id",
    "a receipt of it",
    "a receipt of another",
    "an expired receipt of it",
    "its secret",
    "another secret",
];

#[test]
fn every_route_has_its_row() {
    let rows = addresses(PROOF);
    let rows = rows.iter().map(|(_, method, path)| address(method.as_str(), path, ""));
    let routes = routes().into_iter().map(|(method, path, _)| address(&method, &path, ""));
    assert_eq!(rows.collect::<BTreeSet<_>>(), routes.collect::<BTreeSet<_>>());
}

/// One visitor with records, and what somebody may hold of them.
struct Visitor {
    record: Record,
    receipt: String,
    expired: String,
    of_another: String,
    secret: String,
}

/// The secret of a browser that has answered nothing.
const ANOTHER_SECRET: &str = "AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHH";

impl Visitor {
    async fn new(api: &Api) -> Visitor {
        let (record, receipt) = api.record("refuse_all").await;
        let expired = receipts::ending_in(api.data.path(), &record, -1);
        let secret = record.consent_id.to_string().replace('-', "");
        Visitor { record, receipt, expired, of_another: api.record("refuse_all").await.1, secret }
    }

    /// The consent id and the bearer tokens with which somebody comes who holds what a column names.
    fn shown(&self, held: &str) -> (String, Vec<Option<&str>>) {
        let id = self.record.consent_id.to_string();
        match held {
            "nothing" => (uuid(), vec![None]),
            "a consent id" => (id, vec![None]),
            "a receipt of it" => (id, vec![Some(&self.receipt)]),
            "a receipt of another" => (id, vec![Some(&self.of_another)]),
            "its secret" => (id, vec![Some(&self.secret)]),
            "another secret" => (id, vec![Some(ANOTHER_SECRET)]),
            _ => (id, vec![Some(&self.expired)]),
        }
    }
}

/// Asks as somebody who holds what a column names; returns `open`, `refused`, or what else happened.
async fn try_with(api: &Api, visitor: &Visitor, held: &str, method: &Method, path: &str) -> String {
    let (consent_id, mut tokens) = visitor.shown(held);
    if held == "a consent id" {
        tokens.push(Some(&consent_id));
    }
    let path = filled_for(api, path, &visitor.record, &consent_id).await;
    let mut found = BTreeSet::new();
    for token in tokens {
        let mut request = api.request(method.clone(), &path).header(ORIGIN, SITE_ORIGIN);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if method == Method::POST {
            let mut consent = api.consent("refuse_all").await;
            consent["consent_id"] = consent_id.clone().into();
            request = request.body(consent.to_string());
        }
        let answer = answer(request).await;
        let names_the_answer =
            String::from_utf8_lossy(&answer.body).contains(&visitor.record.event_id.to_string());
        found.insert(match answer.status {
            401 | 403 if !names_the_answer => "refused".to_owned(),
            200 | 201 if !names_the_answer || ["a receipt of it", "its secret"].contains(&held) => {
                "open".to_owned()
            }
            status => format!("status {status}, names the visitor's answer: {names_the_answer}"),
        });
    }
    found.into_iter().collect::<Vec<_>>().join(" and ")
}

#[tokio::test]
async fn every_route_opens_to_what_the_table_names_and_to_nothing_else() {
    // Of a site that has everything that can be asked for, also at the host that the test asks.
    let file = format!("gpc = \"refuse\"\n{}", with_shipped_vendors(SITE, SITE_ORIGIN));
    let origins = format!("[{SITE_ORIGIN:?}, \"http://127.0.0.1\"]");
    let file = file.replacen(&format!("[{SITE_ORIGIN:?}]"), &origins, 1);
    let api = Api::serve(Sites::with(SITE, &file));
    let mut faults = Vec::new();
    for (row, method, path) in addresses(PROOF) {
        assert_eq!(row.cells.len(), HELD.len() + 1, "{PROOF}:{}", row.line);
        for (held, cell) in HELD.iter().zip(&row.cells[1..]) {
            // One that was erased would have nothing to protect.
            let visitor = Visitor::new(&api).await;
            let found = try_with(&api, &visitor, held, &method, &path).await;
            if found != cell.text {
                faults.push(format!("{PROOF}:{}: {method} {path} with {held}: {found}", row.line));
            }
        }
    }
    report(&faults);
}
