//! A person who may sign in.

use super::document::{self, Kept};
use super::error::{AccessError, Refusal};
use super::permission::Role;
use super::random;
use super::site_scope::SiteScope;
use super::trail::KEPT_MS;
use crate::store::{AccountStore, DocumentKind, StoreError};
use constat_shared::{Hash, Language, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The most accounts of an installation.
pub const ACCOUNTS_MAX: usize = 1000;
/// The most roles of an account, counted for each site.
pub const GRANTS_MAX: usize = 100;
/// The most bytes of an e-mail address (RFC 5321, section 4.5.3.1.3, without its brackets).
const EMAIL_BYTES_MAX: usize = 254;

/// A role on a site, or on all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// What the person is to the site.
    pub role: Role,
    /// The site.
    pub site: SiteScope,
    /// Since when.
    pub given_at: Timestamp,
    /// Who gave it.
    pub given_by: String,
}

/// The second factor of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    /// The TOTP secret, encrypted.
    pub secret: String,
    /// The 30 seconds whose code was used last, counted from 1970: neither that code
    /// nor an earlier one works again (RFC 6238, section 5.2).
    pub last_step: u64,
}

/// An account, or what is kept of one that was removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// A random name: a new account with the same e-mail address has another.
    pub id: String,
    /// The e-mail address in lower case.
    pub email: String,
    /// What the person is to which site.
    pub grants: Vec<Grant>,
    /// The language of the screens, once chosen.
    #[serde(default)]
    pub language: Option<Language>,
    /// The hash of the password, as a PHC string.
    #[serde(default)]
    pub password: Option<String>,
    /// The second factor.
    #[serde(default)]
    pub second_factor: Option<SecondFactor>,
    /// The hashes of the recovery codes that are left.
    #[serde(default)]
    pub recovery_codes: Vec<Hash>,
    /// One more at each new password and each new second factor: sessions of an earlier one have ended.
    #[serde(default)]
    pub generation: u64,
    /// Whether it is the account of the demo, which only a link signs in.
    #[serde(default)]
    pub is_demo: bool,
    /// When it was made.
    pub made_at: Timestamp,
    /// Who made it.
    pub made_by: String,
    /// From when on it opens nothing.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
    /// When the welcome link was used up; until then the account cannot sign in.
    #[serde(default)]
    pub welcomed_at: Option<Timestamp>,
    /// The last sign-in.
    #[serde(default)]
    pub last_sign_in: Option<Timestamp>,
    /// The sign-in before the last one: what happened since is news.
    #[serde(default)]
    pub seen_at: Option<Timestamp>,
    /// When it was removed: only its roles are left, by which the audit trail is shown.
    #[serde(default)]
    pub removed_at: Option<Timestamp>,
}

impl Kept for Account {
    const KIND: DocumentKind = DocumentKind::Account;

    /// The audit trail names it for as long as it keeps its entries.
    fn ends_at(&self) -> Option<Timestamp> {
        let end = self.removed_at.or(self.ends_at)?;
        Some(Timestamp::from_unix_ms(end.unix_ms().saturating_add(KEPT_MS)))
    }
}

impl Account {
    /// A new account, which only its welcome link opens.
    pub fn new(
        email: String,
        grants: Vec<Grant>,
        made_by: &str,
        now: Timestamp,
    ) -> Result<Account, AccessError> {
        Ok(Account {
            id: random::id()?,
            email,
            grants,
            language: None,
            password: None,
            second_factor: None,
            recovery_codes: Vec::new(),
            generation: 0,
            is_demo: false,
            made_at: now,
            made_by: made_by.to_owned(),
            ends_at: None,
            welcomed_at: None,
            last_sign_in: None,
            seen_at: None,
            removed_at: None,
        })
    }

    /// Whether it is one now: neither removed nor past its end.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.removed_at.is_none() && self.ends_at.is_none_or(|end| now < end)
    }

    /// The roles that open something now: without a second factor, some do not.
    pub fn effective_grants(&self) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(|grant| self.opens(grant.role))
    }

    /// The roles that open nothing until a second factor is set, each once.
    pub fn waiting_roles(&self) -> BTreeSet<Role> {
        self.grants.iter().map(|grant| grant.role).filter(|role| !self.opens(*role)).collect()
    }

    fn opens(&self, role: Role) -> bool {
        self.second_factor.is_some() || self.is_demo || !role.needs_second_factor()
    }

    /// Checks that it is not the demo's, which has no second factor: it gets neither other roles nor a
    /// password.
    ///
    /// # Errors
    /// [`Refusal::AccountUnknown`].
    pub fn check_not_demo(&self) -> Result<(), Refusal> {
        if self.is_demo { Err(Refusal::AccountUnknown) } else { Ok(()) }
    }

    /// What is left of it once it is removed.
    pub fn remove(&mut self, now: Timestamp) {
        self.password = None;
        self.second_factor = None;
        self.recovery_codes.clear();
        self.generation += 1;
        self.removed_at = Some(now);
    }

    /// Takes a new password: every session of the one before has ended.
    pub fn set_password(&mut self, hash: String) {
        self.password = Some(hash);
        self.end_sessions();
    }

    /// Ends every session that has begun.
    pub fn end_sessions(&mut self) {
        self.generation += 1;
    }
}

/// Reads an e-mail address as it is stored: in lower case. Only a message that
/// arrives shows that it exists (RFC 5321, section 3.5.3), so little is checked.
///
/// # Errors
/// [`Refusal::EmailInvalid`].
pub fn parse_email(text: &str) -> Result<String, Refusal> {
    let email = text.trim().to_lowercase();
    let is_bad = |c: char| c.is_control() || c.is_whitespace() || c == ':';
    let halves = email.split_once('@');
    let is_well_formed =
        halves.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    if is_well_formed && email.len() <= EMAIL_BYTES_MAX && !email.contains(is_bad) {
        Ok(email)
    } else {
        Err(Refusal::EmailInvalid)
    }
}

/// The account of an address in lower case, which may be removed or past its end.
///
/// # Errors
/// When the store fails.
pub fn find(
    store: &(impl AccountStore + ?Sized),
    email: &str,
    now: Timestamp,
) -> Result<Option<Account>, StoreError> {
    document::read(store, email, now)
}

/// The live account of an address in lower case.
///
/// # Errors
/// [`Refusal::AccountUnknown`]; when the store fails.
pub fn live(
    store: &(impl AccountStore + ?Sized),
    email: &str,
    now: Timestamp,
) -> Result<Account, AccessError> {
    let found = find(store, email, now)?.filter(|account| account.is_live(now));
    found.ok_or(Refusal::AccountUnknown.into())
}

/// Every account, removed ones included.
///
/// # Errors
/// When the store fails.
pub fn all(store: &(impl AccountStore + ?Sized), now: Timestamp) -> Result<Vec<Account>, StoreError> {
    Ok(document::list(store, now)?.into_iter().map(|(_, account)| account).collect())
}

/// Changes a live account; with `id`, only the one of that name.
///
/// # Errors
/// [`Refusal::AccountUnknown`]; what `change` refuses; when the store fails.
pub fn change<R>(
    store: &(impl AccountStore + ?Sized),
    email: &str,
    id: Option<&str>,
    now: Timestamp,
    mut change: impl FnMut(&mut Account) -> Result<R, AccessError>,
) -> Result<R, AccessError> {
    let changed = document::change(store, email, now, |account: &mut Account| {
        if !account.is_live(now) || id.is_some_and(|id| id != account.id) {
            return Err(Refusal::AccountUnknown.into());
        }
        change(account)
    })?;
    changed.ok_or(Refusal::AccountUnknown.into())
}

/// Stores a new account, also in the place of one that was removed or has ended.
///
/// # Errors
/// [`Refusal::AccountExists`]; when the store fails.
pub fn insert(
    store: &(impl AccountStore + ?Sized),
    account: &Account,
    now: Timestamp,
) -> Result<(), AccessError> {
    if document::insert(store, &account.email, account, now)? {
        return Ok(());
    }
    let replaced = document::change(store, &account.email, now, |earlier: &mut Account| {
        if earlier.is_live(now) {
            return Err(Refusal::AccountExists.into());
        }
        *earlier = account.clone();
        Ok(())
    })?;
    replaced.ok_or(Refusal::AccountExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_e_mail_address_has_one_at_sign_and_is_stored_in_lower_case() {
        assert_eq!(parse_email(" Ana@Helvia.Example ").as_deref(), Ok("ana@helvia.example"));
        assert!(parse_email("<b>&\u{202e}@x").is_ok(), "shown as text");
        let long = format!("{}@x", "a".repeat(253));
        for bad in ["", "@", "a@", "@b", "a@b@c", "a b@c", "a\u{0}@b", "a:b@c", "a\n@b", &long] {
            assert_eq!(parse_email(bad), Err(Refusal::EmailInvalid), "{bad:?}");
        }
        assert!(parse_email(&long[1..]).is_ok());
    }
}
