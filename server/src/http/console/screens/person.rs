//! `/console/people/{account}/…`: what is done about one person. Each screen asks before, and says what changes.
//! Addresses name the account by its id: an e-mail address in one would stand in the log of a proxy.

use super::people::{made, person, show_done};
use crate::access::access::Access;
use crate::access::api_token;
use crate::access::error::{AccessError, Refusal};
use crate::access::loss;
use crate::access::people::{self, Seen};
use crate::access::permission::{Permission, Role};
use crate::access::principal::Principal;
use crate::access::session;
use crate::access::site_scope::SiteScope;
use crate::clock;
use crate::http::console::answer::{refused, screen, screen_as, see};
use crate::http::console::fault::{self, Fault};
use crate::http::console::posted;
use crate::http::console::shell::{self, Place};
use crate::http::console::signed::Session;
use crate::http::console::state::{console, on_console};
use crate::http::console::texts::Texts;
use crate::http::console::view::form::Errors;
use crate::http::console::view::frame::Section;
use crate::http::console::view::people::{
    PeopleDone, PeopleLink, PeopleRemove, PeopleTake, Person, TokenLoss,
};
use crate::http::console::view::sentence::Text;
use crate::http::console::who::{May, PeopleWrite};
use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::Timestamp;
use std::sync::Arc;

/// The parts of an address that name a role: the account, the role, the site.
type Named = (String, String, String);

/// Asks before a link is made.
pub async fn ask_link(may: May<PeopleWrite>, request: HttpRequest, id: Path<String>) -> HttpResponse {
    let session = Arc::new(may.session);
    match changeable(&request, &session, id.into_inner()).await {
        Ok((person, seen)) => {
            let shell = shell::of(&request, &session, Place::Of(Section::People));
            screen(&PeopleLink { shell, person, is_reset: seen.account.welcomed_at.is_some() })
        }
        Err(error) => refused(&request, Some(&session), &error),
    }
}

/// Makes a link, and shows it once.
pub async fn make_link(
    may: May<PeopleWrite>,
    request: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let session = Arc::new(may.session);
    if let Err(answer) = posted::by_person(&request, &session, payload).await {
        return answer;
    }
    let console = console(&request);
    let reset = async {
        let (person, _) = changeable(&request, &session, id.into_inner()).await?;
        let own = Arc::clone(&session);
        on_console(&console, move |console, now| {
            people::reset(&console.access, own.principal(), &person.email, now)
        })
        .await
    };
    match reset.await {
        Ok(invited) => {
            let link = made(&console, invited, shell::language(&request, &session));
            show_done(&request, &session, PeopleDone::Link(link)).await
        }
        Err(error) => refused(&request, Some(&session), &error),
    }
}

/// Asks before an account is removed, with exactly what will be gone.
pub async fn ask_remove(may: May<PeopleWrite>, request: HttpRequest, id: Path<String>) -> HttpResponse {
    show_remove(&request, &Arc::new(may.session), id.into_inner(), StatusCode::OK, Errors::default()).await
}

/// Removes an account.
pub async fn remove(
    may: May<PeopleWrite>,
    request: HttpRequest,
    id: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let (session, id) = (Arc::new(may.session), id.into_inner());
    let shown = id.clone();
    let act = move |access: &Access, by: &Principal, now| {
        let seen = people::find(access, by, &id, now)?;
        if !seen.may_change(by, now) {
            return Err(Refusal::NotYours.into());
        }
        people::remove(access, by, &seen.account.email, now)
    };
    match acted(&request, &session, payload, &[], act).await {
        Ok(()) => see("/console/people?removed"),
        Err(Undone::Wrong(errors)) => {
            show_remove(&request, &session, shown, StatusCode::CONFLICT, errors).await
        }
        Err(Undone::Answered(answer)) => answer,
    }
}

/// Asks before a role is taken, with exactly what will be gone.
pub async fn ask_take(may: May<PeopleWrite>, request: HttpRequest, named: Path<Named>) -> HttpResponse {
    show_take(&request, &Arc::new(may.session), named.into_inner(), StatusCode::OK, Errors::default()).await
}

/// Takes a role.
pub async fn take(
    may: May<PeopleWrite>,
    request: HttpRequest,
    named: Path<Named>,
    payload: Payload,
) -> HttpResponse {
    let (session, named) = (Arc::new(may.session), named.into_inner());
    let t = Texts::of(shell::language(&request, &session));
    let own = [
        (Refusal::LastRole, "take", &t.errors.last_role),
        (Refusal::LastAdmin, "take", &t.errors.last_admin),
    ];
    let (id, role, site) = named.clone();
    let act = move |access: &Access, by: &Principal, now| {
        let (role, site) = parsed(&role, &site)?;
        let email = people::find(access, by, &id, now)?.account.email;
        people::take(access, by, &email, role, &site, now).map(drop)
    };
    match acted(&request, &session, payload, &own, act).await {
        Ok(()) => see("/console/people?taken"),
        Err(Undone::Wrong(errors)) => {
            show_take(&request, &session, named, StatusCode::CONFLICT, errors).await
        }
        Err(Undone::Answered(answer)) => answer,
    }
}

/// Why something was not done about a person.
enum Undone {
    /// Something is wrong with it: the screen that asked is shown again.
    Wrong(Errors),
    /// There is another answer.
    Answered(HttpResponse),
}

/// Does what a form about a person asks for; `own` are the texts that it has for some refusals.
async fn acted(
    request: &HttpRequest,
    session: &Arc<Session>,
    payload: Payload,
    own: &[(Refusal, &'static str, &Text)],
    act: impl FnOnce(&Access, &Principal, Timestamp) -> Result<(), AccessError> + Send + 'static,
) -> Result<(), Undone> {
    posted::by_person(request, session, payload).await.map_err(Undone::Answered)?;
    let by = Arc::clone(session);
    let done =
        on_console(&console(request), move |console, now| act(&console.access, by.principal(), now)).await;
    let t = Texts::of(shell::language(request, session));
    done.map_err(|error| match fault::sorted(t, error, own) {
        Fault::Fields(errors) => Undone::Wrong(errors),
        Fault::Other(error) => Undone::Answered(refused(request, Some(session), &error)),
    })
}

async fn show_remove(
    request: &HttpRequest,
    session: &Arc<Session>,
    id: String,
    status: StatusCode,
    errors: Errors,
) -> HttpResponse {
    let (person, Seen { account, .. }) = match changeable(request, session, id).await {
        Ok(found) => found,
        Err(error) => return refused(request, Some(session), &error),
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
            let shell = shell::of(request, session, Place::Of(Section::People));
            let view = PeopleRemove { shell, person, sessions_count, tokens, is_last_admin, errors };
            screen_as(status, &view)
        }
        Err(error) => refused(request, Some(session), &error),
    }
}

async fn show_take(
    request: &HttpRequest,
    session: &Arc<Session>,
    (id, role, site): Named,
    status: StatusCode,
    errors: Errors,
) -> HttpResponse {
    let path = format!("/console/people/{id}/roles/{role}/{site}/take");
    let console = console(request);
    let own = Arc::clone(session);
    let read = on_console(&console, move |console, now| {
        let (role, site) = parsed(&role, &site)?;
        let seen = people::find(&console.access, own.principal(), &id, now)?;
        let held = seen.account.grants.iter().position(|grant| grant.role == role && grant.site == site);
        let held = held.ok_or(Refusal::AccountUnknown)?;
        if !seen.may_take(own.principal(), &site, now) {
            return Err(Refusal::NotYours.into());
        }
        let loss = loss::of(console.access.store(), &seen.account, role, &site, now)?;
        Ok((seen, held, loss))
    });
    let (seen, held, loss) = match read.await {
        Ok(read) => read,
        Err(error) => return refused(request, Some(session), &error),
    };
    let language = shell::language(request, session);
    let mut person = person(&console, &seen, session.principal(), language, clock::now());
    let names = |all: Vec<Permission>| all.iter().map(ToString::to_string).collect();
    let tokens = loss.tokens.into_iter();
    let view = PeopleTake {
        shell: shell::of(request, session, Place::Of(Section::People)),
        grant: person.grants.remove(held).grant,
        person,
        path,
        permissions: names(loss.permissions),
        tokens: tokens
            .map(|token| TokenLoss { name: token.name, permissions: names(token.permissions) })
            .collect(),
        is_last: seen.role_count == 1,
        errors,
    };
    screen_as(status, &view)
}

/// The role and the site of an address.
fn parsed(role: &str, site: &str) -> Result<(Role, SiteScope), Refusal> {
    let unknown = |_| Refusal::AccountUnknown;
    Ok((Role::parse(role).map_err(unknown)?, SiteScope::parse(site).map_err(unknown)?))
}

/// A person whom the reader may change.
async fn changeable(
    request: &HttpRequest,
    session: &Arc<Session>,
    id: String,
) -> Result<(Person, Seen), AccessError> {
    let console = console(request);
    let own = Arc::clone(session);
    let found =
        on_console(&console, move |console, now| people::find(&console.access, own.principal(), &id, now));
    let seen = found.await?;
    let language = shell::language(request, session);
    let person = person(&console, &seen, session.principal(), language, clock::now());
    if !seen.may_change(session.principal(), clock::now()) {
        return Err(Refusal::NotYours.into());
    }
    Ok((person, seen))
}
