//! What people change of their own accounts.

use super::access::Access;
use super::account::{self, Account};
use super::console_key::ConsoleKeys;
use super::error::{AccessError, Refusal};
use super::password;
use super::second_factor::{self, Offer, Used};
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
    })?;
    access.note(Note::of(Action::LanguageChosen).by(&who.principal).to(language), now)
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
    let account = sign_ins.limited(&who.account, now, || {
        check_password(who, current)?;
        let hash = password::hash(new)?;
        change(access, who, now, |account| {
            // Another one was set meanwhile: `current` is not it.
            if account.password != who.account.password {
                return Err(Refusal::PasswordWrong.into());
            }
            account.set_password(hash.clone());
            Ok(account.clone())
        })
    })?;
    session::remove_all(access, &account.id, now)?;
    access.note(Note::of(Action::PasswordChanged).by(&who.principal), now)?;
    session::begin(access, &account, now)
}

/// A second factor that was set.
pub struct NewFactor {
    /// The secret of the new session.
    pub session: String,
    /// The recovery codes, to be shown once.
    pub recovery_codes: Vec<String>,
}

/// The second factor that is offered to an account without one, or instead of the present one.
///
/// # Errors
/// [`Refusal::AccountUnknown`] for the demo's account.
pub fn offer_second_factor(keys: &ConsoleKeys, who: &SignedIn) -> Result<Offer, AccessError> {
    who.account.check_not_demo()?;
    second_factor::offer(keys, &who.account, &who.session_id)
}

/// Sets the offered second factor by its first code, and ends every session: with it, roles may open
/// more than a stolen session opened before. `current` is a code of the one that it replaces, or a
/// recovery code; where there is none, the password: a session alone is not enough. Takes some 20 ms.
///
/// # Errors
/// [`Refusal::CurrentCodeWrong`], [`Refusal::PasswordWrong`], [`Refusal::CodeWrong`], [`Refusal::Throttled`];
/// [`Refusal::SessionEnded`] when this session was ended meanwhile; as [`offer_second_factor`]; when
/// the store fails.
pub fn set_second_factor(
    access: &Access,
    keys: &ConsoleKeys,
    sign_ins: &SignIns,
    who: &SignedIn,
    (current, code): (&str, &str),
    now: Timestamp,
) -> Result<NewFactor, AccessError> {
    who.account.check_not_demo()?;
    let set = |account: &mut Account| {
        if account.generation != who.account.generation {
            return Err(Refusal::SessionEnded.into());
        }
        let used = match account.second_factor {
            Some(_) => Some(second_factor::check(keys, account, current, now).map_err(of_the_present_one)?),
            None => None,
        };
        let codes = second_factor::confirm(keys, account, &who.session_id, code, now)?;
        account.end_sessions();
        Ok((account.clone(), used, codes))
    };
    let (account, used, recovery_codes) = sign_ins.limited(&who.account, now, || {
        if who.account.second_factor.is_none() {
            check_password(who, current)?;
        }
        change(access, who, now, set)
    })?;
    session::remove_all(access, &account.id, now)?;
    note(access, who, used, Action::SecondFactorSet, now)?;
    Ok(NewFactor { session: session::begin(access, &account, now)?, recovery_codes })
}

/// Makes new recovery codes instead of the earlier ones, to be shown once. `code` is one of the second
/// factor, or a recovery code.
///
/// # Errors
/// [`Refusal::CodeWrong`], also without a second factor; [`Refusal::Throttled`]; when the store fails.
pub fn make_recovery_codes(
    access: &Access,
    keys: &ConsoleKeys,
    sign_ins: &SignIns,
    who: &SignedIn,
    code: &str,
    now: Timestamp,
) -> Result<Vec<String>, AccessError> {
    let make = |account: &mut Account| {
        let used = second_factor::check(keys, account, code, now)?;
        Ok((used, second_factor::make_recovery_codes(account)?))
    };
    let (used, codes) = sign_ins.limited(&who.account, now, || change(access, who, now, make))?;
    note(access, who, Some(used), Action::RecoveryCodesMade, now)?;
    Ok(codes)
}

fn check_password(who: &SignedIn, password: &str) -> Result<(), AccessError> {
    let is_right = password::verify(password, who.account.password.as_deref());
    is_right.then_some(()).ok_or(Refusal::PasswordWrong.into())
}

/// A code that is wrong is the one of the second factor that is to be replaced.
fn of_the_present_one(error: AccessError) -> AccessError {
    match error {
        AccessError::Refused(Refusal::CodeWrong) => Refusal::CurrentCodeWrong.into(),
        error => error,
    }
}

/// Notes what was done, and before that the recovery code with which it was.
fn note(
    access: &Access,
    who: &SignedIn,
    used: Option<Used>,
    action: Action,
    now: Timestamp,
) -> Result<(), AccessError> {
    if used == Some(Used::RecoveryCode) {
        access.note(Note::of(Action::RecoveryCodeUsed).by(&who.principal), now)?;
    }
    access.note(Note::of(action).by(&who.principal), now)
}

fn change<R>(
    access: &Access,
    who: &SignedIn,
    now: Timestamp,
    change: impl FnMut(&mut Account) -> Result<R, AccessError>,
) -> Result<R, AccessError> {
    account::change(access.store(), &who.account.email, Some(&who.account.id), now, change)
}
