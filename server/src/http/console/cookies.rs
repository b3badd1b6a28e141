//! The two cookies of the console: the session, and the form of somebody who is not signed in.

use super::address::Address;
use crate::access::session;
use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

/// The session of somebody who is signed in.
const SESSION: &str = "constat-session";
/// What the CSRF token of the sign-in form is made from.
const FORM: &str = "constat-form";
/// Over https: no subdomain and no plain page can set or read it (RFC 6265bis, section 4.1.3.2).
const PREFIX: &str = "__Host-";

/// Which cookie.
#[derive(Clone, Copy)]
pub enum Kind {
    /// The session.
    Session,
    /// The form.
    Form,
}

impl Kind {
    fn name(self, address: &Address) -> String {
        let name = match self {
            Kind::Session => SESSION,
            Kind::Form => FORM,
        };
        if address.is_secure() { format!("{PREFIX}{name}") } else { name.to_owned() }
    }
}

/// The secret in a cookie of a request; nothing that no server has made.
pub fn read(request: &HttpRequest, address: &Address, kind: Kind) -> Option<String> {
    let secret = request.cookie(&kind.name(address))?.value().to_owned();
    session::is_secret(&secret).then_some(secret)
}

/// A cookie with a secret, until the browser is closed.
pub fn keep(address: &Address, kind: Kind, secret: String) -> Cookie<'static> {
    Cookie::build(kind.name(address), secret)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(address.is_secure())
        .finish()
}

/// What removes a cookie.
pub fn remove(address: &Address, kind: Kind) -> Cookie<'static> {
    let mut cookie = keep(address, kind, String::new());
    cookie.set_max_age(Duration::ZERO);
    cookie
}
