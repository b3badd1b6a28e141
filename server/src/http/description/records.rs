//! The operations on the records of visitors.

use super::admin::{of_site, permitted};
use super::operation::Operation;
use super::schemas::uuid;
use super::shape::named;
use crate::http::admin::exports::RECEIPT;
use crate::http::router::Verb::{Delete, Get, Post};
use constat_shared::{Code, dpv};
use serde_json::{Value, json};

const ID: &str = "019e3a09-057d-7a31-8b3b-1db26dec1332";
const EVENT: &str = "019e3a09-057e-7031-bb3b-1db26dec1332";
const HASH: &str = "02e0594684847ad602e0594684847ad602e0594684847ad602e0594684847ad6";
const AT: &str = "2026-11-24T08:12:30.000Z";

/// Every one.
pub fn operations() -> Vec<Operation> {
    let mut all = vec![search(), timeline(), erase(), purge(false), purge(true)];
    all.extend(exports());
    all
}

fn record_example() -> Value {
    json!({
        "event_id": EVENT, "consent_id": ID, "previous_event_id": null,
        "action": "save", "layer": "configuration", "language": "fr", "notice_hash": HASH,
        "categories": { "essential": true, "audience": false }, "vendors": { "google-analytics": false },
        "signals": { "gpc": false, "dnt": false }, "site": "helvia", "terms_hash": HASH,
        "recorded_at": AT, "choice_expires_at": "2027-05-24T08:12:30.000Z",
        "expires_at": "2027-12-24T08:12:30.000Z",
    })
}

fn search() -> Operation {
    of_site(permitted(Post, "/v1/admin/sites/{site}/records/search", "searchRecords", "Find records"))
        .says(
            "`text` takes a consent id, a receipt, an evidence bundle, the value of the consent cookie, the first 8 \
             or more digits of an id, or with days its last 4; without it, the newest records are answered. It is \
             read and not kept. A page looks at 20,000 records at most: with a filter it can be short, or empty, \
             and still have a `next_cursor`.",
        )
        .body("RecordSearch", json!({ "text": "019e3a09", "from": "2026-11-01", "to": "2026-11-30" }))
        .json(
            200,
            "A page, the newest records first.",
            named("FoundRecords"),
            json!({ "records": [record_example()], "next_cursor": null, "found": "part", "why": null, "examined": 1 }),
        )
}

fn of_id(operation: Operation) -> Operation {
    of_site(operation).part("consent_id", "The consent id.", uuid(), ID)
}

fn timeline() -> Operation {
    let step =
        json!({ "step": "inclusion_proof", "result": "ok", "detail": "the record is leaf 7 of the log …" });
    let checked = json!({ "record": record_example(), "verdict": "proven", "steps": [step] });
    of_id(permitted(
        Get,
        "/v1/admin/sites/{site}/records/{consent_id}",
        "getRecords",
        "The answers of a consent id, each verified now",
    ))
    .says("Oldest first, at most the newest 100. The checks that failed come first.")
    .json(200, "The answers.", named("Timeline"), json!({ "consent_id": ID, "records": [checked] }))
}

fn erase() -> Operation {
    of_id(permitted(
        Delete,
        "/v1/admin/sites/{site}/records/{consent_id}",
        "eraseRecords",
        "Erase the records of a consent id",
    ))
    .says(
        "The records are deleted with their keys; the log keeps their leaves, which mean nothing any more, and an \
         entry with how many there were. `purge` is `null` while the log waits with that entry, at most a minute.",
    )
    .body("RecordErasure", json!({ "reason": "person_asked" }))
    .problems([Code::ReasonInvalid])
    .json(
        200,
        "They are erased.",
        named("ErasedRecords"),
        json!({ "erased": 2, "purge": { "log": "2026-11", "index": 1204 } }),
    )
}

/// One that hands out a file of an answer.
fn export(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    let receipt = json!({ "type": "string", "maxLength": 32768 });
    let words = "A receipt of the consent id. With it, `reason` may be left out.";
    let asked = json!({ "recipient": "CNIL", "purpose": "complaint 2026-117", "reason": "authority_asked" });
    of_id(permitted(Post, path, id, summary))
        .says(
            "Recipient and purpose stand in the audit trail. A consent id is not a secret: without a receipt of it \
             the reason is needed too. A record that is not proven is handed out as well, and the file says so.",
        )
        .part("event_id", "The event id of the answer.", uuid(), EVENT)
        .header(RECEIPT, words, receipt, "eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl")
        .body("Export", asked)
        .problems([Code::ReasonInvalid])
}

fn exports() -> [Operation; 3] {
    let bundle = export(
        "/v1/admin/sites/{site}/records/{consent_id}/{event_id}/bundle",
        "exportBundle",
        "Export the evidence bundle of an answer",
    );
    let certificate = export(
        "/v1/admin/sites/{site}/records/{consent_id}/{event_id}/certificate",
        "exportCertificate",
        "Export the certificate of an answer",
    );
    let record = export(
        "/v1/admin/sites/{site}/records/{consent_id}/{event_id}/consent-record",
        "exportConsentRecord",
        "Export the consent record of an answer (ISO/IEC TS 27560)",
    );
    let (object, pdf) = (json!({ "type": "object" }), json!({ "type": "string", "format": "binary" }));
    let linked = json!({ "@context": {}, "@graph": [{ "@type": "dpv:ConsentRecord" }] });
    let held = json!({ "format": 2, "record": record_example() });
    [
        bundle.json(200, "The bundle.", object.clone(), held),
        certificate.answer(200, "PDF/A-3b, with the bundle inside.", "application/pdf", pdf, None),
        record.answer(200, "JSON-LD.", dpv::MEDIA_TYPE, object, Some(linked)),
    ]
}

fn purge(is_of_shard: bool) -> Operation {
    let month = json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$" });
    let index = json!({ "type": "integer", "minimum": 0 });
    let (path, id, summary) = if is_of_shard {
        (
            "/v1/admin/sites/{site}/purges/{month}/{shard}/{index}",
            "getPurgeOfShard",
            "The proof of an erasure, where a site has several logs a month",
        )
    } else {
        ("/v1/admin/sites/{site}/purges/{month}/{index}", "getPurge", "The proof of an erasure")
    };
    let operation = of_site(permitted(Get, path, id, summary))
        .says("A file that `constat verify` checks. It proves that records were deleted, and names nobody.")
        .part("month", "The month of the log.", month, "2026-11")
        .part("index", "The leaf of the entry.", index, "1204");
    let operation = match is_of_shard {
        true => operation.part("shard", "The shard.", json!({ "type": "string" }), "2of4"),
        false => operation,
    };
    operation.json(200, "The proof.", named("PurgeProof"), purge_example())
}

fn purge_example() -> Value {
    json!({
        "purge_format": 1, "language": "fr",
        "statement": "Le 2026-11-24T08:12:30.000Z (UTC), des enregistrements du site helvia ont été supprimés avec leurs clés.",
        "entry": {
            "kind": "purge", "site": "helvia", "purged_at": AT, "reason": "erased",
            "record_counts": { "2026-11": 2 },
        },
        "log": { "site": "helvia", "month": "2026-11" }, "leaf_index": 1204, "inclusion_proof": [HASH],
        "checkpoint": "constat/helvia/2026-11\n1205\n…",
        "public_key": { "kty": "OKP", "crv": "Ed25519", "kid": "…", "x": "…" },
    })
}
