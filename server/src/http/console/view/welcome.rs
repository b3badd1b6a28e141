//! `/console/welcome/{token}`: a new account in three steps. Each form posts to the address of the screen, with a
//! hidden `step` (`password`, `code`) and `csrf`.

use super::form::Errors;
use super::frame::Gate;
use super::moment::Moment;
use askama::Template;

/// Step 1: `password`.
#[derive(Template)]
#[template(path = "console/welcome_password.html")]
pub struct WelcomePassword {
    /// Around it.
    pub gate: Gate,
    /// Whose account it is.
    pub email: String,
    /// The ids of the roles given.
    pub roles: Vec<String>,
    /// When the link ends.
    pub link_ends_at: Moment,
    /// What is wrong: field `password`.
    pub errors: Errors,
}

/// Step 2: `code`.
#[derive(Template)]
#[template(path = "console/welcome_code.html")]
pub struct WelcomeCode {
    /// Around it.
    pub gate: Gate,
    /// Whose account it is.
    pub email: String,
    /// The secret as an `otpauth://` address, which an authenticator on this device opens.
    pub address: String,
    /// The secret in base 32; the screen shows it as it is, in `#totp-secret`.
    pub secret: String,
    /// The QR code: an `<svg>` element without an XML declaration, made by this program.
    pub qr_svg: String,
    /// Whether the step can be left out (a button `skip`): not for a DPO or an administrator.
    pub may_skip: bool,
    /// What is wrong: field `code`.
    pub errors: Errors,
}

/// Step 3: the recovery codes, shown once, in `#recovery-codes`. A link leads to `/console/`.
#[derive(Template)]
#[template(path = "console/welcome_recovery.html")]
pub struct WelcomeRecovery {
    /// Around it.
    pub gate: Gate,
    /// Whose account it is.
    pub email: String,
    /// The codes.
    pub codes: Vec<String>,
}
