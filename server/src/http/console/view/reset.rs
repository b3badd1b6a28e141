//! `/console/welcome/{token}` of a reset link: a new password, never a new second factor.

use super::form::Errors;
use super::frame::Gate;
use super::moment::Moment;
use askama::Template;

/// Posts `password` and `csrf` to the address of the screen.
#[derive(Template)]
#[template(path = "console/reset.html")]
pub struct Reset {
    /// Around it.
    pub gate: Gate,
    /// Whose account it is.
    pub email: String,
    /// When the link ends.
    pub link_ends_at: Moment,
    /// What is wrong: field `password`.
    pub errors: Errors,
}
