//! `/console/tokens`: tokens for programs.

use super::account::site_of;
use crate::access::api_token::ApiToken;
use crate::access::error::{AccessError, Refusal};
use crate::access::permission::Permission;
use crate::access::principal::Principal;
use crate::access::site_scope::SiteScope;
use crate::access::token::{self, DAYS_MAX, NewToken};
use crate::clock;
use crate::http::console::answer::{refused, screen, screen_as, see, status_of};
use crate::http::console::fault::{self, Fault};
use crate::http::console::form::Form;
use crate::http::console::shell::{self, Place};
use crate::http::console::signed::Session;
use crate::http::console::state::{Console, console, on_console};
use crate::http::console::texts::Texts;
use crate::http::console::view::form::{Choice, Errors};
use crate::http::console::view::frame::{Section, SiteName};
use crate::http::console::view::tokens::{MadeToken, TokenRow, TokenState, Tokens, TokensDone, TokensRevoke};
use crate::http::console::who::{May, TokensWrite};
use crate::http::console::{moment, posted};
use crate::http::query;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::{Language, Timestamp};
use jiff::tz::TimeZone;
use std::sync::Arc;

/// The most tokens of a page.
const PAGE_MAX: usize = 200;
const DAY_MS: i64 = 24 * 3_600_000;
/// The days that the form offers at first.
const DAYS: &str = "30";

/// What was typed into the form.
struct Typed {
    name: String,
    scope: Vec<String>,
    sites: Vec<String>,
    days: String,
}

impl Default for Typed {
    fn default() -> Typed {
        Typed { name: String::new(), scope: Vec::new(), sites: Vec::new(), days: DAYS.to_owned() }
    }
}

/// What is on the screen beside the list.
#[derive(Default)]
struct Shown {
    done: TokensDone,
    typed: Typed,
    errors: Errors,
}

/// Shows them.
pub async fn get(may: May<TokensWrite>, request: HttpRequest) -> HttpResponse {
    let done = query::value(&request, "revoked").map_or(TokensDone::Nothing, TokensDone::Revoked);
    show(&request, &Arc::new(may.session), Shown { done, ..Shown::default() }).await
}

/// Makes a token, and shows it once.
pub async fn post(may: May<TokensWrite>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let session = Arc::new(may.session);
    let form = match posted::by_person(&request, &session, payload).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let typed = Typed::of(&form);
    let shown = match make(&request, &session, &typed).await {
        Ok(made) => Shown { done: TokensDone::Made(made), ..Shown::default() },
        Err(Fault::Fields(errors)) => Shown { typed, errors, ..Shown::default() },
        Err(Fault::Other(error)) => return refused(&request, Some(&session), &error),
    };
    show(&request, &session, shown).await
}

async fn make(request: &HttpRequest, session: &Arc<Session>, typed: &Typed) -> Result<MadeToken, Fault> {
    let language = shell::language(request, session);
    let t = Texts::of(language);
    let (new, days) = typed.read(t).map_err(Fault::Fields)?;
    let console = console(request);
    let own = Arc::clone(session);
    let made = on_console(&console, move |console, now| {
        let new = NewToken { expires_at: Timestamp::from_unix_ms(now.unix_ms() + days * DAY_MS), ..new };
        token::make(&console.access, &console.keys, own.principal(), new, now)
    });
    let own = [
        (Refusal::NotYours, "scope", &t.errors.scope_not_yours),
        (Refusal::TooMany, "name", &t.errors.too_many),
    ];
    let made = made.await.map_err(|error| fault::sorted(t, error, &own))?;
    let expires_at = moment::moment(made.kept.expires_at, &TimeZone::UTC, language);
    Ok(MadeToken { name: made.kept.name, token: made.token, expires_at })
}

/// Asks before a token is revoked.
pub async fn ask_revoke(may: May<TokensWrite>, request: HttpRequest, jti: Path<String>) -> HttpResponse {
    let session = Arc::new(may.session);
    let console = console(&request);
    let language = shell::language(&request, &session);
    match find(&request, &session, jti.into_inner()).await {
        Ok(token) => {
            let token = row(&console, &token, session.principal(), language, clock::now());
            screen(&TokensRevoke { shell: shell::of(&request, &session, Place::Of(Section::Tokens)), token })
        }
        Err(error) => refused(&request, Some(&session), &error),
    }
}

/// Revokes a token.
pub async fn revoke(
    may: May<TokensWrite>,
    request: HttpRequest,
    jti: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let session = Arc::new(may.session);
    if let Err(answer) = posted::by_person(&request, &session, payload).await {
        return answer;
    }
    let token = match find(&request, &session, jti.into_inner()).await {
        Ok(token) => token,
        Err(error) => return refused(&request, Some(&session), &error),
    };
    let (own, jti) = (Arc::clone(&session), token.jti.clone());
    let console = console(&request);
    let done =
        on_console(&console, move |console, now| token::revoke(&console.access, own.principal(), &jti, now));
    match done.await {
        Ok(()) => see(&query::address("/console/tokens", &[("revoked", &token.name)])),
        Err(error) => refused(&request, Some(&session), &error),
    }
}

async fn find(request: &HttpRequest, session: &Arc<Session>, jti: String) -> Result<ApiToken, AccessError> {
    let own = Arc::clone(session);
    let console = console(request);
    let all = on_console(&console, move |console, now| token::list(&console.access, own.principal(), now));
    let found = all.await?.into_iter().find(|token| token.jti == jti);
    found.ok_or_else(|| Refusal::TokenUnknown.into())
}

impl Typed {
    fn of(form: &Form) -> Typed {
        Typed {
            name: form.get("name").to_owned(),
            scope: form.all("scope").map(str::to_owned).collect(),
            sites: form.all("site").map(str::to_owned).collect(),
            days: form.get("days").trim().to_owned(),
        }
    }

    /// The token, and for how many days; every mistake of the form at once.
    fn read(&self, t: &Texts) -> Result<(NewToken, i64), Errors> {
        let mut errors = Errors::default();
        if self.name.trim().is_empty() {
            errors.add("name", &t.errors.name_required);
        }
        let scope: Result<Vec<_>, _> = self.scope.iter().map(|name| Permission::parse(name)).collect();
        let scope = scope.unwrap_or_default();
        if scope.is_empty() {
            errors.add("scope", &t.errors.scope_required);
        }
        let sites = fault::sites(&self.sites, t, &mut errors);
        let days = self.days.parse().ok().filter(|days| (1..=DAYS_MAX).contains(days));
        if days.is_none() {
            errors.add("days", &t.errors.days_range);
        }
        match days {
            Some(days) if !errors.any() => {
                let expires_at = Timestamp::from_unix_ms(0);
                Ok((NewToken { name: self.name.clone(), scope, sites, expires_at }, days))
            }
            _ => Err(errors),
        }
    }
}

fn row(console: &Console, token: &ApiToken, by: &Principal, language: Language, now: Timestamp) -> TokenRow {
    let when = |at: Timestamp| moment::moment(at, &TimeZone::UTC, language);
    let site = |scope: &SiteScope| {
        site_of(console, scope).unwrap_or_else(|| {
            let name = Texts::of(language).common.every_site.to_string();
            SiteName { id: "*".to_owned(), name }
        })
    };
    let is_own = token.sites.iter().all(|site| by.gives(Permission::TokensWrite, site));
    TokenRow {
        jti: token.jti.clone(),
        name: token.name.clone(),
        made_by: token.made_by.clone(),
        made_at: when(token.made_at),
        scope: token.scope.iter().map(ToString::to_string).collect(),
        sites: token.sites.iter().map(site).collect(),
        expires_at: when(token.expires_at),
        used_at: token.last_used_at.map(when),
        state: match token.revoked_at {
            Some(_) => TokenState::Revoked,
            None if token.is_live(now) => TokenState::Valid,
            None => TokenState::Ended,
        },
        may_revoke: is_own && token.is_live(now),
    }
}

async fn show(request: &HttpRequest, session: &Arc<Session>, shown: Shown) -> HttpResponse {
    let Shown { done, typed, errors } = shown;
    let status = status_of(&errors);
    let console = console(request);
    let own = Arc::clone(session);
    let listed = on_console(&console, move |console, now| token::list(&console.access, own.principal(), now));
    let all = match listed.await {
        Ok(all) => all,
        Err(error) => return refused(request, Some(session), &error),
    };
    let (language, by, now) = (shell::language(request, session), session.principal(), clock::now());
    let before = query::value(request, "before");
    let mut shown = all.iter().filter(|token| before.as_ref().is_none_or(|before| token.jti < *before));
    let page: Vec<_> =
        shown.by_ref().take(PAGE_MAX).map(|token| row(&console, token, by, language, now)).collect();
    let next =
        shown.next().and(page.last()).map(|last| query::address("/console/tokens", &[("before", &last.jti)]));
    let choice = |value: &str, label: String, chosen: &[String]| Choice {
        value: value.to_owned(),
        label,
        is_chosen: chosen.iter().any(|one| one == value),
    };
    let own_scope = Permission::ALL.iter().filter(|permission| by.may_anywhere(**permission));
    let own_sites = shell::sites_with(&console, by, Permission::TokensWrite);
    let view = Tokens {
        shell: shell::of(request, session, Place::Of(Section::Tokens)),
        done,
        tokens: page,
        next_href: next,
        may_write: true,
        scope: own_scope.map(|one| choice(one.as_str(), one.to_string(), &typed.scope)).collect(),
        sites: own_sites.map(|site| choice(&site.id, site.name, &typed.sites)).collect(),
        name: typed.name,
        days: typed.days,
        errors,
    };
    screen_as(status, &view)
}
