//! `/console/sign-in`, and signing out.

use crate::access::error::{AccessError, Refusal};
use crate::access::session;
use crate::access::sign_in::Attempt;
use crate::http::console::answer::{add_cookie, message, refused, screen_as, see};
use crate::http::console::cookies::{self, Kind};
use crate::http::console::state::{console, on_console, on_passwords};
use crate::http::console::view::form::Errors;
use crate::http::console::view::message::Happened;
use crate::http::console::view::sign_in::{Arrival, SignIn};
use crate::http::console::who::{Person, Stranger};
use crate::http::console::{fault, posted, shell};
use crate::http::forwarded::{Client, client};
use actix_web::http::StatusCode;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use std::net::IpAddr;

/// Shows the form.
pub async fn get(_: Stranger, request: HttpRequest) -> HttpResponse {
    if !console(&request).address.lets_in() {
        return message(&request, None, StatusCode::MISDIRECTED_REQUEST, Happened::PlainHttp, 0);
    }
    let arrival = match request.query_string() {
        "signed-out" => Arrival::SignedOut,
        "password-set" => Arrival::PasswordSet,
        _ => Arrival::Plain,
    };
    show(&request, StatusCode::OK, arrival, "", Errors::default())
}

/// Signs in with address, password and code.
pub async fn post(_: Stranger, request: HttpRequest, payload: Payload) -> HttpResponse {
    let console = console(&request);
    if !console.address.lets_in() {
        return message(&request, None, StatusCode::MISDIRECTED_REQUEST, Happened::PlainHttp, 0);
    }
    let form = match posted::by_stranger(&request, payload).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let attempt = Attempt {
        email: form.get("email").to_owned(),
        password: form.get("password").to_owned(),
        code: form.get("code").trim().to_owned(),
        client: asker(&request, &console.trusted),
    };
    let email = attempt.email.clone();
    let signed_in = on_passwords(&console, move |console, now| {
        console.sign_ins.sign_in(&console.access, &console.keys, &attempt, now)
    });
    match signed_in.await {
        Ok(secret) => enter(&request, secret),
        Err(AccessError::Refused(Refusal::SignInWrong)) => {
            let errors = fault::one("password", &shell::texts(&request).errors.sign_in_wrong);
            show(&request, StatusCode::UNAUTHORIZED, Arrival::Plain, &email, errors)
        }
        Err(error) => refused(&request, None, &error),
    }
}

/// Signs out.
pub async fn sign_out(person: Person, request: HttpRequest, payload: Payload) -> HttpResponse {
    let Person(session) = person;
    if let Err(answer) = posted::by_person(&request, &session, payload).await {
        return answer;
    }
    let console = console(&request);
    let signed_in = session.signed_in;
    let done = on_console(&console, move |console, now| session::sign_out(&console.access, &signed_in, now));
    if let Err(error) = done.await {
        return refused(&request, None, &error);
    }
    let mut response = see("/console/sign-in?signed-out");
    add_cookie(&mut response, Some(cookies::remove(&console.address, Kind::Session)));
    response
}

/// The answer to a sign-in: the cookie of the new session, and the first screen.
pub fn enter(request: &HttpRequest, secret: String) -> HttpResponse {
    let console = console(request);
    let mut response = see("/console/");
    add_cookie(&mut response, Some(cookies::keep(&console.address, Kind::Session, secret)));
    response
}

fn show(
    request: &HttpRequest,
    status: StatusCode,
    arrival: Arrival,
    email: &str,
    errors: Errors,
) -> HttpResponse {
    let (gate, cookie) = shell::gate(request);
    let mut response = screen_as(status, &SignIn { gate, arrival, email: email.to_owned(), errors });
    add_cookie(&mut response, cookie);
    response
}

/// Who tries, as far as the operator lets the proxies say it. Counted in memory, and never written.
fn asker(request: &HttpRequest, trusted: &[ipnet::IpNet]) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip();
    match client(peer, request.headers(), trusted) {
        Client::At(address) => Some(address),
        Client::Unforwarded(_) | Client::Unlimited => None,
    }
}
