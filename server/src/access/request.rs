//! Requests that carry an `Idempotency-Key`: sent again, they make nothing new.

use super::access::Access;
use super::document::{self, Kept};
use super::error::{AccessError, Refusal};
use super::principal::Principal;
use crate::store::DocumentKind;
use constat_shared::canonical;
use constat_shared::{Hash, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// For how long a request is remembered, in milliseconds: a day.
const KEPT_MS: i64 = 24 * 3_600_000;
/// The most requests that are remembered.
const REQUESTS_MAX: usize = 1000;
/// The most characters of a key.
const KEY_CHARS_MAX: usize = 128;

#[derive(Serialize, Deserialize)]
struct Request {
    body: Hash,
    ends_at: Timestamp,
    /// The answer, without a token or a link; `None` while it is worked on, or when the server
    /// ended meanwhile.
    answer: Option<Value>,
}

impl Kept for Request {
    const KIND: DocumentKind = DocumentKind::Request;

    fn ends_at(&self) -> Option<Timestamp> {
        Some(self.ends_at)
    }
}

/// What a request with a key is.
pub enum Seen {
    /// The first one: it is worked on, and then [`answered`] or [`forget`] is called with this name.
    First(String),
    /// Repeated: this was the answer.
    Again(Value),
}

/// Takes a request with a key. `operation` names the route, and the key counts for it and for
/// the one who asks alone.
///
/// # Errors
/// [`Refusal::KeyInvalid`]; [`Refusal::KeyReused`] with another body; [`Refusal::KeyInUse`]
/// while the first one is worked on; [`Refusal::TooMany`]; when the store fails.
pub fn take(
    access: &Access,
    by: &Principal,
    operation: &str,
    key: &str,
    body: &[u8],
    now: Timestamp,
) -> Result<Seen, AccessError> {
    if !(1..=KEY_CHARS_MAX).contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Refusal::KeyInvalid.into());
    }
    let name = Hash::of(&canonical::to_vec(&(by.name(), operation, key))).to_string();
    let body = Hash::of(body);
    let first = document::read::<Request>(access.store(), &name, now)?;
    if first.is_none() && document::list::<Request>(access.store(), now)?.len() >= REQUESTS_MAX {
        return Err(Refusal::TooMany.into());
    }
    let ends_at = Timestamp::from_unix_ms(now.unix_ms() + KEPT_MS);
    if document::insert(access.store(), &name, &Request { body, ends_at, answer: None }, now)? {
        return Ok(Seen::First(name));
    }
    match document::read::<Request>(access.store(), &name, now)? {
        Some(first) if first.body != body => Err(Refusal::KeyReused.into()),
        Some(Request { answer: Some(answer), .. }) => Ok(Seen::Again(answer)),
        _ => Err(Refusal::KeyInUse.into()),
    }
}

/// Remembers the answer to a first request, without the token or link that was in it.
///
/// # Errors
/// When the store fails.
pub fn answered(access: &Access, name: &str, answer: &Value, now: Timestamp) -> Result<(), AccessError> {
    document::change(access.store(), name, now, |request: &mut Request| {
        request.answer = Some(answer.clone());
        Ok(())
    })?;
    Ok(())
}

/// Forgets a first request that was refused: it may be sent again with the same key.
///
/// # Errors
/// When the store fails.
pub fn forget(access: &Access, name: &str) -> Result<(), AccessError> {
    access.store().remove_document(DocumentKind::Request, name)?;
    Ok(())
}
