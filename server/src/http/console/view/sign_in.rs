//! `/console/sign-in`.

use super::form::Errors;
use super::frame::Gate;
use askama::Template;

/// Why somebody comes to the sign-in screen, when there is something to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Nothing to say.
    Plain,
    /// They signed out.
    SignedOut,
    /// The session ended by itself or was ended.
    SessionEnded,
    /// They set a new password.
    PasswordSet,
}

/// Posts `email`, `password`, `code` and `csrf` to `/console/sign-in`. The one error of a failed sign-in belongs to
/// `password`.
#[derive(Template)]
#[template(path = "console/sign_in.html")]
pub struct SignIn {
    /// Around it.
    pub gate: Gate,
    /// Why somebody comes here.
    pub arrival: Arrival,
    /// The address that was typed.
    pub email: String,
    /// What is wrong: fields `email`, `password`, `code`.
    pub errors: Errors,
}
