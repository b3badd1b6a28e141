//! What people change of their own accounts.

use super::access::Access;
use super::account::{self, Account};
use super::console_key::ConsoleKeys;
use super::error::{AccessError, Refusal};
use super::password;
use super::second_factor::{self, Offer};
use super::session::{self, SignedIn};
use super::sign_in::SignIns;
use super::trail::{Action, Note};
use constat_shared::{Language, Timestamp};

/// Chooses the language of the screens.
///
/// # Errors
/// When the store fails.
pub fn set_language(
    access: &Access,
    who: &SignedIn,
    language: Language,
    now: Timestamp,
) -> Result<(), AccessError> {
    change(access, who, now, |account| {
        account.language = Some(language);
        Ok(())
    })
}

/// Replaces the password and ends every session; returns the secret of a new one. Takes some
/// 40 ms.
///
/// # Errors
/// [`Refusal::PasswordWrong`] when `current` is not the password; what the new one is not
/// ([`password::check`]); [`Refusal::Throttled`]; when the store fails.
pub fn change_password(
    access: &Access,
    sign_ins: &SignIns,
    who: &SignedIn,
    current: &str,
    new: &str,
    now: Timestamp,
) -> Result<String, AccessError> {
    password::check(new, &who.account.email)?;
    sign_ins.check_password(&who.account, current, now)?;
    let hash = password::hash(new)?;
    let account = change(access, who, now, |account| {
        // Another one was set meanwhile: `current` is not it.
        if account.password != who.account.password {
            return Err(Refusal::PasswordWrong.into());
        }
        account.set_password(hash.clone());
        Ok(account.clone())
    })?;
    session::remove_all(access, &account.id, now)?;
    access.note(Note::of(Action::PasswordChanged).by(&who.principal), now)?;
    session::begin(access, &account, now)
}

/// The second factor that is offered to an account without one, or with an earlier one.
///
/// # Errors
/// When the store fails.
pub fn offer_second_factor(
    access: &Access,
    keys: &ConsoleKeys,
    who: &SignedIn,
    now: Timestamp,
) -> Result<Offer, AccessError> {
    change(access, who, now, |account| second_factor::offer(keys, account))
}

/// Sets the offered second factor by its first code. `current` is a code of the one that it
/// replaces, if there is one. Returns new recovery codes, to be shown once.
///
/// # Errors
/// [`Refusal::CodeWrong`]; when the store fails.
pub fn set_second_factor(
    access: &Access,
    keys: &ConsoleKeys,
    who: &SignedIn,
    current: &str,
    code: &str,
    now: Timestamp,
) -> Result<Vec<String>, AccessError> {
    let codes = change(access, who, now, |account| {
        if account.second_factor.is_some() {
            second_factor::check(keys, account, current, now)?;
        }
        second_factor::confirm(keys, account, code, now)
    })?;
    access.note(Note::of(Action::SecondFactorSet).by(&who.principal), now)?;
    Ok(codes)
}

/// Makes new recovery codes in the place of the earlier ones, to be shown once.
///
/// # Errors
/// [`Refusal::CodeWrong`] for a code that is not the second factor's; when the store fails.
pub fn make_recovery_codes(
    access: &Access,
    keys: &ConsoleKeys,
    who: &SignedIn,
    code: &str,
    now: Timestamp,
) -> Result<Vec<String>, AccessError> {
    let codes = change(access, who, now, |account| {
        second_factor::check(keys, account, code, now)?;
        second_factor::make_recovery_codes(account)
    })?;
    access.note(Note::of(Action::RecoveryCodesMade).by(&who.principal), now)?;
    Ok(codes)
}

fn change<R>(
    access: &Access,
    who: &SignedIn,
    now: Timestamp,
    change: impl FnMut(&mut Account) -> Result<R, AccessError>,
) -> Result<R, AccessError> {
    account::change(access.store(), &who.account.email, Some(&who.account.id), now, change)
}
