//! The shapes of bodies and answers. Those of the admin API are made from its own types; the others belong to
//! types that the browser has too, and are written here.

use super::shape::named;
use crate::access::exports::{ExportReason, PURPOSE_CHARS_MAX, RECIPIENT_CHARS_MAX};
use crate::access::permission::{Permission, Role};
use crate::access::records::ErasureReason;
use crate::consent::search::{Fit, Why};
use crate::http::admin::{acknowledgement, audit_trail, log, notices, sites, tokens, users};
use constat_shared::proof::Step;
use constat_shared::{Action, Code, Language};
use serde_json::{Value, json};
use utoipa::{PartialSchema, ToSchema};

/// What a slug is.
const SLUG: &str = "^[a-z0-9][a-z0-9_-]{0,39}$";

/// Every schema, by name.
pub fn all() -> Vec<(String, Value)> {
    let mut all = of_types();
    for list in ["SiteItem", "NoticeItem", "LogItem", "TrailItem", "UserItem", "TokenItem"] {
        all.push((format!("{}List", list.trim_end_matches("Item")), list_of(list)));
    }
    let written = [
        ("Problem", problem()),
        ("NewToken", new_token()),
        ("NewUser", new_user()),
        ("RecordSearch", record_search()),
        ("FoundRecords", found_records()),
        ("Timeline", timeline()),
        ("Export", export()),
        ("RecordErasure", record_erasure()),
        ("ErasedRecords", erased_records()),
        ("PurgeProof", json!({ "type": "object" })),
        ("ConsentRequest", consent(false)),
        ("Record", consent(true)),
    ];
    all.extend(written.map(|(name, json)| (name.to_owned(), json)));
    all
}

fn of_types() -> Vec<(String, Value)> {
    fn of<T: ToSchema + PartialSchema>() -> (String, Value) {
        (T::name().into_owned(), json!(T::schema()))
    }
    vec![
        of::<sites::SiteItem>(),
        of::<notices::NoticeItem>(),
        of::<acknowledgement::Acknowledged>(),
        of::<log::LogItem>(),
        of::<log::StampItem>(),
        of::<audit_trail::TrailItem>(),
        of::<users::UserItem>(),
        of::<users::RoleItem>(),
        of::<tokens::TokenItem>(),
    ]
}

fn list_of(item: &str) -> Value {
    json!({
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {
            "items": { "type": "array", "items": named(item), "maxItems": 100 },
            "next_cursor": {
                "type": ["string", "null"],
                "description": "Send it as `cursor` for the next page; `null` when there is none.",
            },
        },
    })
}

fn problem() -> Value {
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": { "type": "string", "description": "A URN that names the code." },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string", "description": "What is wrong, and how to correct it." },
            "code": { "type": "string", "enum": codes },
            "field": { "type": "string", "description": "The field at fault, when it is one." },
        },
    })
}

/// The id of a site.
pub fn slug() -> Value {
    json!({ "type": "string", "pattern": SLUG })
}

/// A SHA-256 hash.
pub fn hash() -> Value {
    json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })
}

/// A UUIDv7.
pub fn uuid() -> Value {
    json!({
        "type": "string",
        "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
    })
}

fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn sites() -> Value {
    let site = json!({ "type": "string", "pattern": "^(\\*|[a-z0-9][a-z0-9_-]{0,39})$" });
    json!({ "type": "array", "items": site, "minItems": 1, "maxItems": 100, "description": "`*` is all sites." })
}

fn new_token() -> Value {
    let permissions: Vec<_> = Permission::ALL.iter().map(|permission| permission.as_str()).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["name", "scope", "sites", "expires_at"],
        "properties": {
            "name": {
                "type": "string",
                "minLength": 1,
                "maxLength": 64,
                "description": "Without `@` and control characters, and not starting with `constat`.",
            },
            "scope": {
                "type": "array",
                "items": { "type": "string", "enum": permissions },
                "minItems": 1,
                "description": "Only what the token that asks has itself.",
            },
            "sites": sites(),
            "expires_at": {
                "type": "string",
                "format": "date-time",
                "description": "In the future, and at most 90 days away.",
            },
        },
    })
}

fn new_user() -> Value {
    let roles: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["email", "role", "sites"],
        "properties": {
            "email": { "type": "string", "format": "email", "maxLength": 254 },
            "role": { "type": "string", "enum": roles },
            "sites": sites(),
            "ends_at": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": "From when on the account opens nothing; in the future.",
            },
        },
    })
}

fn record_search() -> Value {
    let actions: Vec<_> = Action::ALL.iter().map(|action| action.as_str()).collect();
    let languages: Vec<_> = Language::ALL.iter().map(|language| language.as_str()).collect();
    let day = |what: &str| {
        let words = format!("{what}, in the time zone of the site; 31 days at most.");
        json!({ "type": ["string", "null"], "format": "date", "description": words })
    };
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "text": { "type": "string", "description": "What somebody has of a consent id." },
            "from": day("The first day"),
            "to": day("The last day"),
            "action": { "type": ["string", "null"], "enum": actions.iter().map(|it| json!(it)).chain([Value::Null]).collect::<Vec<_>>() },
            "language": { "type": ["string", "null"], "enum": languages.iter().map(|it| json!(it)).chain([Value::Null]).collect::<Vec<_>>() },
            "notice_hash": { "type": ["string", "null"], "pattern": "^[0-9a-f]{64}$" },
            "vendor": { "type": ["string", "null"], "pattern": SLUG },
            "vendor_allowed": { "type": ["boolean", "null"], "description": "Only with `vendor`." },
            "cursor": { "type": ["string", "null"], "description": "The `next_cursor` of the page before." },
            "limit": { "type": "integer", "minimum": 1, "maximum": 100, "default": 50 },
        },
    })
}

fn found_records() -> Value {
    let reasons: Vec<_> = Why::ALL.iter().map(|why| json!(why.as_str())).chain([Value::Null]).collect();
    json!({
        "type": "object",
        "required": ["records", "next_cursor", "found", "why", "examined"],
        "properties": {
            "records": { "type": "array", "items": named("Record"), "maxItems": 100 },
            "unreadable": { "type": "array", "items": unreadable_record() },
            "next_cursor": { "type": ["string", "null"], "description": "`null` when there is no further page." },
            "found": {
                "type": "string",
                "enum": Fit::ALL,
                "description": "`part`: by some digits, or with letters read as the digits that look like them.",
            },
            "why": { "type": ["string", "null"], "enum": reasons, "description": "Why nothing was found." },
            "examined": { "type": "integer", "description": "How many records were looked at." },
        },
    })
}

fn unreadable_record() -> Value {
    let optional = |format: &str| json!({ "type": ["string", "null"], "format": format });
    json!({
        "type": "object",
        "description": "What is left of a record that cannot be read: its failed step says what is missing.",
        "required": ["event_id", "consent_id", "recorded_at"],
        "properties": {
            "event_id": optional("uuid"),
            "consent_id": optional("uuid"),
            "recorded_at": optional("date-time"),
        },
    })
}

fn timeline() -> Value {
    let steps: Vec<_> = Step::ALL.iter().map(|step| step.as_str()).collect();
    let step = json!({
        "type": "object",
        "required": ["step", "result", "detail"],
        "properties": {
            "step": { "type": "string", "enum": steps },
            "result": { "type": "string", "enum": ["ok", "failed", "not_proven"] },
            "detail": { "type": "string" },
        },
    });
    let checked = json!({
        "type": "object",
        "required": ["record", "verdict", "steps"],
        "properties": {
            "record": { "oneOf": [named("Record"), { "type": "null" }] },
            "unreadable": unreadable_record(),
            "verdict": { "type": "string", "enum": ["proven", "not_proven"] },
            "steps": { "type": "array", "items": step },
        },
    });
    json!({
        "type": "object",
        "required": ["consent_id", "records"],
        "properties": {
            "consent_id": uuid(),
            "records": { "type": "array", "items": checked, "maxItems": 100 },
        },
    })
}

fn export() -> Value {
    let reasons: Vec<_> = ExportReason::ALL.iter().map(|reason| json!(reason.as_str())).collect();
    let text = |chars_max: usize| json!({ "type": "string", "minLength": 1, "maxLength": chars_max });
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["recipient", "purpose"],
        "properties": {
            "recipient": text(RECIPIENT_CHARS_MAX),
            "purpose": text(PURPOSE_CHARS_MAX),
            "reason": {
                "type": ["string", "null"],
                "enum": reasons.into_iter().chain([Value::Null]).collect::<Vec<_>>(),
                "description": "Needed without a receipt.",
            },
        },
    })
}

fn record_erasure() -> Value {
    let reasons: Vec<_> = ErasureReason::ALL.iter().map(|reason| reason.as_str()).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["reason"],
        "properties": { "reason": { "type": "string", "enum": reasons } },
    })
}

fn erased_records() -> Value {
    let purge = json!({
        "type": ["object", "null"],
        "required": ["log", "index"],
        "properties": { "log": { "type": "string" }, "index": { "type": "integer" } },
    });
    json!({
        "type": "object",
        "required": ["erased", "purge"],
        "properties": { "erased": { "type": "integer" }, "purge": purge },
    })
}

/// What a browser sends, or the record that it becomes.
fn consent(is_record: bool) -> Value {
    let choices = |what: &str| {
        let each = json!({ "type": "boolean" });
        json!({ "type": "object", "additionalProperties": each, "description": what })
    };
    let actions = ["allow_all", "refuse_all", "continue_without_accepting", "save", "withdraw"];
    let signals = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["gpc", "dnt"],
        "properties": { "gpc": { "type": "boolean" }, "dnt": { "type": "boolean" } },
    });
    let mut properties = json!({
        "event_id": uuid(),
        "consent_id": uuid(),
        "previous_event_id": { "type": ["string", "null"] },
        "action": { "type": "string", "enum": actions },
        "layer": { "type": "string", "enum": ["banner", "configuration"] },
        "language": { "type": "string" },
        "notice_hash": hash(),
        "categories": choices("A choice for each category of the notice."),
        "vendors": choices("A choice for each vendor of the notice."),
        "signals": signals,
    });
    if is_record {
        properties["site"] = slug();
        properties["terms_hash"] = hash();
        for name in ["recorded_at", "choice_expires_at", "expires_at"] {
            properties[name] = time();
        }
    }
    let required: Vec<_> = properties.as_object().into_iter().flat_map(|all| all.keys().cloned()).collect();
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}
