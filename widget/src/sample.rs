//! A small notice for tests.

use constat_shared::{NoticeView, TextKey};
use serde_json::{Value, json};
use std::rc::Rc;

/// A notice with an essential category, which is exempt, and these others. Each text is its key.
pub fn notice(more: &[Value]) -> Rc<NoticeView> {
    let texts: serde_json::Map<_, _> =
        TextKey::ALL.iter().map(|key| (key.as_str().to_owned(), json!(key.as_str()))).collect();
    let essential = json!({ "id": "essential", "exempt": true, "vendors": [] });
    let categories: Vec<_> = std::iter::once(essential).chain(more.iter().cloned()).collect();
    let notice = json!({
        "site": "boreale", "language": "fr", "notice_hash": "0".repeat(64), "terms_hash": "0".repeat(64),
        "lifetimes": { "choice_months": 6, "proof_months": 13 },
        "controller": { "name": "B", "address": "A", "dpo_email": "d@b.example", "policy_url": "https://b.example" },
        "authority": { "name": "CNIL", "url": "https://www.cnil.fr" }, "texts": texts, "categories": categories,
    });
    Rc::new(serde_json::from_value(notice).expect("it is a notice"))
}

/// A category with vendors of these ids.
pub fn category(id: &str, exempt: bool, vendors: &[&str]) -> Value {
    let vendor = |id: &&str| {
        json!({ "id": id, "name": id, "company": "C", "policy_url": "https://c.example", "country": "FR",
            "transfer": "none", "purposes": [], "cookies": [] })
    };
    json!({ "id": id, "exempt": exempt, "vendors": vendors.iter().map(vendor).collect::<Vec<_>>() })
}
