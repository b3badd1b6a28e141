//! `/console/account/second-factor` and `/console/account/recovery-codes`: the own second factor.

use super::form::Errors;
use super::frame::Shell;
use askama::Template;

/// Sets a second factor, or replaces it. The form posts `code`, `csrf`, and `current` or, where there is none,
/// `current_password` to `/console/account/second-factor`.
#[derive(Template)]
#[template(path = "console/second_factor.html")]
pub struct SecondFactor {
    /// Around it.
    pub shell: Shell,
    /// Whether there is one, which is replaced.
    pub has_one: bool,
    /// The secret as an `otpauth://` address, which an authenticator on this device opens.
    pub address: String,
    /// The secret in base 32; the screen shows it as it is, in `#totp-secret`.
    pub secret: String,
    /// The QR code: an `<svg>` element without an XML declaration, made by this program.
    pub qr_svg: String,
    /// What is wrong: fields `code`, `current`, `current_password`.
    pub errors: Errors,
}

/// Asks before new recovery codes are made. The form posts `code` and `csrf` to
/// `/console/account/recovery-codes`.
#[derive(Template)]
#[template(path = "console/recovery_codes.html")]
pub struct RecoveryCodes {
    /// Around it.
    pub shell: Shell,
    /// What is wrong: field `code`.
    pub errors: Errors,
}

/// The recovery codes, shown once, in `#recovery-codes`.
#[derive(Template)]
#[template(path = "console/recovery_codes_made.html")]
pub struct RecoveryCodesMade {
    /// Around it.
    pub shell: Shell,
    /// Whether a second factor was set; else only the codes are new.
    pub has_new_factor: bool,
    /// The codes.
    pub codes: Vec<String>,
}
