//! The body of a form: read with a limit, and only with the CSRF token of the one who sends it.

use crate::access::session;
use actix_web::web::Payload;
use url::form_urlencoded;

/// The most bytes of a form: one with a role on every site fits.
const FORM_BYTES_MAX: usize = 64 * 1024;
/// The most fields of a form.
const FIELDS_MAX: usize = 500;

/// Why a form is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormError {
    /// It is too large, broke off, or is no form.
    Unreadable,
    /// Its CSRF token is missing, or of another session.
    Foreign,
}

/// The fields of a form, in their order.
#[derive(Debug)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads the form that somebody sends whose CSRF token is made from `secret`.
    ///
    /// # Errors
    /// [`FormError`].
    pub async fn read(payload: Payload, secret: &str) -> Result<Form, FormError> {
        Form::read_up_to(payload, secret, FORM_BYTES_MAX).await
    }

    /// As [`Form::read`], with a limit of its own in bytes.
    ///
    /// # Errors
    /// [`FormError`].
    pub async fn read_up_to(payload: Payload, secret: &str, bytes_max: usize) -> Result<Form, FormError> {
        let body = payload.to_bytes_limited(bytes_max).await.map_err(|_| FormError::Unreadable)?;
        let body = body.map_err(|_| FormError::Unreadable)?;
        std::str::from_utf8(&body).map_err(|_| FormError::Unreadable)?;
        if secret.is_empty() {
            return Err(FormError::Foreign);
        }
        let fields =
            form_urlencoded::parse(&body).take(FIELDS_MAX).map(|(name, value)| (name.into(), value.into()));
        let form = Form(fields.collect());
        if session::is_csrf_token(secret, form.get("csrf")) { Ok(form) } else { Err(FormError::Foreign) }
    }

    /// The value of a field; empty when it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// Every value of a field that may be there several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Whether a field is there.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| field == name)
    }
}
