//! What a request shows of the consent id that it is about: a receipt, or the
//! secret that the browser made with the id.

use crate::proof::keys::Keys;
use crate::store::Holder;
use constat_shared::{Code, ConsentId, HolderSecret, Problem, Receipt, SiteId, Timestamp};

/// A bearer token (RFC 6750), read but not checked.
#[derive(Clone)]
pub enum Credential {
    /// There is none.
    Nothing,
    /// The secret of a browser.
    Secret(HolderSecret),
    /// Any other token: a receipt, if it is anything.
    Receipt(String),
}

impl Credential {
    /// What the bearer token of a request is.
    pub fn of(token: Option<String>) -> Credential {
        match token {
            None => Credential::Nothing,
            Some(token) => match HolderSecret::parse(&token) {
                Some(secret) => Credential::Secret(secret),
                None => Credential::Receipt(token),
            },
        }
    }

    /// Whom a request about this consent id comes from: nobody known, when the token is
    /// no receipt of it on this site, or one that has ended.
    pub fn holder(&self, keys: &Keys, site: &SiteId, consent_id: &ConsentId, now: Timestamp) -> Holder {
        match self {
            Credential::Nothing => Holder::Unknown,
            Credential::Secret(secret) => Holder::Secret(secret.digest()),
            Credential::Receipt(token) => check_receipt(keys, token, site, &consent_id.to_string(), now)
                .map_or(Holder::Unknown, |receipt| Holder::Receipt(receipt.jti)),
        }
    }
}

/// A receipt, if it is of this consent id and site and has not ended.
///
/// # Errors
/// A [`Problem`]: no receipt of this server, one of another consent id or site, or one that has ended.
pub fn check_receipt(
    keys: &Keys,
    token: &str,
    site: &SiteId,
    consent_id: &str,
    now: Timestamp,
) -> Result<Receipt, Problem> {
    let invalid = || Problem::new(Code::ReceiptInvalid, "Send a receipt as this server gave it, unchanged.");
    let key_id = Receipt::key_id(token).map_err(|_| invalid())?;
    let key = keys.verifying(&key_id).ok_or_else(invalid)?;
    let receipt = Receipt::open(token, &key).map_err(|_| invalid())?;
    if receipt.record.site != *site || receipt.sub.to_string() != consent_id {
        return Err(Problem::new(Code::ReceiptForeign, "Send a receipt of this consent id on this site."));
    }
    if receipt.has_ended(now) {
        let detail = "Send a receipt of a newer answer: this one ended with its record.";
        return Err(Problem::new(Code::ReceiptExpired, detail));
    }
    Ok(receipt)
}

/// The consent id has records, and the request does not show that its sender holds it.
pub fn unproven() -> Problem {
    let detail = "Send `Authorization: Bearer` with the secret that was made with this consent id, or a \
                  receipt of it that has not ended; without either, make a new consent id.";
    Problem::of_field(Code::HolderUnproven, "consent_id", detail)
}
