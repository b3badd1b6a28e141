//! What is around a screen: for somebody who is signed in the shell, else the gate.

use super::cookies::{self, Kind};
use super::signed::Session;
use super::state::{Console, console};
use super::texts::Texts;
use super::view::frame::{Gate, May, SITES_IN_SWITCHER_MAX, Section, Shell, SiteName};
use crate::access::permission::Permission;
use crate::access::principal::{Decision, Principal};
use crate::access::session;
use crate::http::accepted_language;
use crate::render::site::ServedSite;
use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use constat_shared::{Language, SiteId};

/// Where in the menu a screen is.
#[derive(Clone, Debug)]
pub enum Place {
    /// One that belongs to no site.
    Of(Section),
    /// One of a site.
    Site(Section, SiteId),
    /// Not in the menu.
    Other,
}

/// The language of somebody who is signed in: the one of their account.
pub fn language(request: &HttpRequest, session: &Session) -> Language {
    session.signed_in.account.language.unwrap_or_else(|| accepted_language::of(request))
}

/// The shell around a screen.
pub fn of(request: &HttpRequest, session: &Session, place: Place) -> Shell {
    let console = console(request);
    let language = language(request, session);
    let principal = session.principal();
    // The menu leads to no site whose screens are closed to who reads it, such as an admin.
    let seen: Vec<_> = sites_with(&console, principal, Permission::NoticesRead).collect();
    let (section, site) = match &place {
        Place::Of(section) => (*section, None),
        Place::Site(section, site) => {
            (*section, seen.iter().find(|known| known.id == site.as_str()).cloned())
        }
        Place::Other => (Section::Other, None),
    };
    // With one site there is nothing to choose.
    let site = site.or_else(|| (seen.len() == 1).then(|| seen[0].clone()));
    let others = seen.into_iter().filter(|other| Some(other) != site.as_ref());
    let sites = others.take(SITES_IN_SWITCHER_MAX).collect();
    let mut roles: Vec<String> = Vec::new();
    for grant in session.signed_in.account.effective_grants() {
        let role = grant.role.as_str().to_owned();
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    let waiting_roles = session.signed_in.account.waiting_roles();
    Shell {
        t: Texts::of(language),
        language: language.as_str(),
        direction: language.direction(),
        host: console.address.host().to_owned(),
        path: request.uri().path_and_query().map_or("/console/", |path| path.as_str()).to_owned(),
        csrf: session::csrf_token(&session.secret),
        is_demo: console.demo_site.is_some(),
        email: session.signed_in.account.email.clone(),
        roles,
        waiting_roles: waiting_roles.into_iter().map(|role| role.to_string()).collect(),
        may: may(principal, site.as_ref()),
        site,
        sites,
        section,
    }
}

fn may(principal: &Principal, site: Option<&SiteName>) -> May {
    let site = site.and_then(|site| SiteId::parse(&site.id).ok());
    let of_site =
        |permission| site.as_ref().is_some_and(|site| principal.may(permission, site) == Decision::Allowed);
    May {
        notices: of_site(Permission::NoticesRead),
        log: of_site(Permission::LogRead),
        records: of_site(Permission::RecordsRead),
        people: principal.may_anywhere(Permission::PeopleWrite),
        tokens: principal.may_anywhere(Permission::TokensWrite),
        audit_trail: principal.may_anywhere(Permission::AuditTrailRead),
    }
}

/// The sites that somebody sees, by id.
pub fn seen(console: &Console, principal: &Principal) -> Vec<SiteName> {
    let all = console.app.sites.all().into_iter();
    all.filter(|site| principal.sees(&site.notice().site)).map(|site| name_of(&site)).collect()
}

/// The sites on which somebody has a permission, by id.
pub fn sites_with(
    console: &Console,
    principal: &Principal,
    permission: Permission,
) -> impl Iterator<Item = SiteName> {
    let all = console.app.sites.all().into_iter();
    all.filter(move |site| principal.may(permission, &site.notice().site) == Decision::Allowed)
        .map(|site| name_of(&site))
}

/// How a site is named: by its controller.
pub fn name_of(site: &ServedSite) -> SiteName {
    let notice = site.notice();
    SiteName { id: notice.site.to_string(), name: notice.controller.name.clone() }
}

/// The texts for somebody who is not signed in.
pub fn texts(request: &HttpRequest) -> &'static Texts {
    Texts::of(accepted_language::of(request))
}

/// The gate around a screen of somebody who is not signed in, and the cookie that its form needs, when the
/// browser has none yet.
pub fn gate(request: &HttpRequest) -> (Gate, Option<Cookie<'static>>) {
    let console = console(request);
    let language = accepted_language::of(request);
    let (secret, is_new) = match cookies::read(request, &console.address, Kind::Form) {
        Some(secret) => (secret, false),
        None => (session::first_secret().unwrap_or_default(), true),
    };
    let gate = Gate {
        t: Texts::of(language),
        language: language.as_str(),
        direction: language.direction(),
        host: console.address.host().to_owned(),
        path: Some(request.path().to_owned()),
        csrf: session::csrf_token(&secret),
        is_demo: console.demo_site.is_some(),
    };
    let cookie = is_new.then(|| cookies::keep(&console.address, Kind::Form, secret));
    (gate, cookie)
}
