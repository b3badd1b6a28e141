//! `/console/welcome/{link}`: a new account in three steps, a new password, or the demo.

use super::sign_in::enter;
use crate::access::error::AccessError;
use crate::access::link::LinkKind;
use crate::access::second_factor::Offer;
use crate::access::welcome::{self, Invitation, Welcomed};
use crate::http::accepted_language;
use crate::http::console::answer::{add_cookie, message, refused, screen_as, see};
use crate::http::console::cookies::{self, Kind};
use crate::http::console::form::Form;
use crate::http::console::state::{console, on_console, on_passwords};
use crate::http::console::texts::Texts;
use crate::http::console::view::form::Errors;
use crate::http::console::view::message::Happened;
use crate::http::console::view::reset::Reset;
use crate::http::console::view::welcome::{WelcomeCode, WelcomePassword, WelcomeRecovery};
use crate::http::console::who::Stranger;
use crate::http::console::{fault, moment, posted, shell};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use constat_shared::{Language, Timestamp};
use jiff::tz::TimeZone;

/// Shows the step that comes next; a link to the demo signs in.
pub async fn get(_: Stranger, request: HttpRequest, link: Path<String>) -> HttpResponse {
    if !console(&request).address.lets_in() {
        return message(&request, None, StatusCode::MISDIRECTED_REQUEST, Happened::PlainHttp, 0);
    }
    show(&request, link.into_inner(), StatusCode::OK, Errors::default()).await
}

/// Takes a password or a code.
pub async fn post(_: Stranger, request: HttpRequest, link: Path<String>, payload: Payload) -> HttpResponse {
    let console = console(&request);
    if !console.address.lets_in() {
        return message(&request, None, StatusCode::MISDIRECTED_REQUEST, Happened::PlainHttp, 0);
    }
    let form = match posted::by_stranger(&request, payload).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let secret = link.into_inner();
    if let Some(errors) = missing(shell::texts(&request), &form) {
        return show(&request, secret, StatusCode::UNPROCESSABLE_ENTITY, errors).await;
    }
    if form.has("password") {
        let password = form.get("password").to_owned();
        let own = secret.clone();
        let set = on_passwords(&console, move |console, now| {
            let invitation = welcome::open(&console.access, &own, now)?;
            welcome::set_password(&console.access, &own, &password, now)?;
            Ok(invitation.kind)
        });
        return match set.await {
            Ok(LinkKind::Reset) => see("/console/sign-in?password-set"),
            Ok(_) => see(request.path()),
            Err(error) => wrong(&request, secret, &error).await,
        };
    }
    let code = (!form.has("skip")).then(|| form.get("code").trim().to_owned());
    let own = secret.clone();
    let finish = on_console(&console, move |console, now| {
        welcome::finish(&console.access, &console.keys, &own, code.as_deref(), now)
    });
    match finish.await {
        Ok(welcomed) if welcomed.recovery_codes.is_empty() => enter(&request, welcomed.session),
        Ok(welcomed) => recovery(&request, welcomed),
        Err(error) => wrong(&request, secret, &error).await,
    }
}

/// The field that was left empty.
fn missing(t: &Texts, form: &Form) -> Option<Errors> {
    let is_empty = |field: &str| form.has(field) && form.get(field).trim().is_empty();
    if is_empty("password") {
        return Some(fault::one("password", &t.errors.password_required));
    }
    let is_skipped = form.has("skip");
    (!is_skipped && is_empty("code")).then(|| fault::one("code", &t.errors.code_required))
}

/// The step again with what is wrong, or a message.
async fn wrong(request: &HttpRequest, secret: String, error: &AccessError) -> HttpResponse {
    match fault::of(shell::texts(request), error) {
        Some(errors) => show(request, secret, StatusCode::UNPROCESSABLE_ENTITY, errors).await,
        None => refused(request, None, error),
    }
}

async fn show(request: &HttpRequest, secret: String, status: StatusCode, errors: Errors) -> HttpResponse {
    let console = console(request);
    let own = secret.clone();
    let opened = on_console(&console, move |console, now| {
        let invitation = welcome::open(&console.access, &own, now)?;
        let offer = match invitation.kind {
            LinkKind::Welcome if invitation.has_password => {
                Some(welcome::offer(&console.access, &console.keys, &own, now)?)
            }
            _ => None,
        };
        Ok((invitation, offer))
    });
    let (invitation, offer) = match opened.await {
        Ok(opened) => opened,
        Err(error) => return refused(request, None, &error),
    };
    if invitation.kind == LinkKind::Demo {
        // What only looks at a link, such as a preview, does not use it up.
        if request.method() == Method::HEAD {
            return HttpResponse::Ok().finish();
        }
        return enter_demo(request, secret).await;
    }
    let (gate, cookie) = shell::gate(request);
    let language = accepted_language::of(request);
    let email = invitation.email.clone();
    let link_ends_at = when(invitation.ends_at, language);
    let mut response = match (invitation.kind, offer) {
        (LinkKind::Reset, _) => screen_as(status, &Reset { gate, email, link_ends_at, errors }),
        (_, Some(offer)) => {
            let may_skip = !invitation.needs_second_factor;
            let Offer { secret, address, qr_code: qr_svg } = offer;
            screen_as(status, &WelcomeCode { gate, email, address, secret, qr_svg, may_skip, errors })
        }
        _ => screen_as(status, &password_step(gate, &invitation, link_ends_at, errors)),
    };
    add_cookie(&mut response, cookie);
    response
}

fn password_step(
    gate: crate::http::console::view::frame::Gate,
    invitation: &Invitation,
    link_ends_at: crate::http::console::view::moment::Moment,
    errors: Errors,
) -> impl Template {
    let mut roles: Vec<String> = Vec::new();
    for grant in &invitation.account.grants {
        if !roles.iter().any(|role| role == grant.role.as_str()) {
            roles.push(grant.role.to_string());
        }
    }
    WelcomePassword { gate, email: invitation.email.clone(), roles, link_ends_at, errors }
}

/// The recovery codes, once. The session has begun.
fn recovery(request: &HttpRequest, welcomed: Welcomed) -> HttpResponse {
    let console = console(request);
    let (gate, _) = shell::gate(request);
    let gate = crate::http::console::view::frame::Gate { path: None, ..gate };
    let email = welcomed.email;
    let mut response =
        screen_as(StatusCode::OK, &WelcomeRecovery { gate, email, codes: welcomed.recovery_codes });
    add_cookie(&mut response, Some(cookies::keep(&console.address, Kind::Session, welcomed.session)));
    response
}

async fn enter_demo(request: &HttpRequest, secret: String) -> HttpResponse {
    let console = console(request);
    // Whoever opens the link is let in without a password: only on this machine.
    if console.demo_site.is_none() || console.address.is_secure() {
        return message(request, None, StatusCode::GONE, Happened::LinkUsed, 0);
    }
    let entered =
        on_console(&console, move |console, now| welcome::enter_demo(&console.access, &secret, now));
    match entered.await {
        Ok(session) => enter(request, session),
        Err(error) => refused(request, None, &error),
    }
}

fn when(at: Timestamp, language: Language) -> crate::http::console::view::moment::Moment {
    moment::moment(at, &TimeZone::UTC, language)
}
