//! Handing over one answer: asked again when something was missing.

use super::form::Errors;
use super::frame::{Shell, SiteName};
use askama::Template;

/// The form posts `recipient`, `purpose`, `reason` and `csrf` to
/// `/console/sites/{site}/records/{consent_id}/{event_id}/{kind}`, and is answered with the file.
#[derive(Template)]
#[template(path = "console/export.html")]
pub struct Export {
    /// Around it.
    pub shell: Shell,
    /// The site.
    pub site: SiteName,
    /// Whose answer.
    pub consent_id: String,
    /// Which one.
    pub event_id: String,
    /// `certificate`, `bundle` or `consent-record`.
    pub kind: &'static str,
    /// What was typed.
    pub recipient: String,
    /// What was typed.
    pub purpose: String,
    /// What was chosen: one of the names of `ExportReason`.
    pub reason: String,
    /// What is wrong: fields `recipient`, `purpose`, `reason`.
    pub errors: Errors,
}
