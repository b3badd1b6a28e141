//! `/console/people`: who may come in, and what they may see.

use super::account::grants;
use crate::access::error::{AccessError, Refusal};
use crate::access::link::LinkKind;
use crate::access::people::{self, Invited, NewPerson, Seen};
use crate::access::permission::{Permission, Role};
use crate::access::principal::Principal;
use crate::access::site_scope::SiteScope;
use crate::clock;
use crate::http::console::answer::{refused, screen_as, status_of};
use crate::http::console::fault::{self, Fault};
use crate::http::console::form::Form;
use crate::http::console::shell::{self, Place};
use crate::http::console::signed::Session;
use crate::http::console::state::{Console, console, on_console};
use crate::http::console::texts::Texts;
use crate::http::console::view::form::{Choice, Errors};
use crate::http::console::view::frame::Section;
use crate::http::console::view::people::{AccountState, MadeLink, People, PeopleDone, Person, PersonGrant};
use crate::http::console::who::{May, PeopleWrite};
use crate::http::console::{day, moment, posted};
use crate::http::query;
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Language, Timestamp};
use jiff::tz::TimeZone;
use std::sync::Arc;

/// The most people of a page.
const PAGE_MAX: usize = 200;

/// What was typed into the form.
#[derive(Default)]
struct Typed {
    email: String,
    role: String,
    sites: Vec<String>,
    until: String,
}

/// What is on the screen beside the list.
#[derive(Default)]
struct Shown {
    done: PeopleDone,
    typed: Typed,
    errors: Errors,
}

/// Shows them.
pub async fn get(may: May<PeopleWrite>, request: HttpRequest) -> HttpResponse {
    let done = match request.query_string() {
        "removed" => PeopleDone::Removed,
        "taken" => PeopleDone::RoleTaken,
        _ => PeopleDone::Nothing,
    };
    show_done(&request, &Arc::new(may.session), done).await
}

/// Adds a person, or gives one who is there already another role.
pub async fn post(may: May<PeopleWrite>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let session = Arc::new(may.session);
    let form = match posted::by_person(&request, &session, payload).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let typed = Typed::of(&form);
    let shown = match add(&request, &session, &typed).await {
        Ok(done) => Shown { done, ..Shown::default() },
        Err(Fault::Fields(errors)) => Shown { typed, errors, ..Shown::default() },
        Err(Fault::Other(error)) => return refused(&request, Some(&session), &error),
    };
    show(&request, &session, shown).await
}

async fn add(request: &HttpRequest, session: &Arc<Session>, typed: &Typed) -> Result<PeopleDone, Fault> {
    let language = shell::language(request, session);
    let t = Texts::of(language);
    let new = typed.read(t, language).map_err(Fault::Fields)?;
    let console = console(request);
    let own = Arc::clone(session);
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
    let own = [
        (Refusal::NotYours, "site", &t.errors.site_not_yours),
        (Refusal::TooMany, "email", &t.errors.too_many),
    ];
    let invited = added.await.map_err(|error| fault::sorted(t, error, &own))?;
    Ok(match invited {
        Some(invited) => PeopleDone::Link(made(&console, invited, language)),
        None => PeopleDone::RoleGiven(typed.email.trim().to_lowercase()),
    })
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

/// A link, as it is shown once.
pub fn made(console: &Console, invited: Invited, language: Language) -> MadeLink {
    MadeLink {
        link: console.address.welcome(&invited.secret),
        ends_at: moment::moment(invited.ends_at, &TimeZone::UTC, language),
        is_reset: invited.kind == LinkKind::Reset,
        email: invited.email,
    }
}

/// A person, with what the reader may do about them.
pub fn person(console: &Console, seen: &Seen, by: &Principal, language: Language, now: Timestamp) -> Person {
    let when = |at: Timestamp| moment::moment(at, &TimeZone::UTC, language);
    let account = &seen.account;
    let shown = grants(console, &account.grants, language);
    let held = shown.into_iter().zip(&account.grants).map(|(shown, grant)| PersonGrant {
        grant: shown,
        take_href: (seen.role_count > 1 && seen.may_take(by, &grant.site, now))
            .then(|| format!("/console/people/{}/roles/{}/{}/take", account.id, grant.role, grant.site)),
    });
    Person {
        email: account.email.clone(),
        id: account.id.clone(),
        grants: held.collect(),
        state: match account.welcomed_at {
            _ if account.ends_at.is_some_and(|end| end <= now) => AccountState::Ended,
            _ if account.is_demo => AccountState::Demo,
            Some(_) => AccountState::Active,
            None => AccountState::Invited,
        },
        ends_at: account.ends_at.map(when),
        signed_in_at: account.last_sign_in.map(when),
        is_self: by.email() == Some(&*account.email),
        may_change: seen.may_change(by, now),
    }
}

/// The list, with what was just done on top.
pub async fn show_done(request: &HttpRequest, session: &Arc<Session>, done: PeopleDone) -> HttpResponse {
    show(request, session, Shown { done, ..Shown::default() }).await
}

async fn show(request: &HttpRequest, session: &Arc<Session>, shown: Shown) -> HttpResponse {
    let console = console(request);
    let own = Arc::clone(session);
    let after = query::value(request, "after");
    let read = on_console(&console, move |console, now| {
        people::page(&console.access, &console.keys, own.principal(), after.as_deref(), PAGE_MAX, now)
    });
    let page = match read.await {
        Ok(page) => page,
        Err(error) => return refused(request, Some(session), &error),
    };
    let (language, by, now) = (shell::language(request, session), session.principal(), clock::now());
    let Shown { done, typed, errors } = shown;
    let status = status_of(&errors);
    let role = |role: &Role| Choice {
        value: role.to_string(),
        label: role.to_string(),
        is_chosen: role.as_str() == typed.role,
    };
    let next = page.next_cursor.map(|cursor| query::address("/console/people", &[("after", &cursor)]));
    let view = People {
        shell: shell::of(request, session, Place::Of(Section::People)),
        done,
        people: page.people.iter().map(|seen| person(&console, seen, by, language, now)).collect(),
        next_href: next,
        may_write: true,
        roles: Role::ALL.iter().map(role).collect(),
        sites: sites(&console, by, &typed.sites),
        email: typed.email,
        until: typed.until,
        errors,
    };
    screen_as(status, &view)
}

/// The sites on which the reader may give roles.
fn sites(console: &Console, by: &Principal, chosen: &[String]) -> Vec<Choice> {
    let choice = |value: String, label: String| Choice { is_chosen: chosen.contains(&value), value, label };
    let all = by.gives(Permission::PeopleWrite, &SiteScope::All);
    let all = all.then(|| choice("*".to_owned(), "*".to_owned()));
    let own = shell::sites_with(console, by, Permission::PeopleWrite);
    all.into_iter().chain(own.map(|site| choice(site.id, site.name))).collect()
}
