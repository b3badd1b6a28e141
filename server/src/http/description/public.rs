//! The operations of the public address.

use super::operation::{Operation, operation};
use super::schemas::{hash, slug, uuid};
use super::shape::named;
use crate::http::router::Verb::{Delete, Get, Post};
use constat_shared::{Category, Code, Language, dpv};
use serde_json::{Value, json};

const AT: &str = "2026-11-24T08:12:30.000Z";
const HASH: &str = "02e0594684847ad602e0594684847ad602e0594684847ad602e0594684847ad6";
const EVENT: &str = "01a204c6-4a64-7652-a173-9806752ea7a7";
const CONSENT: &str = "01a204c6-4a64-73bb-a9dd-680fa604fe86";
const TEXT: &str = "text/plain";
const HTML: &str = "text/html";

/// Every one.
pub fn operations() -> Vec<Operation> {
    [shown(), records(), log(), program()].into_iter().flatten().collect()
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn object() -> Value {
    json!({ "type": "object" })
}

fn get(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    operation(Get, path, id, summary)
}

fn of_site(operation: Operation) -> Operation {
    operation.part("site", "The id of the site.", slug(), "helvia").problems([Code::SiteUnknown])
}

fn languages() -> Value {
    let all: Vec<_> = Language::ALL.iter().map(|language| language.as_str()).collect();
    json!({ "type": "string", "enum": all })
}

fn categories() -> Value {
    let all = Category::ALL.map(Category::as_str);
    json!({ "type": "string", "enum": all })
}

/// One that a browser keeps.
fn kept(operation: Operation) -> Operation {
    operation
        .header(
            "If-None-Match",
            "The `ETag` of the answer that the client has.",
            text(),
            "W/\"02e0594684847ad6\"",
        )
        .empty(304, "The client has it.")
}

fn in_language(operation: Operation) -> Operation {
    kept(of_site(operation))
        .part("language", "A language of the site.", languages(), "fr")
        .query("notice", "The hash of an earlier notice; without it, the one of now.", hash(), HASH)
        .problems([Code::InvalidField, Code::LanguageUnknown, Code::NoticeUnknown])
}

fn shown() -> Vec<Operation> {
    let banner = json!({ "html": "<div>…</div>", "texts": {} });
    let notice = json!({ "notice_hash": HASH, "terms_hash": HASH });
    vec![
        kept(of_site(get("/v1/sites/{site}/consent.js", "getLoader", "The loader: what the tag names")))
            .answer(200, "The script.", "text/javascript", text(), None),
        kept(of_site(get(
            "/v1/sites/{site}/debug.js",
            "getDebugView",
            "What the owner of a page sees of it",
        )))
        .query(
            "key",
            "The key of the owner's link; a page on a local host sends none.",
            text(),
            "0123456789abcdef",
        )
        .problems([Code::NotFound])
        .answer(200, "The overlay.", "text/javascript", text(), None),
        in_language(get("/v1/sites/{site}/banner/{language}", "getBanner", "The first layer")).json(
            200,
            "Its HTML, and the loader's texts.",
            object(),
            banner,
        ),
        in_language(get("/v1/sites/{site}/notice/{language}", "getNotice", "All that the widget shows"))
            .json(200, "The notice in this language.", object(), notice),
        of_site(get(
            "/v1/sites/{site}/csp",
            "getPolicy",
            "The Content Security Policy of a visitor's choice",
        ))
        .header("Cookie", "The visitor's, as far as it is Constat's.", text(), "constat-helvia=2.…")
        .problems([Code::PolicyTooLong])
        .answer(200, "The policy; it is in `Content-Security-Policy` too.", TEXT, text(), None),
        kept(of_site(get(
            "/v1/sites/{site}/vendors",
            "getVendors",
            "The third parties, for a cookie policy page",
        )))
        .query("lang", "A language of the site; without it, its main one.", languages(), "fr")
        .query("category", "One category that the site uses; without it, all.", categories(), "audience")
        .problems([Code::InvalidField, Code::LanguageUnknown, Code::CategoryUnknown])
        .json(200, "Categories, vendors and cookies.", object(), json!({ "categories": [] }))
        .answer(200, "The same.", dpv::MEDIA_TYPE, object(), None)
        .answer(200, "The same.", "text/csv", text(), None),
        kept(get("/v1/catalogue/{id}", "getCatalogueVendor", "What the catalogue knows of a vendor"))
            .part("id", "The id of the vendor.", slug(), "matomo")
            .problems([Code::CatalogueVendorUnknown])
            .json(200, "The vendor, with the source of each fact.", object(), json!({ "id": "matomo" })),
        kept(get("/v1/notices/{notice_hash}", "getNoticeByHash", "A notice that was ever published"))
            .part("notice_hash", "Its hash.", hash(), HASH)
            .problems([Code::NoticeUnknown])
            .json(
                200,
                "Its canonical JSON (RFC 8785), of which the hash is the SHA-256.",
                object(),
                json!({ "format": 1 }),
            ),
    ]
}

fn consent() -> Value {
    json!({
        "event_id": EVENT, "consent_id": CONSENT, "previous_event_id": null, "action": "save",
        "layer": "configuration", "language": "fr", "notice_hash": HASH,
        "categories": { "essential": true, "audience": false },
        "vendors": { "matomo": false },
        "signals": { "gpc": false, "dnt": false },
    })
}

fn record() -> Value {
    let mut record = consent();
    record["site"] = "helvia".into();
    record["terms_hash"] = HASH.into();
    record["recorded_at"] = AT.into();
    record["choice_expires_at"] = "2027-05-24T08:12:30.000Z".into();
    record["expires_at"] = "2027-12-24T08:12:30.000Z".into();
    record
}

/// An operation on the visitor's own records.
fn own(operation: Operation) -> Operation {
    of_site(operation)
        .by_receipt()
        .part("consent_id", "The pseudonym of the browser.", uuid(), CONSENT)
        .header("Origin", "Of a browser: one of the site's origins.", text(), "https://www.helvia.example")
        .problems([Code::ReceiptMissing, Code::ReceiptInvalid, Code::ReceiptExpired, Code::HolderUnproven])
        .problems([Code::ReceiptForeign, Code::OriginNotAllowed])
}

fn records() -> Vec<Operation> {
    let stored = json!({
        "type": "object",
        "required": ["record", "receipt"],
        "properties": { "record": named("Record"), "receipt": text() },
    });
    let answer = || json!({ "record": record(), "receipt": "eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl" });
    let list = json!({
        "type": "object",
        "required": ["site", "consent_id", "records"],
        "properties": { "site": slug(), "consent_id": uuid(), "records": { "type": "array", "items": named("Record") } },
    });
    let erased = json!({
        "type": "object",
        "required": ["erased_count"],
        "properties": { "erased_count": { "type": "integer" }, "bytes_remain": { "type": "boolean" } },
    });
    let path = "/v1/sites/{site}/consents/{consent_id}";
    vec![
        of_site(operation(
            Post,
            "/v1/sites/{site}/consents",
            "postConsent",
            "A visitor's answer becomes a record",
        ))
        .says("A bearer token shows whose consent id it is: the secret of the browser, or a receipt. In first-party mode the answer sets the consent cookie.")
        .header("Origin", "One of the site's origins.", text(), "https://www.helvia.example")
        .body("ConsentRequest", consent())
        .problems([Code::OriginNotAllowed, Code::HolderUnproven, Code::EventConflict, Code::EventErased])
        .problems([
            Code::NoticeNotPublished,
            Code::LanguageNotInNotice,
            Code::CategoryUnknown,
            Code::CategoryMissing,
        ])
        .problems([Code::VendorUnknown, Code::VendorMissing, Code::ExemptRefused, Code::ActionContradicted])
        .problems([Code::TooManyEvents, Code::QueueFull, Code::ClockBehind, Code::ClockAhead])
        .json(201, "It is stored.", stored.clone(), answer())
        .json(200, "It was stored before.", stored, answer()),
        own(operation(Get, path, "getOwnRecords", "The visitor's own records"))
            .json(
                200,
                "Oldest first.",
                list,
                json!({ "site": "helvia", "consent_id": CONSENT, "records": [record()] }),
            )
            .answer(200, "", dpv::MEDIA_TYPE, object(), None),
        own(operation(Delete, path, "eraseOwnRecords", "Erase the visitor's own records"))
            .json(200, "They are erased.", erased.clone(), json!({ "erased_count": 2 }))
            .json(
                202,
                "They are erased; a file still has their bytes, which the server removes.",
                erased,
                json!({ "erased_count": 2, "bytes_remain": true }),
            ),
    ]
}

fn of_log(operation: Operation) -> Operation {
    let name = json!({ "type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$" });
    let words = "The month, in UTC; of several logs a month, followed by the shard: `2026-11/2of4`.";
    of_site(operation).part("log", words, name, "2026-11").problems([Code::LogUnknown])
}

fn log() -> Vec<Operation> {
    let size = || json!({ "type": "integer", "minimum": 0 });
    let proof = |rest: Value| {
        let mut example = json!({ "log": { "site": "helvia", "month": "2026-11" }, "proof": [HASH] });
        for (name, value) in rest.as_object().into_iter().flatten() {
            example[name] = value.clone();
        }
        let schema = json!({
            "type": "object",
            "required": ["log", "proof"],
            "properties": { "log": object(), "proof": { "type": "array", "items": hash() } },
        });
        (schema, example)
    };
    let (inclusion, included) = proof(json!({ "leaf_index": 7, "size": 1204 }));
    let (consistency, consistent) = proof(json!({ "from": 1000, "to": 1204 }));
    vec![
        of_log(get("/v1/sites/{site}/log/{log}/checkpoint", "getCheckpoint", "The signed head of a log"))
            .answer(200, "A C2SP tlog-checkpoint.", TEXT, text(), None),
        of_log(get(
            "/v1/sites/{site}/log/{log}/proof/{index}",
            "getInclusionProof",
            "That a leaf is in the log",
        ))
        .part("index", "The index of the leaf.", size(), "7")
        .query("size", "The size of the log; without it, that of now.", size(), 1204)
        .problems([Code::InvalidField])
        .json(200, "The hashes (RFC 6962).", inclusion, included),
        of_log(get(
            "/v1/sites/{site}/log/{log}/consistency",
            "getConsistencyProof",
            "That the log only grew",
        ))
        .needed_query("from", "The smaller size.", size(), 1000)
        .needed_query("to", "The larger size.", size(), 1204)
        .problems([Code::InvalidField])
        .json(200, "The hashes (RFC 6962).", consistency, consistent),
    ]
}

fn program() -> Vec<Operation> {
    let keys = json!({ "type": "object", "required": ["keys"], "properties": { "keys": { "type": "array", "items": object() } } });
    let asset = kept(get(
        "/assets/{file}",
        "getAsset",
        "The widget, under names that hold its hash, and the template for Google Tag Manager",
    ))
    .part(
        "file",
        "The name, as the loader has it.",
        json!({ "type": "string", "minLength": 1 }),
        "widget.js",
    );
    let asset = asset.answer(200, "The file.", "text/javascript", text(), None);
    let page = |path, id| {
        kept(get(path, id, "The verifier page")).answer(200, "A page that loads nothing.", HTML, text(), None)
    };
    vec![
        asset
            .answer(
                200,
                "",
                "application/wasm",
                json!({ "type": "string", "contentEncoding": "binary" }),
                None,
            )
            .answer(200, "", "text/css", text(), None),
        get("/.well-known/jwks.json", "getKeys", "The public keys of receipts and logs").json(
            200,
            "Oldest first (RFC 7517).",
            keys,
            json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519" }] }),
        ),
        get(
            "/.well-known/gpc.json",
            "getGpc",
            "Whether the site of this host honours Global Privacy Control",
        )
        .problems([Code::GpcNotHonoured])
        .json(
            200,
            "It does, and since which day.",
            object(),
            json!({ "gpc": true, "lastUpdate": "2026-11-24" }),
        ),
        page("/verify", "getVerifier"),
        page("/verify/", "getVerifierPage"),
        get("/healthz", "getHealth", "The process answers").answer(
            200,
            "`ok`.",
            TEXT,
            text(),
            Some("ok\n".into()),
        ),
        get("/readyz", "getReadiness", "Records can be stored")
            .problems([Code::QueueFull, Code::ClockBehind, Code::ClockAhead])
            .answer(200, "`ready`.", TEXT, text(), Some("ready\n".into())),
    ]
}
