//! Consent requests as a browser would send them.

use serde_json::{Value, json};

/// A new UUIDv7.
pub fn uuid() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// The secret of the browser that made a consent id: 32 characters of base64, as the loader's.
pub fn secret_of(consent: &Value) -> String {
    consent["consent_id"].as_str().unwrap_or_default().replace('-', "")
}

/// A request that answers [`constat_testkit::sample_site::with_shipped_vendors`], everything allowed or refused.
pub fn request(notice_hash: &str, action: &str) -> Value {
    let on = action == "allow_all";
    json!({
        "event_id": uuid(),
        "consent_id": uuid(),
        "previous_event_id": null,
        "action": action,
        "layer": "banner",
        "language": "fr",
        "notice_hash": notice_hash,
        "categories": { "essential": true, "functional": on, "audience": on, "advertising": on, "third_party": on },
        "vendors": { "google-analytics": on, "youtube": on, "recaptcha": on },
        "signals": { "gpc": false, "dnt": false },
    })
}
