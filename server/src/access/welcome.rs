//! What the holder of a link may do: set the first password and the second factor, replace a
//! password, or enter the demo.

use super::access::Access;
use super::account::{self, Account};
use super::console_key::ConsoleKeys;
use super::error::{AccessError, Refusal};
use super::link::{self, Link, LinkKind};
use super::second_factor::{self, Offer};
use super::trail::{Action, Note};
use super::{password, random, session};
use constat_shared::Timestamp;

/// What a link opens.
pub struct Invitation {
    /// What it is for.
    pub kind: LinkKind,
    /// Whose it is.
    pub email: String,
    /// Whether the password was set, so that the second factor comes next.
    pub has_password: bool,
    /// Whether one of the roles opens nothing without a second factor.
    pub needs_second_factor: bool,
    /// Until when the link works.
    pub ends_at: Timestamp,
    /// The account.
    pub account: Account,
}

/// What the end of a welcome gives.
pub struct Welcomed {
    /// Whose account it is.
    pub email: String,
    /// The secret of the new session.
    pub session: String,
    /// The recovery codes, to be shown once; none without a second factor.
    pub recovery_codes: Vec<String>,
}

/// What the link with that secret opens. Changes nothing.
///
/// # Errors
/// [`Refusal::LinkUnknown`], [`Refusal::LinkUsed`]; when the store fails.
pub fn open(access: &Access, secret: &str, now: Timestamp) -> Result<Invitation, AccessError> {
    let (link, account) = link::open(access, secret, now)?;
    let needs_second_factor = account.grants.iter().any(|grant| grant.role.needs_second_factor());
    let has_password = account.password.is_some();
    let Link { kind, email, ends_at, .. } = link;
    Ok(Invitation { kind, email, has_password, needs_second_factor, ends_at, account })
}

/// Sets the password: the first one, or with a reset link the next one, which uses the link up
/// and ends every session. Takes some 20 ms.
///
/// # Errors
/// What the password is not ([`password::check`]); [`Refusal::LinkUnknown`],
/// [`Refusal::LinkUsed`]; when the store fails.
pub fn set_password(
    access: &Access,
    secret: &str,
    password: &str,
    now: Timestamp,
) -> Result<(), AccessError> {
    let (link, account) = link::open(access, secret, now)?;
    let action = match link.kind {
        LinkKind::Welcome => Action::PasswordSet,
        LinkKind::Reset => Action::PasswordChanged,
        LinkKind::Demo => return Err(Refusal::LinkUnknown.into()),
    };
    password::check(password, &account.email)?;
    let hash = password::hash(password)?;
    if link.kind == LinkKind::Reset {
        link::use_up(access, secret, now)?;
    }
    change(access, &link, now, |account| {
        if link.kind == LinkKind::Welcome && account.welcomed_at.is_some() {
            return Err(Refusal::LinkUsed.into());
        }
        account.set_password(hash.clone());
        Ok(())
    })?;
    session::remove_all(access, &account.id, now)?;
    access.note(Note::of(action).by_name(&account.email), now)
}

/// The second factor that a welcome link offers; the same one until it is confirmed.
///
/// # Errors
/// [`Refusal::PasswordFirst`]; [`Refusal::LinkUnknown`], [`Refusal::LinkUsed`]; when the store
/// fails.
pub fn offer(
    access: &Access,
    keys: &ConsoleKeys,
    secret: &str,
    now: Timestamp,
) -> Result<Offer, AccessError> {
    let (_, account) = welcome_link(access, secret, now)?;
    second_factor::offer(keys, &account, &place(secret)?)
}

/// Where the second factor of a link is offered: the name of the link.
fn place(secret: &str) -> Result<String, Refusal> {
    random::name_of(secret).ok_or(Refusal::LinkUnknown)
}

/// Ends a welcome: sets the second factor by its first code, uses the link up, and signs in. Without
/// a code, where no role needs one, no second factor is set.
///
/// # Errors
/// [`Refusal::CodeWrong`], [`Refusal::PasswordFirst`]; [`Refusal::LinkUnknown`],
/// [`Refusal::LinkUsed`]; when the store fails.
pub fn finish(
    access: &Access,
    keys: &ConsoleKeys,
    secret: &str,
    code: Option<&str>,
    now: Timestamp,
) -> Result<Welcomed, AccessError> {
    let (link, _) = welcome_link(access, secret, now)?;
    let place = place(secret)?;
    let (account, recovery_codes) = change(access, &link, now, |account| {
        if account.welcomed_at.is_some() {
            return Err(Refusal::LinkUsed.into());
        }
        let codes = match code {
            Some(code) => second_factor::confirm(keys, account, &place, code, now)?,
            None if account.grants.iter().any(|grant| grant.role.needs_second_factor()) => {
                return Err(Refusal::CodeWrong.into());
            }
            None => Vec::new(),
        };
        account.welcomed_at = Some(now);
        account.last_sign_in = Some(now);
        Ok((account.clone(), codes))
    })?;
    link::use_up(access, secret, now)?;
    if code.is_some() {
        access.note(Note::of(Action::SecondFactorSet).by_name(&account.email), now)?;
    }
    access.note(Note::of(Action::SignedIn).by_name(&account.email), now)?;
    let session = session::begin(access, &account, now)?;
    Ok(Welcomed { email: account.email, session, recovery_codes })
}

/// Uses a link to the demo up and signs in at once; returns the secret of the new session.
///
/// # Errors
/// [`Refusal::LinkUnknown`], also for another kind of link; [`Refusal::LinkUsed`]; when the store
/// fails.
pub fn enter_demo(access: &Access, secret: &str, now: Timestamp) -> Result<String, AccessError> {
    let (link, account) = link::open(access, secret, now)?;
    if link.kind != LinkKind::Demo {
        return Err(Refusal::LinkUnknown.into());
    }
    link::use_up(access, secret, now)?;
    change(access, &link, now, |account| {
        account.seen_at = account.last_sign_in;
        account.last_sign_in = Some(now);
        Ok(())
    })?;
    access.note(Note::of(Action::SignedIn).by_name(&account.email), now)?;
    session::begin(access, &account, now)
}

/// A welcome link whose account has its password.
fn welcome_link(access: &Access, secret: &str, now: Timestamp) -> Result<(Link, Account), AccessError> {
    let (link, account) = link::open(access, secret, now)?;
    match (link.kind, account.password.is_some()) {
        (LinkKind::Welcome, true) => Ok((link, account)),
        (LinkKind::Welcome, false) => Err(Refusal::PasswordFirst.into()),
        _ => Err(Refusal::LinkUnknown.into()),
    }
}

fn change<R>(
    access: &Access,
    link: &Link,
    now: Timestamp,
    change: impl FnMut(&mut Account) -> Result<R, AccessError>,
) -> Result<R, AccessError> {
    account::change(access.store(), &link.email, Some(&link.account_id), now, change)
}
