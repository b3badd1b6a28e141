//! `/console/account`: the own account.

use super::form::Errors;
use super::frame::{Shell, SiteName};
use super::moment::Moment;
use askama::Template;

/// A role that somebody has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The id of the role.
    pub role: String,
    /// On which site; none means on every site.
    pub site: Option<SiteName>,
    /// When it was given.
    pub given_at: Moment,
    /// By whom: an address, or `constat user`.
    pub given_by: String,
}

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSession {
    /// What ends it: its form posts to `/console/account/sessions/{id}/end`. Never the secret itself.
    pub id: String,
    /// When it was opened.
    pub opened_at: Moment,
    /// When it was used last, to the minute.
    pub used_at: Moment,
    /// When it ends at the latest.
    pub ends_at: Moment,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// What was just done, said on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Nothing.
    Nothing,
    /// The language was set.
    Language,
    /// The password was set; all other sessions have ended.
    Password,
    /// A session was ended.
    SessionEnded,
    /// All other sessions were ended.
    OthersEnded,
}

/// Forms: `POST /console/account/language` (`language`, `return_to`), `POST /console/account/password`
/// (`current_password`, `password`), `POST /console/account/sessions/{id}/end`, `POST /console/account/sessions/end`
/// (all but this one). All with `csrf`.
#[derive(Template)]
#[template(path = "console/account.html")]
pub struct Account {
    /// Around it.
    pub shell: Shell,
    /// What was just done.
    pub done: Done,
    /// The roles.
    pub grants: Vec<Grant>,
    /// Whether it is the demo's, which has neither password nor second factor.
    pub is_demo: bool,
    /// Whether a second factor is set.
    pub has_second_factor: bool,
    /// How many recovery codes are left.
    pub recovery_codes_left: u64,
    /// When the account was made.
    pub made_at: Moment,
    /// When the account ends, if it has an end.
    pub ends_at: Option<Moment>,
    /// The sign-in before this one.
    pub signed_in_before_at: Option<Moment>,
    /// The sessions, newest first.
    pub sessions: Vec<OpenSession>,
    /// What is wrong: fields `current_password`, `password`.
    pub errors: Errors,
}
