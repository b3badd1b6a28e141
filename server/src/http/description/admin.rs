//! The operations of the admin API.

use super::operation::{Operation, operation};
use super::schemas::{hash, slug};
use super::shape::named;
use crate::access::trail::Action;
use crate::http::router::Verb::{self, Delete, Get, Post};
use constat_shared::Code;
use serde_json::{Value, json};

const USER_ID: &str = "0f8fad5bd9cb469fa16570867728950e";
const AT: &str = "2026-11-24T08:12:30.000Z";
const HASH: &str = "02e0594684847ad602e0594684847ad602e0594684847ad602e0594684847ad6";
const JTI: &str = "01a204c6-4a64-7652-a173-9806752ea7a7";
const TOKEN: &str = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.eyJpc3MiOiJjb25zdGF0In0.c2lnbmF0dXJl";

/// Every one.
pub fn operations() -> Vec<Operation> {
    let mut all = of_sites();
    all.push(audit_trail());
    all.extend(users());
    all.extend(tokens());
    all
}

/// One that needs a token, with what may be wrong then.
fn by_token(verb: Verb, path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    operation(verb, path, id, summary).problems([Code::TokenInvalid])
}

/// One that needs a permission.
pub(super) fn permitted(
    verb: Verb,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
) -> Operation {
    by_token(verb, path, id, summary).problems([Code::PermissionMissing])
}

pub(super) fn of_site(operation: Operation) -> Operation {
    operation.part("site", "The id of the site.", slug(), "helvia").problems([Code::SiteUnknown])
}

/// A list, page by page.
fn listed(operation: Operation, schema: &str, item: Value) -> Operation {
    listed_from(operation, json!({ "type": "string" }), schema, item)
}

fn listed_from(operation: Operation, cursor: Value, schema: &str, item: Value) -> Operation {
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 100 });
    operation
        .query("limit", "The most items of the page.", limit, 100)
        .query("cursor", "The `next_cursor` of the page before, as it is.", cursor, "100")
        .problems([Code::InvalidField])
        .json(200, "A page of the list.", named(schema), json!({ "items": [item], "next_cursor": null }))
}

/// One that makes something.
fn creates(operation: Operation, body: &str, example: Value, made: Value, answer: Value) -> Operation {
    let key = json!({ "type": "string", "pattern": "^[!-~]{1,128}$" });
    let words = "A name of your own for this request. Repeated within 24 hours with the same body, it makes \
                 nothing new, and is answered without the secret.";
    operation
        .header("Idempotency-Key", words, key, "7f1e0c52-monitoring")
        .body(body, example)
        .problems([Code::Conflict, Code::IdempotencyKeyUsed])
        .json(201, "It was made. The secret is shown this once.", made, answer)
}

fn of_sites() -> Vec<Operation> {
    let site = json!({ "id": "helvia", "name": "Helvia SA", "notice_hash": HASH });
    let notice = json!({
        "hash": HASH, "terms_hash": HASH, "from": AT, "until": null,
        "acknowledged_by": "dpo@helvia.example", "acknowledged_at": AT,
    });
    let log = json!({
        "month": "2026-11", "shard": null, "size": 1204, "root": HASH,
        "checkpoint": "constat/helvia/2026-11\n1204\nAuBZRoSEetYC4FlGhIR61gLgWUaEhHrWAuBZRoSEetY=\n\n— constat/helvia/2026-11 …\n",
        "last_stamp": { "at": AT, "size": 1204, "authority": "CN=TSA, O=Example" },
    });
    let acknowledged = json!({ "hash": HASH, "acknowledged_by": "monitoring", "acknowledged_at": AT });
    vec![
        listed(by_token(Get, "/v1/admin/sites", "listSites", "The sites of the token"), "SiteList", site),
        listed(
            of_site(permitted(Get, "/v1/admin/sites/{site}/notices", "listNotices", "Which notice was in force"))
                .says("The newest first. A notice that came back is listed for each time that it was in force."),
            "NoticeList",
            notice,
        ),
        of_site(permitted(
            Post,
            "/v1/admin/sites/{site}/notices/{hash}/acknowledgement",
            "acknowledgeNotice",
            "Acknowledge a notice",
        ))
        .says("The first acknowledgement counts: a repeated one changes nothing, and is answered with the first. It has no body.")
        .part("hash", "The hash of the notice.", hash(), HASH)
        .problems([Code::NoticeUnknown])
        .json(200, "It is acknowledged.", named("Acknowledged"), acknowledged),
        listed(
            of_site(permitted(Get, "/v1/admin/sites/{site}/log", "listLogs", "The logs of a site"))
                .says("The newest month first, each with its signed head of now."),
            "LogList",
            log,
        ),
    ]
}

fn audit_trail() -> Operation {
    let actions: Vec<_> = Action::ALL.iter().map(|action| action.as_str()).collect();
    let moment = || json!({ "type": "string", "anyOf": [{ "format": "date" }, { "format": "date-time" }] });
    let item = json!({
        "at": AT, "who": "dpo@helvia.example", "action": "notice_acknowledged", "target": HASH, "site": "helvia",
    });
    let operation = permitted(Get, "/v1/admin/audit-trail", "listAuditTrail", "Who did what, when, on which site")
        .says(
            "The newest first. An entry that concerns no single site is shown to who may read the trail of a site \
             of its person or token. A filter that finds little answers with a short page, also an empty one, and \
             a cursor: go on until it is `null`.",
        )
        .query(
            "who",
            "Only of this person (the `id` in the list of users), token (its name) or command. An e-mail address \
             is refused: it would stand in the logs of proxies.",
            json!({ "type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[^@]*$" }),
            USER_ID,
        )
        .query("action", "Only this.", json!({ "type": "string", "enum": actions }), "signed_in")
        .query("site", "Only on this site.", slug(), "helvia")
        .query("from", "Only from this day (UTC) or moment on.", moment(), "2026-11-01")
        .query("to", "Only until the end of this day (UTC), or before this moment.", moment(), "2026-11-30")
        .problems([Code::SiteUnknown]);
    listed_from(operation, json!({ "type": "string", "pattern": "^[0-9]{1,19}$" }), "TrailList", item)
}

fn users() -> Vec<Operation> {
    let item = json!({
        "id": USER_ID,
        "email": "dpo@helvia.example",
        "roles": [{ "role": "dpo", "site": "helvia", "given_at": AT, "given_by": "constat user add" }],
        "ends_at": null, "welcomed_at": AT,
    });
    let new = json!({ "email": "auditor@example.com", "role": "auditor", "sites": ["helvia"] });
    let link = "https://console.helvia.example/console/welcome/PzL0V1Y3";
    let made = json!({
        "type": "object",
        "required": ["email"],
        "properties": {
            "email": { "type": "string" },
            "link": { "type": "string", "description": "The one-time link, for the person; left out when repeated." },
        },
    });
    vec![
        listed(permitted(Get, "/v1/admin/users", "listUsers", "Who may sign in"), "UserList", item),
        creates(
            permitted(Post, "/v1/admin/users", "addUser", "Let somebody in"),
            "NewUser",
            new,
            made,
            json!({ "email": "auditor@example.com", "link": link }),
        ),
        permitted(Delete, "/v1/admin/users/{email}", "removeUser", "Remove somebody")
            .says("Sessions, links and tokens end with the account.")
            .part(
                "email",
                "The e-mail address.",
                json!({ "type": "string", "format": "email" }),
                "auditor@example.com",
            )
            .problems([Code::Conflict])
            .empty(204, "It is removed."),
    ]
}

fn tokens() -> Vec<Operation> {
    let item = json!({
        "jti": JTI, "name": "monitoring", "scope": ["log:read"], "sites": ["helvia"],
        "made_by": "dpo@helvia.example", "made_at": AT, "expires_at": "2026-12-24T08:12:30.000Z",
        "revoked_at": null, "last_used_at": AT,
    });
    let new = json!({
        "name": "monitoring", "scope": ["log:read"], "sites": ["helvia"], "expires_at": "2026-12-24T08:12:30.000Z",
    });
    let made = json!({
        "type": "object",
        "required": ["jti"],
        "properties": {
            "token": { "type": "string", "description": "The token (RFC 9068); left out when repeated." },
            "jti": { "type": "string", "description": "Its id, to revoke it." },
        },
    });
    vec![
        listed(permitted(Get, "/v1/admin/tokens", "listTokens", "The tokens of programs"), "TokenList", item)
            .says("The newest first, also those that ended in the last 90 days."),
        creates(
            permitted(Post, "/v1/admin/tokens", "makeToken", "Make a token"),
            "NewToken",
            new,
            made,
            json!({ "token": TOKEN, "jti": JTI }),
        ),
        permitted(Delete, "/v1/admin/tokens/{jti}", "revokeToken", "Revoke a token")
            .says("At once, on every server of the store. Revoking it again changes nothing.")
            .part("jti", "Its id.", json!({ "type": "string", "minLength": 1 }), JTI)
            .empty(204, "It is revoked."),
    ]
}
