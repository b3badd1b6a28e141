//! `/console/people`: who may come in, and what they may see.

use super::account::grants;
use crate::access::account::Account;
use crate::access::error::{AccessError, Refusal};
use crate::access::link::LinkKind;
use crate::access::people::{self, Invited, NewPerson};
use crate::access::permission::{Permission, Role};
use crate::access::principal::Principal;
use crate::access::site_scope::SiteScope;
use crate::access::{api_token, session};
use crate::clock;
use crate::http::console::answer::{refused, screen, screen_as, see};
use crate::http::console::form::Form;
use crate::http::console::shell::{self, Place};
use crate::http::console::signed::Session;
use crate::http::console::state::{Console, console, on_console};
use crate::http::console::texts::Texts;
use crate::http::console::view::form::{Choice, Errors};
use crate::http::console::view::frame::Section;
use crate::http::console::view::people::{
    AccountState, MadeLink, People, PeopleDone, PeopleLink, PeopleRemove, Person,
};
use crate::http::console::who::{May, PeopleWrite};
use crate::http::console::{day, fault, moment, posted, query};
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Language, Timestamp};
use jiff::tz::TimeZone;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::sync::Arc;

/// The most people of a page.
const PAGE_MAX: usize = 200;
/// What ends a segment of a path, or means something in it.
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'?')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'\\');

/// What was typed into the form.
#[derive(Default)]
struct Typed {
    email: String,
    role: String,
    sites: Vec<String>,
    until: String,
}

/// Shows them.
pub async fn get(may: May<PeopleWrite>, request: HttpRequest) -> HttpResponse {
    let done = query::value(&request, "removed").map_or(PeopleDone::Nothing, PeopleDone::Removed);
    show(&request, Arc::new(may.session), StatusCode::OK, done, Typed::default(), Errors::default()).await
}

/// Adds a person, or gives one who is there already another role.
pub async fn post(may: May<PeopleWrite>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let session = Arc::new(may.session);
    let form = match posted::by_person(&request, &session, payload).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let typed = Typed::of(&form);
    let t = Texts::of(shell::language(&request, &session));
    let new = match typed.read(t, shell::language(&request, &session)) {
        Ok(new) => new,
        Err(errors) => {
            return show(
                &request,
                session,
                StatusCode::UNPROCESSABLE_ENTITY,
                PeopleDone::Nothing,
                typed,
                errors,
            )
            .await;
        }
    };
    let console = console(&request);
    let own = Arc::clone(&session);
    let added = on_console(&console, move |console, now| {
        let by = own.principal();
        match people::add(&console.access, by, &new, now) {
            Err(AccessError::Refused(Refusal::AccountExists)) => {
                people::grant(&console.access, by, &new.email, new.role, &new.sites, now)?;
                Ok(None)
            }
            added => added.map(Some),
        }
    });
    let done = match added.await {
        Ok(Some(invited)) => PeopleDone::Link(made(&console, invited, shell::language(&request, &session))),
        Ok(None) => PeopleDone::RoleGiven(typed.email.trim().to_lowercase()),
        Err(error) => {
            return match fault::of_giver(t, &error, "site", &t.errors.site_not_yours) {
                Some(errors) => {
                    let status = StatusCode::UNPROCESSABLE_ENTITY;
                    show(&request, session, status, PeopleDone::Nothing, typed, errors).await
                }
                None => refused(&request, Some(&session), &error),
            };
        }
    };
    show(&request, session, StatusCode::OK, done, Typed::default(), Errors::default()).await
}

/// Asks before a link is made.
pub async fn ask_link(may: May<PeopleWrite>, request: HttpRequest, email: Path<String>) -> HttpResponse {
    let session = Arc::new(may.session);
    match find(&request, &session, email.into_inner()).await {
        Ok((person, account)) => {
            let shell = shell::of(&request, &session, Place::Of(Section::People));
            screen(&PeopleLink { shell, person, is_reset: account.welcomed_at.is_some() })
        }
        Err(error) => refused(&request, Some(&session), &error),
    }
}

/// Makes a link, and shows it once.
pub async fn make_link(
    may: May<PeopleWrite>,
    request: HttpRequest,
    email: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let session = Arc::new(may.session);
    if let Err(answer) = posted::by_person(&request, &session, payload).await {
        return answer;
    }
    let console = console(&request);
    let (own, email) = (Arc::clone(&session), email.into_inner());
    let reset = on_console(&console, move |console, now| {
        people::reset(&console.access, own.principal(), &email, now)
    });
    match reset.await {
        Ok(invited) => {
            let done = PeopleDone::Link(made(&console, invited, shell::language(&request, &session)));
            show(&request, session, StatusCode::OK, done, Typed::default(), Errors::default()).await
        }
        Err(error) => refused(&request, Some(&session), &error),
    }
}

/// Asks before an account is removed, with exactly what will be gone.
pub async fn ask_remove(may: May<PeopleWrite>, request: HttpRequest, email: Path<String>) -> HttpResponse {
    show_remove(&request, Arc::new(may.session), email.into_inner(), StatusCode::OK, Errors::default()).await
}

/// Removes an account.
pub async fn remove(
    may: May<PeopleWrite>,
    request: HttpRequest,
    email: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let session = Arc::new(may.session);
    if let Err(answer) = posted::by_person(&request, &session, payload).await {
        return answer;
    }
    let console = console(&request);
    let email = email.into_inner();
    let (own, removed) = (Arc::clone(&session), email.clone());
    let done = on_console(&console, move |console, now| {
        people::remove(&console.access, own.principal(), &removed, now)
    });
    match done.await {
        Ok(()) => see(&query::address("/console/people", &[("removed", &email)])),
        Err(error) => match fault::of(Texts::of(shell::language(&request, &session)), &error) {
            Some(errors) => show_remove(&request, session, email, StatusCode::CONFLICT, errors).await,
            None => refused(&request, Some(&session), &error),
        },
    }
}

async fn show_remove(
    request: &HttpRequest,
    session: Arc<Session>,
    email: String,
    status: StatusCode,
    errors: Errors,
) -> HttpResponse {
    let (person, account) = match find(request, &session, email).await {
        Ok(found) => found,
        Err(error) => return refused(request, Some(&session), &error),
    };
    let console = console(request);
    let counted = on_console(&console, move |console, now| {
        let store = console.access.store();
        let sessions = session::count(&console.access, &account, now)?;
        let tokens = api_token::all(store, now)?.into_iter();
        let own = tokens.filter(|token| token.is_live(now) && token.account_id.as_ref() == Some(&account.id));
        let tokens: Vec<_> = own.map(|token| token.name).collect();
        Ok((sessions, tokens, people::is_last_admin(&console.access, &account.email, now)?))
    });
    match counted.await {
        Ok((sessions_count, tokens, is_last_admin)) => {
            let shell = shell::of(request, &session, Place::Of(Section::People));
            let view = PeopleRemove { shell, person, sessions_count, tokens, is_last_admin, errors };
            screen_as(status, &view)
        }
        Err(error) => refused(request, Some(&session), &error),
    }
}

/// A person whom the reader may change.
async fn find(
    request: &HttpRequest,
    session: &Arc<Session>,
    email: String,
) -> Result<(Person, Account), AccessError> {
    let console = console(request);
    let own = Arc::clone(session);
    let people =
        on_console(&console, move |console, now| people::list(&console.access, own.principal(), now)).await?;
    let found = people.into_iter().find(|account| account.email == email).ok_or(Refusal::AccountUnknown)?;
    let person =
        person(&console, &found, session.principal(), shell::language(request, session), clock::now());
    if !person.may_change {
        return Err(Refusal::NotYours.into());
    }
    Ok((person, found))
}

impl Typed {
    fn of(form: &Form) -> Typed {
        Typed {
            email: form.get("email").to_owned(),
            role: form.get("role").to_owned(),
            sites: form.all("site").map(str::to_owned).collect(),
            until: form.get("until").trim().to_owned(),
        }
    }

    /// Whom to add; every mistake of the form at once.
    fn read(&self, t: &Texts, language: Language) -> Result<NewPerson, Errors> {
        let mut errors = Errors::default();
        if self.email.trim().is_empty() {
            errors.add("email", &t.errors.email_required);
        }
        let role = Role::parse(&self.role);
        if role.is_err() {
            errors.add("role", &t.errors.role_required);
        }
        let sites = fault::sites(&self.sites, t, &mut errors);
        let ends_at = match (&*self.until, day::in_zone(&self.until, &TimeZone::UTC)) {
            ("", _) => None,
            // The account works to the end of the day that was typed.
            (_, Some((_, end))) => Some(end),
            (_, None) => {
                errors.add("until", &t.errors.until_malformed);
                None
            }
        };
        match role {
            Ok(role) if !errors.any() => {
                Ok(NewPerson { email: self.email.clone(), role, sites, ends_at, language: Some(language) })
            }
            _ => Err(errors),
        }
    }
}

fn made(console: &Console, invited: Invited, language: Language) -> MadeLink {
    MadeLink {
        link: console.address.welcome(&invited.secret),
        ends_at: moment::moment(invited.ends_at, &TimeZone::UTC, language),
        is_reset: invited.kind == LinkKind::Reset,
        email: invited.email,
    }
}

fn person(
    console: &Console,
    account: &Account,
    by: &Principal,
    language: Language,
    now: Timestamp,
) -> Person {
    let when = |at: Timestamp| moment::moment(at, &TimeZone::UTC, language);
    let is_self = by.email() == Some(&*account.email);
    let is_own = account.grants.iter().all(|grant| by.gives(Permission::PeopleWrite, &grant.site));
    Person {
        email: account.email.clone(),
        path: utf8_percent_encode(&account.email, SEGMENT).to_string(),
        grants: grants(console, &account.grants, language),
        state: match account.welcomed_at {
            _ if account.ends_at.is_some_and(|end| end <= now) => AccountState::Ended,
            Some(_) => AccountState::Active,
            None => AccountState::Invited,
        },
        ends_at: account.ends_at.map(when),
        signed_in_at: account.last_sign_in.map(when),
        is_self,
        may_change: is_own && !is_self,
    }
}

async fn show(
    request: &HttpRequest,
    session: Arc<Session>,
    status: StatusCode,
    done: PeopleDone,
    typed: Typed,
    errors: Errors,
) -> HttpResponse {
    let console = console(request);
    let own = Arc::clone(&session);
    let listed =
        on_console(&console, move |console, now| people::list(&console.access, own.principal(), now));
    let all = match listed.await {
        Ok(all) => all,
        Err(error) => return refused(request, Some(&session), &error),
    };
    let (language, by, now) = (shell::language(request, &session), session.principal(), clock::now());
    let after = query::value(request, "after");
    let mut shown = all.iter().filter(|account| after.as_ref().is_none_or(|after| account.email > *after));
    let page: Vec<_> =
        shown.by_ref().take(PAGE_MAX).map(|account| person(&console, account, by, language, now)).collect();
    let next = shown
        .next()
        .and(page.last())
        .map(|last| query::address("/console/people", &[("after", &last.email)]));
    let chosen = |value: &str| typed.sites.iter().any(|site| site == value);
    let mut sites: Vec<Choice> = Vec::new();
    if by.gives(Permission::PeopleWrite, &SiteScope::All) {
        sites.push(Choice { value: "*".to_owned(), label: "*".to_owned(), is_chosen: chosen("*") });
    }
    sites.extend(shell::sites_with(&console, by, Permission::PeopleWrite).map(|site| Choice {
        is_chosen: chosen(&site.id),
        value: site.id,
        label: site.name,
    }));
    let role = |role: &Role| Choice {
        value: role.to_string(),
        label: role.to_string(),
        is_chosen: role.as_str() == typed.role,
    };
    let view = People {
        shell: shell::of(request, &session, Place::Of(Section::People)),
        done,
        people: page,
        next_href: next,
        may_write: true,
        roles: Role::ALL.iter().map(role).collect(),
        sites,
        email: typed.email,
        until: typed.until,
        errors,
    };
    screen_as(status, &view)
}
