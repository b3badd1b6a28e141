//! `/console/account`: the own account.

use crate::access::error::{AccessError, Refusal};
use crate::access::own_account;
use crate::access::session::{self, ABSOLUTE_MS};
use crate::access::site_scope::SiteScope;
use crate::http::console::answer::{add_cookie, refused, screen_as, see};
use crate::http::console::cookies::{self, Kind};
use crate::http::console::shell::{self, Place};
use crate::http::console::signed::Session;
use crate::http::console::state::{Console, console, on_console, on_passwords};
use crate::http::console::view::account::{Account, Done, Grant, OpenSession};
use crate::http::console::view::form::Errors;
use crate::http::console::view::frame::{Section, SiteName};
use crate::http::console::view::moment::Moment;
use crate::http::console::who::Person;
use crate::http::console::{fault, moment, posted};
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Language, SiteId, Timestamp};
use jiff::tz::TimeZone;
use std::sync::Arc;

/// Shows it.
pub async fn get(Person(session): Person, request: HttpRequest) -> HttpResponse {
    let done = match request.query_string() {
        "language" => Done::Language,
        "password" => Done::Password,
        "session" => Done::SessionEnded,
        "sessions" => Done::OthersEnded,
        _ => Done::Nothing,
    };
    show(&request, session, StatusCode::OK, done, Errors::default()).await
}

/// Chooses the language, and goes back to the screen on which it was chosen.
pub async fn set_language(Person(session): Person, request: HttpRequest, payload: Payload) -> HttpResponse {
    let form = match posted::by_person(&request, &session, payload).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let Some(chosen) = Language::parse(form.get("language")) else { return see("/console/account") };
    let back = form.get("return_to");
    // Only a path of the console: no other address, and no other host.
    let is_own = back.starts_with("/console/") && !back.contains(['\\', '\r', '\n']) && !back.contains("//");
    let back = if is_own { back.to_owned() } else { "/console/account?language".to_owned() };
    let console = console(&request);
    let session = Arc::new(session);
    let own = Arc::clone(&session);
    let set = on_console(&console, move |console, now| {
        own_account::set_language(&console.access, &own.signed_in, chosen, now)
    });
    match set.await {
        Ok(()) => see(&back),
        Err(error) => refused(&request, Some(&session), &error),
    }
}

/// Replaces the password; every other session ends.
pub async fn set_password(Person(session): Person, request: HttpRequest, payload: Payload) -> HttpResponse {
    let form = match posted::by_person(&request, &session, payload).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let (current, new) = (form.get("current_password").to_owned(), form.get("password").to_owned());
    let console = console(&request);
    let session = Arc::new(session);
    let own = Arc::clone(&session);
    let set = on_passwords(&console, move |console, now| {
        let who = &own.signed_in;
        own_account::change_password(&console.access, &console.sign_ins, who, &current, &new, now)
    });
    let error = match set.await {
        Ok(secret) => {
            let mut response = see("/console/account?password");
            add_cookie(&mut response, Some(cookies::keep(&console.address, Kind::Session, secret)));
            return response;
        }
        Err(error) => error,
    };
    let texts = crate::http::console::texts::Texts::of(shell::language(&request, &session));
    match (fault::of(texts, &error), Arc::into_inner(session)) {
        (Some(errors), Some(session)) => {
            show(&request, session, StatusCode::UNPROCESSABLE_ENTITY, Done::Nothing, errors).await
        }
        (_, session) => refused(&request, session.as_ref(), &error),
    }
}

/// Ends one session.
pub async fn end_session(
    Person(session): Person,
    request: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> HttpResponse {
    end(session, request, payload, Some(id.into_inner())).await
}

/// Ends every session but this one.
pub async fn end_others(Person(session): Person, request: HttpRequest, payload: Payload) -> HttpResponse {
    end(session, request, payload, None).await
}

async fn end(session: Session, request: HttpRequest, payload: Payload, id: Option<String>) -> HttpResponse {
    if let Err(answer) = posted::by_person(&request, &session, payload).await {
        return answer;
    }
    let console = console(&request);
    let is_one = id.is_some();
    let session = Arc::new(session);
    let own = Arc::clone(&session);
    let ended = on_console(&console, move |console, now| {
        let who = &own.signed_in;
        let all = session::list(&console.access, who, now)?;
        let is_meant = |known: &str| id.as_ref().is_none_or(|id| id == known);
        let meant: Vec<_> = all.iter().filter(|one| is_meant(&one.id) && (is_one || !one.is_this)).collect();
        if is_one && meant.is_empty() {
            return Err(AccessError::from(Refusal::SessionUnknown));
        }
        for one in meant {
            session::end(&console.access, who, &one.id, now)?;
        }
        Ok(())
    });
    match ended.await {
        Ok(()) if is_one => see("/console/account?session"),
        Ok(()) => see("/console/account?sessions"),
        Err(error) => refused(&request, Some(&session), &error),
    }
}

async fn show(
    request: &HttpRequest,
    session: Session,
    status: StatusCode,
    done: Done,
    errors: Errors,
) -> HttpResponse {
    let console = console(request);
    let session = Arc::new(session);
    let own = Arc::clone(&session);
    let listed =
        on_console(&console, move |console, now| session::list(&console.access, &own.signed_in, now));
    let sessions = match listed.await {
        Ok(sessions) => sessions,
        Err(error) => return refused(request, Some(&session), &error),
    };
    let language = shell::language(request, &session);
    let when = |at: Timestamp| moment::moment(at, &TimeZone::UTC, language);
    let account = &session.signed_in.account;
    let sessions = sessions.into_iter().map(|open| OpenSession {
        opened_at: when(open.made_at),
        used_at: when(open.used_at),
        ends_at: when(Timestamp::from_unix_ms(open.made_at.unix_ms().saturating_add(ABSOLUTE_MS))),
        is_this: open.is_this,
        id: open.id,
    });
    let view = Account {
        shell: shell::of(request, &session, Place::Of(Section::Account)),
        done,
        grants: grants(&console, &account.grants, language),
        is_demo: account.is_demo,
        has_second_factor: account.second_factor.is_some(),
        recovery_codes_left: account.recovery_codes.len() as u64,
        made_at: when(account.made_at),
        ends_at: account.ends_at.map(when),
        signed_in_before_at: account.seen_at.map(when),
        sessions: sessions.collect(),
        errors,
    };
    screen_as(status, &view)
}

/// Roles as they are shown.
pub fn grants(console: &Console, grants: &[crate::access::account::Grant], language: Language) -> Vec<Grant> {
    let shown = grants.iter().map(|grant| Grant {
        role: grant.role.to_string(),
        site: site_of(console, &grant.site),
        given_at: at(grant.given_at, language),
        given_by: grant.given_by.clone(),
    });
    shown.collect()
}

fn at(at: Timestamp, language: Language) -> Moment {
    moment::moment(at, &TimeZone::UTC, language)
}

/// A site by its name, or by its id where it is not served any more; none for all sites.
pub fn site_of(console: &Console, scope: &SiteScope) -> Option<SiteName> {
    match scope {
        SiteScope::All => None,
        SiteScope::Site(id) => Some(site_name(console, id)),
    }
}

/// A site by its name, or by its id where it is not served any more.
pub fn site_name(console: &Console, id: &SiteId) -> SiteName {
    let served = console.app.sites.get(id);
    served.map_or_else(|| SiteName { id: id.to_string(), name: id.to_string() }, |site| shell::name_of(&site))
}
