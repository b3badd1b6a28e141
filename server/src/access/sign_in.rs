//! Signing in: e-mail address, password and code become a session.

use super::access::Access;
use super::account::{self, Account, parse_email};
use super::console_key::ConsoleKeys;
use super::error::{AccessError, Refusal};
use super::password::{self, PasswordWorkers};
use super::second_factor::{self, Used};
use super::session;
use super::throttle::Throttle;
use super::trail::{Action, Note};
use constat_shared::Timestamp;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

const MINUTE_MS: i64 = 60_000;
/// The most failures that wait to be noted; the throttle lets through far fewer.
const NOTED_MAX: usize = 10_000;

/// What a form of the sign-in holds, all of it in one: who has only the password is told no more
/// than who has nothing.
pub struct Attempt {
    /// The e-mail address, as it was typed.
    pub email: String,
    /// The password.
    pub password: String,
    /// The code of the authenticator, or a recovery code; empty without a second factor.
    pub code: String,
    /// Who tries, when it is known; counted in memory, and never written.
    pub client: Option<IpAddr>,
}

/// What signing in needs in the memory of a server.
#[derive(Default)]
pub struct SignIns {
    /// Limits how many passwords are checked at once: every call that takes a password runs in it.
    pub passwords: PasswordWorkers,
    throttle: Throttle,
    failures: Mutex<Failures>,
}

/// Failures that are not in the audit trail yet.
#[derive(Default)]
struct Failures {
    /// Of the accounts that there are.
    known: Vec<Failure>,
    /// How many were of no account.
    unknown_count: u64,
    /// The minute in which these were noted last, counted from 1970.
    noted_in: Option<i64>,
}

/// A failure of an account that there is.
#[derive(Clone)]
struct Failure {
    email: String,
    at: Timestamp,
    is_signed_in: bool,
}

/// The target of the entry of a failure of somebody who is signed in.
pub const OWN_ACCOUNT: &str = "own_account";

impl SignIns {
    /// Signs in, and returns the secret of the new session. Takes some 20 ms, and just as long
    /// for an account that there is not.
    ///
    /// # Errors
    /// [`Refusal::SignInWrong`], whichever of the three is wrong; [`Refusal::Throttled`], also
    /// for the right ones; when the store fails.
    pub fn sign_in(
        &self,
        access: &Access,
        keys: &ConsoleKeys,
        attempt: &Attempt,
        now: Timestamp,
    ) -> Result<String, AccessError> {
        let email = parse_email(&attempt.email).unwrap_or_default();
        self.throttle.begin(&email, attempt.client, now).map_err(Refusal::Throttled)?;
        let found = account::find(access.store(), &email, now)?;
        let account = found.filter(|account| account.is_live(now) && account.welcomed_at.is_some());
        let hash = account.as_ref().and_then(|account| account.password.as_deref());
        let is_right = password::verify(&attempt.password, hash);
        let Some(account) = account.filter(|_| is_right) else { return Err(self.fail(access, &email, now)) };
        let entered = enter(access, keys, &account, &attempt.code, now);
        let (account, used) = match entered {
            Err(AccessError::Refused(_)) => return Err(self.fail(access, &email, now)),
            entered => entered?,
        };
        self.throttle.succeed(&email, attempt.client);
        if used == Some(Used::RecoveryCode) {
            let left = account.recovery_codes.len();
            access
                .note(Note::of(Action::RecoveryCodeUsed).by_name(&email).to(format!("{left} left")), now)?;
        }
        access.note(Note::of(Action::SignedIn).by_name(&email), now)?;
        session::begin(access, &account, now)
    }

    /// Does what a person who is signed in has to enter a password or a code for. Counts as a sign-in
    /// that failed, unless it is done: a stolen session is no way to guess them. A wrong one is noted in the
    /// audit trail as such a sign-in is.
    ///
    /// # Errors
    /// [`Refusal::Throttled`]; those of `act`.
    pub fn limited<T>(
        &self,
        account: &Account,
        now: Timestamp,
        act: impl FnOnce() -> Result<T, AccessError>,
    ) -> Result<T, AccessError> {
        self.throttle.begin(&account.email, None, now).map_err(Refusal::Throttled)?;
        let done = act();
        match &done {
            Ok(_) => self.throttle.take_back(&account.email),
            Err(AccessError::Refused(refusal)) if refusal.is_wrong_secret() => {
                self.failures().add(&account.email, now, true);
            }
            Err(_) => {}
        }
        done
    }

    /// Notes in the audit trail who failed to sign in, and how many tried an account that there
    /// is not: these once a minute. A server calls it twice a second, so that the answer to a
    /// failure takes as long for both.
    ///
    /// # Errors
    /// When the store fails: then they are noted the next time.
    pub fn note_failures(&self, access: &Access, now: Timestamp) -> Result<(), AccessError> {
        self.note_until(access, now, false)
    }

    /// As [`SignIns::note_failures`], before a server ends: without waiting for the next minute.
    ///
    /// # Errors
    /// When the store fails.
    pub fn note_last_failures(&self, access: &Access, now: Timestamp) -> Result<(), AccessError> {
        self.note_until(access, now, true)
    }

    fn note_until(&self, access: &Access, now: Timestamp, is_last: bool) -> Result<(), AccessError> {
        let known = std::mem::take(&mut self.failures().known);
        for (place, failure) in known.iter().enumerate() {
            let note = Note::of(Action::SignInFailed).by_name(&failure.email);
            let note = if failure.is_signed_in { note.to(OWN_ACCOUNT) } else { note };
            if let Err(error) = access.note(note, failure.at) {
                self.failures().known.splice(..0, known[place..].iter().cloned());
                return Err(error);
            }
        }
        let minute = now.unix_ms().div_euclid(MINUTE_MS);
        let count = {
            let failures = self.failures();
            let is_due = is_last || failures.noted_in != Some(minute);
            if failures.unknown_count == 0 || !is_due {
                return Ok(());
            }
            failures.unknown_count
        };
        access.note(Note::of(Action::SignInFailed).to(count), now)?;
        let mut failures = self.failures();
        failures.unknown_count -= count;
        failures.noted_in = Some(minute);
        Ok(())
    }

    /// Remembers a failure, in the same way for both, and names none of the three.
    fn fail(&self, access: &Access, email: &str, now: Timestamp) -> AccessError {
        let is_account = account::find(access.store(), email, now)
            .is_ok_and(|found| found.is_some_and(|account| account.is_live(now)));
        let mut failures = self.failures();
        if is_account {
            failures.add(email, now, false);
        } else {
            failures.unknown_count += 1;
        }
        Refusal::SignInWrong.into()
    }

    fn failures(&self) -> MutexGuard<'_, Failures> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Failures {
    /// Adds one of an account that there is; beyond the most that wait, it is only counted.
    fn add(&mut self, email: &str, at: Timestamp, is_signed_in: bool) {
        if self.known.len() < NOTED_MAX {
            self.known.push(Failure { email: email.to_owned(), at, is_signed_in });
        } else {
            self.unknown_count += 1;
        }
    }
}

/// Uses the code up and dates the sign-in in one change, so that of two with the same code one
/// comes in. An account without a second factor needs no code.
fn enter(
    access: &Access,
    keys: &ConsoleKeys,
    verified: &Account,
    code: &str,
    now: Timestamp,
) -> Result<(Account, Option<Used>), AccessError> {
    account::change(access.store(), &verified.email, Some(&verified.id), now, |account| {
        if account.password != verified.password {
            return Err(Refusal::SignInWrong.into());
        }
        let used = match account.second_factor {
            Some(_) => Some(second_factor::check(keys, account, code, now)?),
            None => None,
        };
        account.seen_at = account.last_sign_in;
        account.last_sign_in = Some(now);
        Ok((account.clone(), used))
    })
}
