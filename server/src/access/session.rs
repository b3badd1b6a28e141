//! Signed-in browsers.
//!
//! A session is a document of the store under the hash of its secret. Nothing of it is in
//! the cookie but the secret, and it can be ended at once. What its person may is read
//! from the account at each request.

use super::access::Access;
use super::account::{self, Account};
use super::document::{self, Kept};
use super::error::{AccessError, Refusal};
use super::principal::Principal;
use super::random;
use super::trail::{Action, Note};
use crate::store::DocumentKind;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use constat_shared::Timestamp;
use ring::hmac;
use serde::{Deserialize, Serialize};

const MINUTE_MS: i64 = 60_000;
/// A session ends when it was not used for this long, in milliseconds.
pub const IDLE_MS: i64 = 30 * MINUTE_MS;
/// A session ends this long after the sign-in, in milliseconds.
pub const ABSOLUTE_MS: i64 = 12 * 60 * MINUTE_MS;
/// The most sessions of an account: the one used longest ago ends.
const SESSIONS_MAX: usize = 10;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Session {
    email: String,
    account_id: String,
    /// The account's when the session began: a new password ends it.
    generation: u64,
    made_at: Timestamp,
    used_at: Timestamp,
}

impl Kept for Session {
    const KIND: DocumentKind = DocumentKind::Session;

    fn ends_at(&self) -> Option<Timestamp> {
        let idle = self.used_at.unix_ms().saturating_add(IDLE_MS);
        let absolute = self.made_at.unix_ms().saturating_add(ABSOLUTE_MS);
        Some(Timestamp::from_unix_ms(idle.min(absolute)))
    }
}

/// A session as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownSession {
    /// Its name, which opens nothing.
    pub id: String,
    /// When it began.
    pub made_at: Timestamp,
    /// When it was used last, to the minute.
    pub used_at: Timestamp,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// Who is signed in.
pub struct SignedIn {
    /// The name of the session, which opens nothing.
    pub session_id: String,
    /// The account.
    pub account: Account,
    /// What they may do now.
    pub principal: Principal,
}

/// Begins a session and returns its secret, for the cookie. It is always a new one, so
/// that nobody can be made to use a session that another knows.
///
/// # Errors
/// When the store fails, or the system gives no random numbers.
pub fn begin(access: &Access, account: &Account, now: Timestamp) -> Result<String, AccessError> {
    let mut own = sessions_of(access, account, now)?;
    own.sort_by_key(|(_, session)| session.used_at);
    for (id, _) in own.iter().take((own.len() + 1).saturating_sub(SESSIONS_MAX)) {
        access.store().remove_document(DocumentKind::Session, id)?;
    }
    let secret = random::secret()?;
    let session = Session {
        email: account.email.clone(),
        account_id: account.id.clone(),
        generation: account.generation,
        made_at: now,
        used_at: now,
    };
    let id = random::name_of(&secret).ok_or(Refusal::SessionEnded)?;
    document::insert(access.store(), &id, &session, now)?;
    Ok(secret)
}

/// Who is signed in with that secret. Its last use is written at most once a minute.
///
/// # Errors
/// [`Refusal::SessionEnded`]; when the store fails.
pub fn find(access: &Access, secret: &str, now: Timestamp) -> Result<SignedIn, AccessError> {
    let id = random::name_of(secret).ok_or(Refusal::SessionEnded)?;
    let session: Session = document::read(access.store(), &id, now)?.ok_or(Refusal::SessionEnded)?;
    let found = account::find(access.store(), &session.email, now)?;
    let account = found.filter(|account| session.is_of(account) && account.is_live(now));
    let account = account.ok_or(Refusal::SessionEnded)?;
    if now.unix_ms() - session.used_at.unix_ms() >= MINUTE_MS {
        // One that was ended meanwhile is not there any more: it stays ended.
        let used = document::change(access.store(), &id, now, |session: &mut Session| {
            session.used_at = session.used_at.max(now);
            Ok(())
        })?;
        used.ok_or(Refusal::SessionEnded)?;
    }
    Ok(SignedIn { session_id: id, principal: Principal::of_account(&account), account })
}

/// Ends the session that asks.
///
/// # Errors
/// When the store fails.
pub fn sign_out(access: &Access, who: &SignedIn, now: Timestamp) -> Result<(), AccessError> {
    if access.store().remove_document(DocumentKind::Session, &who.session_id)? {
        access.note(Note::of(Action::SignedOut).by(&who.principal), now)?;
    }
    Ok(())
}

/// The sessions of the account, the one used last first.
///
/// # Errors
/// When the store fails.
pub fn list(access: &Access, who: &SignedIn, now: Timestamp) -> Result<Vec<ShownSession>, AccessError> {
    let own = sessions_of(access, &who.account, now)?.into_iter().map(|(id, session)| ShownSession {
        is_this: id == who.session_id,
        id,
        made_at: session.made_at,
        used_at: session.used_at,
    });
    let mut own: Vec<_> = own.collect();
    own.sort_by_key(|session| std::cmp::Reverse(session.used_at));
    Ok(own)
}

/// How many browsers are signed in to an account.
///
/// # Errors
/// When the store fails.
pub fn count(access: &Access, account: &Account, now: Timestamp) -> Result<u64, AccessError> {
    Ok(sessions_of(access, account, now)?.len() as u64)
}

/// Ends a session of the account.
///
/// # Errors
/// [`Refusal::SessionUnknown`], also for another account's; when the store fails.
pub fn end(access: &Access, who: &SignedIn, id: &str, now: Timestamp) -> Result<(), AccessError> {
    let is_own = sessions_of(access, &who.account, now)?.iter().any(|(own, _)| own == id);
    if !is_own || !access.store().remove_document(DocumentKind::Session, id)? {
        return Err(Refusal::SessionUnknown.into());
    }
    access.note(Note::of(Action::SessionEnded).by(&who.principal), now)
}

/// Deletes the sessions of an account. They have ended before, by its generation or its removal.
///
/// # Errors
/// When the store fails.
pub fn remove_all(access: &Access, account_id: &str, now: Timestamp) -> Result<(), AccessError> {
    for (id, session) in document::list::<Session>(access.store(), now)? {
        if session.account_id == account_id {
            access.store().remove_document(DocumentKind::Session, &id)?;
        }
    }
    Ok(())
}

/// Whether a text can be the secret of a session or of a form: of no other one a token is made.
pub fn is_secret(text: &str) -> bool {
    random::name_of(text).is_some()
}

/// The token that every form of a session carries; another session's has another. Also
/// made of the secret of a link, or of a cookie that precedes a session.
pub fn csrf_token(secret: &str) -> String {
    BASE64URL.encode(hmac::sign(&csrf_key(secret), CSRF_LABEL))
}

/// Whether a form carries the token of this secret. Takes the same time for every wrong one.
pub fn is_csrf_token(secret: &str, token: &str) -> bool {
    let Ok(tag) = BASE64URL.decode(token) else { return false };
    hmac::verify(&csrf_key(secret), CSRF_LABEL, &tag).is_ok()
}

/// A secret for the cookie of a browser that has no session yet, so that its first form
/// carries a token too.
///
/// # Errors
/// When the system gives no random numbers.
pub fn first_secret() -> Result<String, AccessError> {
    Ok(random::secret()?)
}

const CSRF_LABEL: &[u8] = b"constat form";

fn csrf_key(secret: &str) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes())
}

impl Session {
    fn is_of(&self, account: &Account) -> bool {
        self.account_id == account.id && self.generation == account.generation
    }
}

fn sessions_of(
    access: &Access,
    account: &Account,
    now: Timestamp,
) -> Result<Vec<(String, Session)>, AccessError> {
    let sessions = document::list::<Session>(access.store(), now)?;
    Ok(sessions.into_iter().filter(|(_, session)| session.is_of(account)).collect())
}
