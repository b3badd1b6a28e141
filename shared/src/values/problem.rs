//! The errors of the HTTP API, as RFC 9457 problem documents.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $status:literal, $title:literal;)*) => {
        /// One row of the table of errors: a code, its HTTP status and its title.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Code { $($(#[$doc])* #[serde(rename = $name)] $variant,)* }

        impl Code {
            /// Every row.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// The code in the problem document.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// Its HTTP status.
            pub fn status(self) -> u16 {
                match self { $(Code::$variant => $status,)* }
            }

            /// Its title, the same for every occurrence (RFC 9457, section 3.1.3).
            pub fn title(self) -> &'static str {
                match self { $(Code::$variant => $title,)* }
            }
        }
    };
}

codes! {
    /// The body is not JSON.
    MalformedJson = "malformed_json", 400, "The body is not valid JSON";
    /// A field is missing, unknown or malformed.
    InvalidField = "invalid_field", 400, "A field is missing, unknown or malformed";
    /// A request for the visitor's own records has no receipt.
    ReceiptMissing = "receipt_missing", 401, "A receipt is needed";
    /// The bearer token is not a receipt of this server.
    ReceiptInvalid = "receipt_invalid", 401, "The receipt is not one of this server";
    /// The record of the receipt has ended, and the receipt with it.
    ReceiptExpired = "receipt_expired", 401, "The receipt has expired";
    /// The receipt belongs to another consent id or site.
    ReceiptForeign = "receipt_foreign", 403, "The receipt is of other records";
    /// The consent id of an answer has records, and the request does not show that it is the sender's own.
    HolderUnproven = "holder_unproven", 401, "The consent id belongs to another browser";
    /// The bearer token is not an API token of this installation, or not any more.
    TokenInvalid = "token_invalid", 401, "A valid API token is needed";
    /// The token does not carry the permission, or not for that site.
    PermissionMissing = "permission_missing", 403, "The permission is missing";
    /// The origin is not one of the site's origins.
    OriginNotAllowed = "origin_not_allowed", 403, "The origin is not one of the site's origins";
    /// There is nothing at the address.
    NotFound = "not_found", 404, "There is nothing at this address";
    /// No site has the id.
    SiteUnknown = "site_unknown", 404, "No site has this id";
    /// The site has no texts in the language.
    LanguageUnknown = "language_unknown", 404, "The site does not speak this language";
    /// No notice with the hash was published.
    NoticeUnknown = "notice_unknown", 404, "No notice with this hash was ever published";
    /// The catalogue has no such vendor.
    CatalogueVendorUnknown = "catalogue_vendor_unknown", 404, "The catalogue has no vendor with this id";
    /// No site of the host honours Global Privacy Control.
    GpcNotHonoured = "gpc_not_honoured", 404, "No site of this host honours Global Privacy Control";
    /// There is no such log, or no such leaf in it.
    LogUnknown = "log_unknown", 404, "The log has no such place";
    /// The address does not accept the method.
    MethodNotAllowed = "method_not_allowed", 405, "The address does not accept this method";
    /// The request was not whole in time.
    RequestTimeout = "request_timeout", 408, "The request was not whole in time";
    /// What is asked for does not fit what is there.
    Conflict = "conflict", 409, "This does not fit what is there";
    /// The event id was used for another content.
    EventConflict = "event_conflict", 409, "The event id was already used with different content";
    /// The record of the event was erased.
    EventErased = "event_erased", 410, "The record of this event was erased";
    /// The body is over its limit.
    BodyTooLarge = "body_too_large", 413, "The body is larger than the limit";
    /// The idempotency key was used for another request.
    IdempotencyKeyUsed = "idempotency_key_used", 422, "The idempotency key was used for another request";
    /// A reason is missing, or is none of the list.
    ReasonInvalid = "reason_invalid", 422, "A reason of the list is needed";
    /// The notice named in a body was never published for the site.
    NoticeNotPublished = "notice_not_published", 422, "The notice was never published for this site";
    /// The notice named in a body has no texts in its language.
    LanguageNotInNotice = "language_not_in_notice", 422, "The notice does not speak this language";
    /// The notice does not use a category.
    CategoryUnknown = "category_unknown", 422, "The notice does not use this category";
    /// The choice for a category of the notice is missing.
    CategoryMissing = "category_missing", 422, "The choice for a category is missing";
    /// The notice does not name a vendor.
    VendorUnknown = "vendor_unknown", 422, "The notice does not name this vendor";
    /// The choice for a vendor of the notice is missing.
    VendorMissing = "vendor_missing", 422, "The choice for a vendor is missing";
    /// An exempt category or vendor is refused.
    ExemptRefused = "exempt_refused", 422, "What is exempt from consent cannot be refused";
    /// The choices contradict the action.
    ActionContradicted = "action_contradicted", 422, "The choices contradict the action";
    /// The consent id has as many records as one may have, in a day or in all.
    TooManyEvents = "too_many_events", 429, "The consent id has too many records";
    /// The client sends too many requests.
    TooManyRequests = "too_many_requests", 429, "Too many requests come from this address";
    /// The head is over its limit.
    HeadTooLarge = "head_too_large", 431, "The head of the request is larger than the limit";
    /// The server failed.
    Internal = "internal", 500, "The server failed";
    /// The policy of a site names too many hosts.
    PolicyTooLong = "policy_too_long", 500, "The policy is longer than servers pass on";
    /// The queue of records is full.
    QueueFull = "queue_full", 503, "Too many records are waiting to be stored";
    /// The server's clock is behind the newest record.
    ClockBehind = "clock_behind", 503, "The server's clock is behind";
    /// The server's clock is too far ahead to be right.
    ClockAhead = "clock_ahead", 503, "The server's clock is ahead";
    /// The server has as many connections as it may have.
    TooManyConnections = "too_many_connections", 503, "Too many connections are open";
    /// The store does not answer.
    StoreUnavailable = "store_unavailable", 503, "The store is not available";
}

/// A problem document (RFC 9457), `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A URN that names the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code's title.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong in this request, and how to correct it.
    pub detail: String,
    /// The code.
    pub code: Code,
    /// The field at fault, as a path such as `vendors.youtube`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl Problem {
    /// A problem that is not about one field.
    pub fn new(code: Code, detail: impl Into<String>) -> Problem {
        Problem {
            kind: format!("urn:constat:problem:{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status(),
            detail: detail.into(),
            code,
            field: None,
        }
    }

    /// A problem of one field.
    pub fn of_field(code: Code, field: impl Into<String>, detail: impl Into<String>) -> Problem {
        Problem { field: Some(field.into()), ..Problem::new(code, detail) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_written_in_the_document_as_in_the_table() {
        for code in Code::ALL {
            let problem = serde_json::to_value(Problem::new(*code, "why")).unwrap();
            assert_eq!(problem["code"], code.as_str());
            assert_eq!(problem["status"], code.status());
            assert_eq!(problem["type"], format!("urn:constat:problem:{}", code.as_str()));
            assert!(problem.get("field").is_none());
        }
    }
}
