//! What is wrong with a form, in the words of the reader: one sentence for each refusal, beside its field.

use super::texts::Texts;
use super::view::form::Errors;
use super::view::sentence::Text;
use crate::access::error::{AccessError, Refusal};
use crate::access::site_scope::SiteScope;

/// The error beside its field; `None` for a refusal that is about no field of a form.
pub fn of(t: &Texts, error: &AccessError) -> Option<Errors> {
    let AccessError::Refused(refusal) = error else { return None };
    let e = &t.errors;
    let (field, text) = match refusal {
        Refusal::EmailInvalid => ("email", &e.email_malformed),
        Refusal::AccountExists => ("email", &e.role_exists),
        Refusal::OwnRole => ("email", &e.is_self),
        Refusal::SitesInvalid => ("site", &e.site_required),
        Refusal::ScopeInvalid => ("scope", &e.scope_required),
        Refusal::NameInvalid => ("name", &e.name_required),
        Refusal::EndInvalid => ("until", &e.until_past),
        Refusal::PasswordShort => ("password", &e.password_short),
        Refusal::PasswordLong => ("password", &e.password_long),
        Refusal::PasswordIsEmail => ("password", &e.password_is_email),
        Refusal::PasswordWrong => ("current_password", &e.current_password_wrong),
        Refusal::CodeWrong => ("code", &e.code_wrong),
        Refusal::CurrentCodeWrong => ("current", &e.code_wrong),
        Refusal::LastAdmin => ("remove", &e.last_admin),
        _ => return None,
    };
    Some(one(field, text))
}

/// Why a form was not done.
pub enum Fault {
    /// Fields are wrong: the form is shown again.
    Fields(Errors),
    /// It is about no field: a message is shown.
    Other(AccessError),
}

/// As [`of`], with the field and the text that a form has for some refusals.
pub fn sorted(t: &Texts, error: AccessError, own: &[(Refusal, &'static str, &Text)]) -> Fault {
    let refusal = match &error {
        AccessError::Refused(refusal) => Some(*refusal),
        _ => None,
    };
    let own = own.iter().find(|(known, ..)| refusal == Some(*known));
    let errors = own.map(|(_, field, text)| one(field, text)).or_else(|| of(t, &error));
    errors.map_or(Fault::Other(error), Fault::Fields)
}

/// One error.
pub fn one(field: &'static str, text: &impl ToString) -> Errors {
    let mut errors = Errors::default();
    errors.add(field, text);
    errors
}

/// The sites that were chosen in a form: none, and an error beside the field, when one of them is no site.
pub fn sites(chosen: &[String], t: &Texts, errors: &mut Errors) -> Vec<SiteScope> {
    let sites =
        chosen.iter().map(|site| SiteScope::parse(site)).collect::<Result<Vec<_>, _>>().unwrap_or_default();
    if sites.is_empty() {
        errors.add("site", &t.errors.site_required);
    }
    sites
}
